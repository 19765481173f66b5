import { DerReader, enterDer, integerValue, readDer } from '../../der/reader.ts';
import { sequence, TAG } from '../../der/writer.ts';
import { ALL_REASONS, crlScope, reasonNames } from '../../path/distribution-points.ts';
import { auditHeadText, parseAuditHead } from '../../x509/audit-head.ts';
import { EXTENSION_OID } from '../../x509/extensions.ts';
import { generalNameText, parseGeneralNames } from '../../x509/general-names.ts';
import { parseCrlDistributionPoints } from '../../x509/pointers.ts';
import { printable } from '../printable.ts';

/** Extensions that CRLs have, and what their values say; all throw DerError. */
export const CRL_READERS = {
  [EXTENSION_OID.crlNumber]: reader('CRL Number', (value) => [numberText(value)]),
  [EXTENSION_OID.deltaCrlIndicator]: reader('Delta CRL Indicator', (value) => [
    `changes since CRL ${numberText(value)}`,
  ]),
  [EXTENSION_OID.issuingDistributionPoint]: reader('Issuing Distribution Point', scopeLines),
  [EXTENSION_OID.freshestCrl]: reader('Freshest CRL', (value) =>
    parseCrlDistributionPoints(value).map((url) => (url === '' ? 'no URI' : printable(url))),
  ),
  [EXTENSION_OID.auditHead]: reader('Audit Head', (value) => {
    const head = parseAuditHead([{ oid: EXTENSION_OID.auditHead, critical: false, value }]);
    return head ? [auditHeadText(head)] : [];
  }),
};

function reader(name: string, lines: (value: Uint8Array) => readonly string[]) {
  return { name, read: (value: Uint8Array) => ({ value: lines(value) }) };
}

const numberText = (value: Uint8Array): string =>
  String(integerValue(readDer(value, TAG.integer).contents));

/** Which certificates a CRL is about (RFC 5280 §5.2.5). */
function scopeLines(value: Uint8Array): readonly string[] {
  const found = [{ oid: EXTENSION_OID.issuingDistributionPoint, critical: true, value }];
  const { only, reasons, indirect } = crlScope(found, sequence());
  return [
    ...pointNames(value),
    ...(only === undefined ? [] : [`only ${only}`]),
    ...(reasons === ALL_REASONS ? [] : [`only for ${reasonNames(reasons).join(', ')}`]),
    ...(indirect ? ['certificates of other issuers too'] : []),
  ];
}

function pointNames(value: Uint8Array): readonly string[] {
  const point = enterDer(value).optional(0xa0);
  if (!point) return [];
  const { tag, contents } = new DerReader(point.contents).read();
  if (tag !== 0xa0) return ['a name relative to that of the issuer'];
  return parseGeneralNames(sequence(contents)).map((name) => printable(generalNameText(name)));
}
