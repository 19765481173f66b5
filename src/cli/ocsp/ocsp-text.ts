import { algorithmRows } from '../describe/describe-algorithm.ts';
import { table } from '../present.ts';
import { singleRows } from './describe-answer.ts';
import type { RequestDescription, ResponseDescription } from './describe-ocsp.ts';

type Rows = readonly (readonly [label: string, value: string])[];

/** For people: what is asked, a certificate after the other. */
export const requestText = ({ nonce, certificates, extensions }: RequestDescription): string =>
  `OCSP request\n${table([
    ...certificates.flatMap(({ serial, extensions: own, ...issuer }) => [
      ['serial', serial] as const,
      ...issuerRows(issuer),
      ...extensionRows(own),
    ]),
    ['nonce', nonce ?? 'none'],
    ...extensionRows(extensions),
  ])}`;

/** For people: what is answered, who says so, and since when. */
export function responseText({ status, signed }: ResponseDescription): string {
  const heading = `OCSP response: ${status}\n`;
  if (!signed) return heading;
  const { responder, producedAt, nonce, certificates, extensions, signature, sent } = signed;
  const who = responder.key ?? responder.name ?? '(a name that cannot be read)';
  return `${heading}${table([
    [responder.key ? 'responder (key)' : 'responder', who],
    ['produced at', producedAt],
    ...certificates.flatMap(({ extensions: own, ...single }) => [
      ...singleRows(single).slice(0, -1),
      ['this update', single.thisUpdate] as const,
      ...singleRows(single).slice(-1),
      ...issuerRows(single),
      ...extensionRows(own),
    ]),
    ['nonce', nonce ?? 'none'],
    ...extensionRows(extensions),
    ...algorithmRows(signature),
    ...sent.flatMap(sentRows),
  ])}`;
}

const issuerRows = ({
  hash,
  issuerNameHash,
  issuerKeyHash,
}: Record<'issuerNameHash' | 'issuerKeyHash', string> & { readonly hash: string | null }): Rows => [
  ['issuer named by', hash ?? 'a hash function that is not known'],
  ['', `name ${issuerNameHash}`],
  ['', `key  ${issuerKeyHash}`],
];

const extensionRows = (extensions: RequestDescription['extensions']): Rows =>
  extensions.map(({ oid, critical, value }) => [
    'extension',
    `${oid}${critical ? ' (critical)' : ''}: ${value}`,
  ]);

const sentRows = (sent: NonNullable<ResponseDescription['signed']>['sent'][number]): Rows =>
  sent
    ? [
        ['certificate sent', sent.subject],
        ['', `serial ${sent.serial}, until ${sent.notAfter}`],
      ]
    : [['certificate sent', '(it cannot be read)']];
