import { createHash } from 'node:crypto';

const PUBLIC_KEY = `MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==`;

/** A backup without its checksum, which a target puts behind it, changed or not. */
const BACKUP = `version: 1
made: 2026-01-01T00:00:00Z
key:
  algorithm: ecdsa-p256
  label: ca-key
  id: "01"
  sha256: ${createHash('sha256').update(Buffer.from(PUBLIC_KEY, 'base64')).digest('hex')}
  attributes:
    CKA_SENSITIVE: true
    CKA_EXTRACTABLE: false
  public-key: |
    -----BEGIN PUBLIC KEY-----
${PUBLIC_KEY.replaceAll(/^/gm, '    ')}
    -----END PUBLIC KEY-----
from:
  token: CA Token
  serial: "1"
  manufacturer: SoftHSM project
  model: SoftHSM v2
  firmware: "2.6"
`;

/** Seeds that are written down here, by their folders. */
export const TEXT_SEEDS: Readonly<Record<string, readonly string[]>> = {
  profiles: [
    `extends: tls-server
description: for tests
variables:
  team: { pattern: "[a-z]+", max-length: 10 }
subject:
  template: { O: Example, OU: "{team}" }
validity: { days: 30 }
key-types: [ecdsa-p256, rsa-3072]
`,
    'extends: issuing-ca\nname-constraints:\n  permitted: { dns: [example.com], ip: [192.0.2.0/24] }\n',
  ],
  configurations: [
    `version: 1
name: 'Root: "A"'
algorithm: rsa-3072
key:
  - pkcs11:token=CA%20Token;object=ca;type=private?module-path=/usr/lib/softhsm/libsofthsm2.so
  - pkcs11:token=Other;object=ca;type=private?module-path=/usr/lib/softhsm/libsofthsm2.so
hsm-sessions: 4
hsm-timeout: 30
hsm-pin-env: CA_PIN
`,
  ],
  'hsm-configurations': [
    `module: /usr/lib/softhsm/libsofthsm2.so
token: CA Token
pin-file: ca.pin
sessions: 4
timeout: 30
`,
    `module: ./libcs_pkcs11_R3.so
serial: ["1", "2"]
slot: 0
pin-env: CA_PIN
vendor: utimaco
user-type: 0x80000001
init-reserved: "configdir='sql:/x'"
`,
  ],
  uris: [
    'pkcs11:token=CA%20Token;object=ca-key;id=%01%ff;type=private?module-path=/usr/lib/p.so&pin-source=file:/run/pin',
    'pkcs11:serial=1;slot-id=3;library-version=2.6;model=a?module-name=softhsm2&x-user-type=0x80000001',
    'file:keys/ca.key',
  ],
  names: [
    'CN=Zoe,O=Example\\, Inc.,C=CZ',
    'CN=\\C3\\A9 \\#x,2.5.4.5=1 , OU = a\\ ',
    'DC=example,DC=com',
  ],
  backups: [
    `${BACKUP}wrapped: none\nadvice: use the backup of the vendor\n`,
    `${BACKUP}wrapped:
  format: aes-kwp
  mechanism: CKM_AES_KEY_WRAP_PAD
  under:
    wrapping-key: kek
  octets: |
    AAECAwQFBgcICQoLDA0ODw==
`,
  ],
  pems: [
    `text\n-----BEGIN CERTIFICATE-----\n${PUBLIC_KEY}\n-----END CERTIFICATE-----\n-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n`,
  ],
  'blocked-keys': [`# a list\n${'0123456789abcdef'.repeat(4)} # a key\n0123456789abcdef0123\n`],
  paths: ['MEIwQDA%2BMDwwOjAJBgUrDgMCGgUABBQ=', 'MAA='],
};
