import { timeText } from '../der/time.ts';
import type { LintRule } from './lint-rule.ts';

const MAX_SERIAL_OCTETS = 20;

const octetsOf = (serial: bigint): number => Math.floor(serial.toString(2).length / 8) + 1;

/** The fields of TBSCertificate, and what they owe to the issuer. */
export const TBS_RULES: readonly LintRule[] = [
  {
    id: 'serial-positive',
    cites: 'RFC 5280 §4.1.2.2',
    check: ({ tbs }) => (tbs.serialNumber < 1n ? 'serialNumber must be positive' : undefined),
  },
  {
    id: 'serial-length',
    cites: 'RFC 5280 §4.1.2.2',
    check: ({ tbs }) =>
      octetsOf(tbs.serialNumber) > MAX_SERIAL_OCTETS
        ? `serialNumber must have at most ${MAX_SERIAL_OCTETS} octets`
        : undefined,
  },
  {
    id: 'validity-order',
    cites: 'RFC 5280 §4.1.2.5',
    check: ({ tbs }) =>
      tbs.notBefore < tbs.notAfter ? undefined : 'notAfter must be after notBefore',
  },
  {
    id: 'validity-within-issuer',
    cites: 'RFC 5280 §6.1.3, RFC 4158 §3.5.3',
    check: ({ tbs, issuer: { certificate } }) => {
      if (!certificate) return undefined;
      const { notBefore, notAfter } = certificate.tbs;
      if (tbs.notBefore >= notBefore && tbs.notAfter <= notAfter) return undefined;
      return `validity must be within the issuer's, until ${timeText(notAfter)}; it would last until ${timeText(tbs.notAfter)}`;
    },
  },
  {
    id: 'self-signed-name',
    cites: 'RFC 5280 §3.2',
    check: ({ tbs, issuer }) =>
      issuer.certificate || Buffer.compare(tbs.subject, tbs.issuer) === 0
        ? undefined
        : 'a self-signed certificate must have its subject as issuer',
  },
];
