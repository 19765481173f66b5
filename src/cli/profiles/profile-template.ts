/**
 * The text of a new profile. Lines that begin with `#` and no blank, or several, are examples: all
 * of them together are a profile too, but for `ca` and what it needs.
 */
export const profileTemplate = (
  name: string,
  base: string,
): string => `# Certificates of the profile "${name}". After a change: pki profile check FILE
# A line that begins with "#" and a word is an example: take away the "#" to use it.

# What it is built on: a built-in profile, or another file beside this one. What this file does not
# say is as it is there. Without it, validity and key-usage have to be here.
extends: ${base}

# One line about what it is for.
#summary: ${name}

# Days of 86,400 seconds; or "until: 2030-12-31T23:59:59Z", the end of every certificate.
#validity:
#  days: 30

# Algorithms that keys may be for, by the names of "pki algorithms"; the first is for new keys.
#keys: [ecdsa-p256, rsa-3072, ml-dsa-65]

# The subject. "take": attributes that requests and options may give. "set": what the profile says,
# which yields to them where the attribute is taken too. {host} is a variable, see below.
#subject:
#  take: [CN]
#  set:
#    C: CZ
#    O: Example
#    OU: "{team}"

# Names in subjectAltName: dns, ip, email, uri, and for "take" rid, upn, smtputf8 and directory too.
# "set" is added to every certificate.
#subject-alt-name:
#  take: [dns, ip]
#  required: true
#  common-name: [dns, ip]
#  set:
#    dns: "{host}.example.com"

# Bits of keyUsage, and purposes by their names or OIDs.
#key-usage: [digitalSignature, keyEncipherment]
#extended-key-usage: [serverAuth, 1.3.6.1.5.5.7.3.17]

# Certificate policies.
#policies:
#  - oid: 2.23.140.1.2.1
#    cps: https://pki.example.com/cps

# Statements of qualified certificates (ETSI EN 319 412-5); type is esign, eseal or web.
#qc-statements:
#  compliance: true
#  type: esign
#  sscd: true
#  retention-years: 15
#  limit: {currency: EUR, amount: 50000}
#  pds:
#    - {language: en, url: "https://pki.example.com/pds-en.pdf"}

# Where the issuer's certificate, OCSP responder and CRL are. {issuer-key-id}, {serial} and the
# variables are filled in; {crl-shard}, from 0 up, where certificates are spread over several CRLs.
#ca-issuers: ["http://pki.example.com/{issuer-key-id}.crt"]
#ocsp: ["http://ocsp.example.com"]
#crl: ["http://pki.example.com/{crl-shard}.crl"]
#freshest-crl: ["http://pki.example.com/{crl-shard}-delta.crl"]
#crl-shards: 16
#must-staple: true

# Or instead: nothing about revocation is published (RFC 9608), as for seven days at most.
#no-rev-avail: false
#short-lived: false

# What was certified before: refuse, note or allow. A key that has a certificate under another name;
# a subject that has a good certificate for another key.
#duplicate-key: note
#reused-name: allow

# Other extensions: hex or base64 of DER, or utf8, ia5, printable, integer, boolean, oid, null,
# octets (hexadecimal), sequence (a list of such values).
#extensions:
#  - oid: 1.3.6.1.4.1.32473.1
#    critical: false
#    value:
#      utf8: some text

# What --var gives: type text, dns, ip, email, uri or integer; pattern, max-length, one-of, min,
# max; default. A variable without default has to be given.
#variables:
#  host:
#    pattern: "[a-z][a-z0-9-]*"
#    max-length: 20
#  team:
#    one-of: [web, mail]
#    default: web

# For a CA: "ca: true", "path-length: 0" (or none), key-usage with keyCertSign, and name-constraints
# with permitted and excluded, each with dns, email, ip, uri and directory.
`;
