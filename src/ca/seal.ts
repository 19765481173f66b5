import { sha256 } from '../der/sha256.ts';
import type { Clock } from '../ports.ts';
import { alternativeNames } from '../x509/alternative-names.ts';
import { type Certificate, parseCertificate, serialText } from '../x509/certificate.ts';
import { type Crl, parseBaseCrlNumber, parseCrl, parseCrlNumber } from '../x509/crl.ts';
import { knownExtensions } from '../x509/extensions.ts';
import { encodeOcspResponse } from '../x509/ocsp-response.ts';
import { crlUrls } from '../x509/pointers.ts';
import type { Issuer } from './issuer.ts';
import { type Approved, type ApprovedCrl, type ApprovedTbs, mustHoldAmong } from './lint.ts';
import type { OcspResponder } from './ocsp-responder.ts';
import { type Ledger, signApproved } from './sign-approved.ts';
import type { CaStore, CrlPoint } from './store.ts';
import { mustPassTrial } from './trial-certificate.ts';

interface SealParts {
  readonly store: CaStore;
  readonly clock: Clock;
}

/**
 * Tries a certificate, then signs, verifies and records it; one of a CA by two implementations of
 * everything.
 */
export async function seal(
  approved: ApprovedTbs,
  issuer: Issuer,
  { store, clock }: SealParts,
): Promise<Certificate> {
  const { tbs, der, profile, subject, requestHash } = approved;
  await mustPassTrial(approved, issuer);
  const isCa = knownExtensions(tbs.extensions).basicConstraints?.ca ?? false;
  const second = isCa ? await import('./second-opinion.ts') : undefined;
  await second?.mustAssembleAlike(approved, issuer.signing);
  const serial = serialText(tbs.serialNumber);
  const { notBefore, notAfter } = tbs;
  const hashes = { tbsHash: sha256(der), publicKeyHash: sha256(tbs.publicKey), requestHash };
  const named = {
    crlUrls: crlUrls(tbs.extensions),
    alternativeNames: alternativeNames(tbs.extensions),
  };
  const intent = { serial, profile, subject, ...named, notBefore, notAfter, ...hashes };
  const ledger: Ledger = {
    what: 'certificate',
    intend: (keys) =>
      store.recordIntent({ ...intent, keys }, clock(), (others) =>
        mustHoldAmong(others, approved, clock()),
      ),
    release: (signed, keys) => store.recordIssued(serial, signed, clock(), keys),
    fail: (reason) => store.recordFailed(serial, reason, clock()),
  };
  const engines = second ? [undefined, await second.otherEngine()] : [undefined];
  return parseCertificate(await signApproved(approved, issuer, ledger, engines));
}

interface SealCrlParts extends SealParts {
  /** See CrlIntent. */
  readonly covers: number;
  readonly point: CrlPoint | undefined;
}

/** Signs, verifies and records a CRL. */
export async function sealCrl(
  approved: ApprovedCrl,
  issuer: Issuer,
  { store, clock, covers, point }: SealCrlParts,
): Promise<Crl> {
  const { tbs, der } = approved;
  const { thisUpdate, nextUpdate, extensions } = tbs;
  const number = parseCrlNumber(extensions) ?? 0n; // a CRL without one is not approved
  const base = parseBaseCrlNumber(extensions);
  const intent = { number, base, point, thisUpdate, nextUpdate, covers, tbsHash: sha256(der) };
  const ledger: Ledger = {
    what: 'CRL',
    intend: (keys) => store.recordCrlIntent({ ...intent, keys }, clock()),
    release: (signed, keys) => store.recordCrlIssued(number, signed, clock(), keys),
    fail: (reason) => store.recordCrlFailed(number, reason, clock()),
  };
  return parseCrl(await signApproved(approved, issuer, ledger));
}

/** Signs and verifies what an OCSP response says; the result is an OCSPResponse, DER. */
export async function sealOcsp(
  approved: Approved,
  { signing, certificates }: OcspResponder,
): Promise<Uint8Array> {
  return encodeOcspResponse(await signApproved(approved, signing, NOT_RECORDED), certificates);
}

/**
 * A response only repeats what is in the store, and anybody may ask for one as often as they like:
 * a row for each would let strangers fill the disk of the CA.
 */
const NOT_RECORDED: Ledger = {
  what: 'OCSP response',
  intend: async () => undefined,
  release: async () => undefined,
  fail: async () => undefined,
};
