import type { RecordFields } from '../find-certificate.ts';
import { table } from '../present.ts';
import { algorithmRows } from './describe-algorithm.ts';
import type { CertificateDescription } from './describe-certificate.ts';

/** The description in lines, for people. */
export function descriptionText({
  extensions,
  algorithms,
  ...fields
}: CertificateDescription & Partial<RecordFields>): string {
  const before: Readonly<Record<string, string | undefined>> = {
    serial: fields.serial,
    status: fields.reason
      ? `${fields.status} (${fields.reason}, ${fields.revokedAt})`
      : fields.status,
    profile: fields.profile,
    issuer: fields.issuer,
    'valid from': fields.notBefore,
    'valid until': fields.notAfter,
  };
  const rows = Object.entries(before).flatMap(([label, value]) =>
    value === undefined ? [] : [[label, value] as const],
  );
  const described = extensions.flatMap(({ name, critical, value }) => [
    `  ${name}${critical ? ' (critical)' : ''}`,
    ...value.map((line) => `    ${line}`),
  ]);
  const fingerprint = ['SHA-256', fields.fingerprint] as const;
  const summary = table([...rows, ...algorithms.flatMap(algorithmRows), fingerprint]);
  return `${fields.subject}\n${summary}${described.join('\n')}\n`;
}
