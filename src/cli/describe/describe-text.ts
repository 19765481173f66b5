import type { RecordFields } from '../find-certificate.ts';
import { table } from '../present.ts';
import { algorithmRows } from './describe-algorithm.ts';
import type { DraftDescription } from './describe-draft.ts';
import { extensionLines } from './describe-extension.ts';

/** What a draft has no serial number and no fingerprint of, and a store knows more of. */
type DescribedCertificate = DraftDescription &
  Partial<Record<'serial' | 'fingerprint', string>> &
  Partial<RecordFields>;

/** The description in lines, for people. */
export function descriptionText({
  extensions,
  algorithms,
  ...fields
}: DescribedCertificate): string {
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
  const summary = table([
    ...rows,
    ...algorithms.flatMap(algorithmRows),
    ...signaturesToBe(algorithms, fields),
    ...(fields.fingerprint === undefined ? [] : [['SHA-256', fields.fingerprint] as const]),
  ]);
  return `${fields.subject}\n${summary}${extensionLines(extensions)}`;
}

/** Of a draft the signatures are known by their names alone. */
const signaturesToBe = (
  algorithms: DraftDescription['algorithms'],
  { signature, alternativeSignature }: Omit<DraftDescription, 'algorithms' | 'extensions'>,
): readonly (readonly [label: string, value: string])[] => {
  if (algorithms.some(({ role }) => role === 'signature')) return [];
  return [
    ['signature', signature],
    ...(alternativeSignature === undefined
      ? []
      : [['alternative signature', alternativeSignature] as const]),
  ];
};
