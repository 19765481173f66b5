import { DAY } from '../../der/time.ts';
import { serialText, type TbsCertificate } from '../../x509/certificate.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { describeDraft } from './describe-draft.ts';

/** In what two certificates of one subject differ besides their number, times and signatures. */
export function differences(old: TbsCertificate, renewed: TbsCertificate): readonly string[] {
  const [before, after] = [described(old), described(renewed)];
  return [...after.keys(), ...[...before.keys()].filter((name) => !after.has(name))].flatMap(
    (name) => {
      const [was, is] = [before.get(name), after.get(name)];
      if (was === is) return [];
      if (is === undefined) return [`it has no ${name} any more, which was: ${was}`];
      return [was === undefined ? `it has ${name}: ${is}` : `${name} is ${is}, and was ${was}`];
    },
  );
}

/** Told by other lines, or other in each certificate. */
const LEFT_OUT: readonly string[] = [
  EXTENSION_OID.subjectKeyIdentifier,
  EXTENSION_OID.subjectAltPublicKeyInfo,
  EXTENSION_OID.altSignatureAlgorithm,
  EXTENSION_OID.altSignatureValue,
];

/** What there is to compare, in words, by its name. */
function described(tbs: TbsCertificate): ReadonlyMap<string, string> {
  const draft = describeDraft(tbs);
  const days = Math.ceil((tbs.notAfter.getTime() - tbs.notBefore.getTime()) / DAY);
  const fields = {
    subject: draft.subject,
    key: draft.key,
    'alternative key': draft.alternativeKey,
    signature: draft.signature,
    'alternative signature': draft.alternativeSignature,
    validity: `${days} days`,
  };
  const serial = serialText(tbs.serialNumber);
  const extensions = draft.extensions
    .filter(({ oid }) => !LEFT_OUT.includes(oid))
    .map(({ name, critical, value }) => {
      const text = value
        .map((line) => line.trim())
        .join('; ')
        .replaceAll(':; ', ': ');
      const lines = text.replaceAll(serial, '{serial}');
      return [
        name,
        [...(critical ? ['critical'] : []), ...(lines ? [lines] : [])].join(', '),
      ] as const;
    });
  return new Map(
    [...Object.entries(fields), ...extensions].flatMap(([name, text]) =>
      text === undefined ? [] : [[name, text] as const],
    ),
  );
}
