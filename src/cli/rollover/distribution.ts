import { join } from 'node:path';
import { CA_FILES } from '../../store/ca-directory.ts';
import { CROSS_FILES } from './cross-files.ts';
import type { Distribution } from './overlap.ts';
import type { RekeyedCa } from './rekey-ca.ts';
import type { RenewedCa } from './renew-ca.ts';

/** What has to go where once a CA has a new key in this directory. */
export function distribution(
  directory: string,
  { certificate, cross }: RekeyedCa,
): readonly Distribution[] {
  const { notAfter: until } = certificate.tbs;
  if (!cross) {
    const file = join(directory, CA_FILES.chain);
    return [{ file, to: 'to servers, with what the new key signs', until }];
  }
  const crossFile = (name: 'newWithOld' | 'oldWithNew', to: string) => ({
    file: join(directory, CA_FILES.cross, CROSS_FILES[name]),
    to,
    until: cross[name].certificate.tbs.notAfter,
  });
  return [
    {
      file: join(directory, CA_FILES.certificate),
      to: 'to trust stores, beside the old root',
      until,
    },
    crossFile('newWithOld', 'to those who trust only the old root'),
    crossFile('oldWithNew', 'to those who trust only the new root'),
  ];
}

/** The same where the key stays: what is signed with it holds under either certificate. */
export function renewedFiles(
  directory: string,
  { certificate: { tbs } }: RenewedCa,
): readonly Distribution[] {
  const root = Buffer.compare(tbs.issuer, tbs.subject) === 0;
  const [name, to] = root
    ? ([CA_FILES.certificate, 'to trust stores, in the place of the old root'] as const)
    : ([CA_FILES.chain, 'to servers, in the place of the old one'] as const);
  return [{ file: join(directory, name), to, until: tbs.notAfter }];
}
