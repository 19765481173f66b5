import { enterDer } from '../der/reader.ts';
import { type Der, ia5String, objectIdentifier, sequence } from '../der/writer.ts';

/** A policy that a certificate was issued under (RFC 5280 §4.2.1.4). */
export interface CertificatePolicy {
  readonly oid: string;
  /** URI of the certification practice statement. */
  readonly cps?: string | undefined;
}

const CPS_QUALIFIER = '1.3.6.1.5.5.7.2.1';

/** The value of certificatePolicies. */
export const encodeCertificatePolicies = (policies: readonly CertificatePolicy[]): Der =>
  sequence(
    ...policies.map(({ oid, cps }) =>
      sequence(
        objectIdentifier(oid),
        ...(cps === undefined
          ? []
          : [sequence(sequence(objectIdentifier(CPS_QUALIFIER), ia5String(cps)))]),
      ),
    ),
  );

/** The OIDs of the policies, in their order. */
export function parseCertificatePolicies(value: Uint8Array): readonly string[] {
  const reader = enterDer(value);
  const oids: string[] = [];
  while (!reader.done) oids.push(reader.enter().objectIdentifier());
  return oids;
}
