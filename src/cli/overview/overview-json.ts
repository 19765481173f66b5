import { timeText } from '../../der/time.ts';
import type { LastCrl, PointCrls } from '../../store/last-crls.ts';
import { serialText } from '../../x509/certificate.ts';
import { nameText, parseName } from '../../x509/names.ts';
import type { CaNode } from './hierarchy.ts';
import type { Aside, CaFacts } from './read-cas.ts';

/** The hierarchy as a list in the order of drawing, each CA with the fingerprint of that above it. */
export const overviewFields = (nodes: readonly CaNode[], asides: readonly Aside[]) => ({
  cas: nodes.flatMap((node) => rowsOf(node, null)),
  others: asides.map(({ shown, why, waiting }) => ({ directory: shown, waiting, why })),
});

type Row = ReturnType<typeof fieldsOf>;

function rowsOf(node: CaNode, above: string | null): readonly Row[] {
  const below = node.children.flatMap((child) => rowsOf(child, node.fingerprint));
  return [fieldsOf(node, above), ...below];
}

function fieldsOf({ certificate, facts, ...node }: CaNode, above: string | null) {
  const { tbs } = certificate;
  return {
    subject: node.subject,
    issuer: nameText(parseName(tbs.issuer)),
    serial: serialText(tbs.serialNumber),
    fingerprint: node.fingerprint,
    above,
    cross: node.cross,
    state: node.state,
    notBefore: timeText(tbs.notBefore),
    notAfter: timeText(tbs.notAfter),
    ...(facts && factFields(facts)),
  };
}

const crlFields = ({ number, thisUpdate, nextUpdate }: LastCrl) => ({
  number,
  thisUpdate: timeText(thisUpdate),
  nextUpdate: timeText(nextUpdate),
});

const shardFields = ({ first, ...counts }: PointCrls) => ({
  ...counts,
  first: first.map(({ urls, ...crl }) => ({ urls, ...crlFields(crl) })),
});

function factFields({ shown, keys, statistics: { counts, crl, pointCrls, audit } }: CaFacts) {
  return {
    directory: shown,
    keys,
    certificates: counts,
    ...(crl && { crl: crlFields(crl) }),
    ...(pointCrls && { shards: shardFields(pointCrls) }),
    ...(audit && { auditHead: audit }),
  };
}
