import type { CertificateSubject, LintRule } from './rule.ts';

const MAX_SERIAL_OCTETS = 20;

const octetsOf = (serial: bigint): number => Math.floor(serial.toString(2).length / 8) + 1;

/** The fields of TBSCertificate. */
export const TBS_RULES: readonly LintRule<CertificateSubject>[] = [
  {
    id: 'serial-positive',
    cites: 'RFC 5280 §4.1.2.2',
    requires: 'the serial number is positive',
    check: ({ tbs }) => (tbs.serialNumber < 1n ? 'serialNumber must be positive' : undefined),
  },
  {
    id: 'serial-length',
    cites: 'RFC 5280 §4.1.2.2',
    requires: 'the serial number has 20 octets at most',
    check: ({ tbs }) =>
      octetsOf(tbs.serialNumber) > MAX_SERIAL_OCTETS
        ? `serialNumber must have at most ${MAX_SERIAL_OCTETS} octets`
        : undefined,
  },
  {
    id: 'validity-order',
    cites: 'RFC 5280 §4.1.2.5',
    requires: 'notAfter is after notBefore',
    check: ({ tbs }) =>
      tbs.notBefore < tbs.notAfter ? undefined : 'notAfter must be after notBefore',
  },
];
