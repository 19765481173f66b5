import { join } from 'node:path';
import { CA_FILES } from '../../store/ca-directory.ts';
import type { Distribution } from './overlap.ts';
import { CROSS_FILES, type RekeyedCa } from './rekey-ca.ts';
import type { RekeyOptions } from './rekey-options.ts';

/** What has to go where once a CA has a new key; files are named as the directory is in `options`. */
export function distribution(
  { dir }: RekeyOptions,
  { certificate, cross }: RekeyedCa,
): readonly Distribution[] {
  const file = (name: string, to: string, until: Date): Distribution => ({
    file: join(dir, name),
    to,
    until,
  });
  const { notAfter } = certificate.tbs;
  if (!cross) return [file(CA_FILES.chain, 'to servers, with what the new key signs', notAfter)];
  const crossFile = (name: 'newWithOld' | 'oldWithNew', to: string) =>
    file(join(CA_FILES.cross, CROSS_FILES[name]), to, cross[name].certificate.tbs.notAfter);
  return [
    file(CA_FILES.certificate, 'to trust stores, beside the old root', notAfter),
    crossFile('newWithOld', 'to those who trust only the old root'),
    crossFile('oldWithNew', 'to those who trust only the new root'),
  ];
}
