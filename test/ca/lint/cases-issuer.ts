import type { Draft } from '../../../src/ca/draft.ts';
import type { Issuer } from '../../../src/ca/issuer.ts';
import { contextConstructed, contextPrimitive, sequence } from '../../../src/der/writer.ts';
import type { Certificate } from '../../../src/x509/certificate.ts';
import {
  type BasicConstraints,
  EXTENSION_OID,
  encodeBasicConstraints,
} from '../../../src/x509/extensions.ts';
import { encodeName } from '../../../src/x509/names.ts';
import type { LintCase } from './case.ts';

/** A case of a draft that is sound but for some fields of its issuer. */
const issuerCase = (
  id: string,
  change: (issuer: Issuer) => Partial<Issuer>,
  profile = 'tls-server',
  changeDraft: (drafted: Draft) => Draft = (drafted) => drafted,
): LintCase => ({
  id,
  spoil: (world) => ({
    drafted: changeDraft(world.drafted(profile, world.issuer)),
    issuer: { ...world.issuer, ...change(world.issuer) },
  }),
});

const limited = ({ extensions }: Issuer, basicConstraints: BasicConstraints): Partial<Issuer> => ({
  ...(extensions && { extensions: { ...extensions, basicConstraints } }),
});

function certificateOf({ certificate }: Issuer): Certificate {
  if (!certificate) throw new Error('an issuer without a certificate');
  return certificate;
}

/** The certificate with other fields in it. */
const changed = (certificate: Certificate, change: Partial<Certificate['tbs']>): Certificate => ({
  ...certificate,
  tbs: { ...certificate.tbs, ...change },
});

const pathLength = (number: number) => ({
  oid: EXTENSION_OID.basicConstraints,
  critical: true,
  value: encodeBasicConstraints({ ca: true, pathLength: number }),
});

const onlyExampleOrg = {
  oid: '2.5.29.30',
  critical: true,
  value: sequence(contextConstructed(0, sequence(contextPrimitive(2, Buffer.from('example.org'))))),
};

/** One for each row of ISSUER_RULES. */
export const ISSUER_CASES: readonly LintCase[] = [
  issuerCase('issuer-is-ca', (issuer) => limited(issuer, { ca: false, pathLength: undefined })),
  issuerCase('issuer-may-sign-certificates', ({ extensions }) => ({
    ...(extensions && { extensions: { ...extensions, keyUsage: ['cRLSign'] } }),
  })),
  issuerCase('issuer-not-expired', (issuer) => ({
    certificate: changed(certificateOf(issuer), { notAfter: new Date(0) }),
  })),
  issuerCase(
    'issuer-path-length',
    (issuer) => limited(issuer, { ca: true, pathLength: 0 }),
    'issuing-ca',
  ),
  issuerCase(
    'path-length-below-issuer',
    (issuer) => limited(issuer, { ca: true, pathLength: 1 }),
    'issuing-ca',
    ({ tbs, ...rest }) => ({
      ...rest,
      tbs: {
        ...tbs,
        extensions: tbs.extensions.map((extension) =>
          extension.oid === EXTENSION_OID.basicConstraints ? pathLength(1) : extension,
        ),
      },
    }),
  ),
  issuerCase(
    'path-length-above-issuer',
    (issuer) => {
      const certificate = certificateOf(issuer);
      const above = encodeName([{ type: 'CN', value: 'Above' }]);
      return {
        certificate: changed(certificate, { issuer: above }),
        chain: [
          changed(certificate, { subject: above, issuer: above, extensions: [pathLength(1)] }),
        ],
      };
    },
    'issuing-ca',
  ),
  issuerCase('issuer-name-constraints', (issuer) => ({
    chain: [changed(certificateOf(issuer), { extensions: [onlyExampleOrg] })],
  })),
];
