import type { ReferredCertificate } from '../../ca/referred-certificate.ts';
import type { RequestEvidence } from '../../ca/request.ts';
import { type Certificate, parseCertificate, serialText } from '../../x509/certificate.ts';
import type { IssuerAndSerialNumber } from '../../x509/issuer-and-serial.ts';
import type { CliContext } from '../context.ts';
import type { OpenCa } from '../open-ca.ts';
import { readCertificates } from '../read-certificates.ts';
import type { EvidenceOptions } from './evidence-options.ts';

/** What a CA can know about the certificates that a request refers to. */
export async function requestEvidence(
  context: CliContext,
  { related, signerCert, trust = [] }: EvidenceOptions,
  { directory, issuer }: OpenCa,
): Promise<RequestEvidence> {
  const roots: Certificate[] = [];
  for (const file of trust) roots.push(...(await readCertificates(context, file)));
  return {
    now: context.clock(),
    trust: roots,
    async issued({ issuer: name, serialNumber }: IssuerAndSerialNumber) {
      if (Buffer.compare(name, issuer.name) !== 0) return undefined;
      const row = await directory.store.find(serialText(serialNumber));
      const good = row?.status === 'issued' && row.revocation === undefined;
      return good && row.der ? parseCertificate(row.der) : undefined;
    },
    ...(related !== undefined && { related: await referred(context, related) }),
    ...(signerCert !== undefined && { signer: await referred(context, signerCert) }),
  };
}

/** The first certificate in a file is meant; others may stand between it and a root. */
async function referred(context: CliContext, file: string): Promise<ReferredCertificate> {
  const [certificate, ...intermediates] = await readCertificates(context, file);
  return { certificate, intermediates, name: file };
}
