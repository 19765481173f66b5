import { PURPOSES } from '../../src/path/purposes.ts';
import type { Wanted } from '../../src/path/wanted.ts';
import type { ExtendedKeyUsage, Extension } from '../../src/x509/extensions.ts';
import type { GeneralName } from '../../src/x509/general-names.ts';
import { chain, KeyRing, type Level } from './chain.ts';
import type { ChainCase } from './chain-cases.ts';
import { caWith, cn, dns, san, usage } from './made-certificates.ts';
import { purpose } from './made-responses.ts';

/** A chain, what its leaf is wanted for, and how OpenSSL is asked the same. */
export interface WantedCase extends ChainCase {
  readonly wanted: Wanted;
  readonly openssl: readonly string[];
}

const keys = new KeyRing('ed25519');

const OPENSSL_PURPOSES: Readonly<Record<string, string>> = {
  'tls-server': 'sslserver',
  'tls-client': 'sslclient',
  email: 'smimesign',
  'code-signing': 'codesign',
  'time-stamping': 'timestampsign',
  'ocsp-signing': 'ocsphelper',
  any: 'any',
};

type Rest = Pick<WantedCase, 'problems' | 'opensslDiffers'>;

const used = (
  name: string,
  title: string,
  levels: readonly Level[],
  rest: Rest = {},
): WantedCase => ({
  name: `for ${name}, ${title}`,
  made: () => chain(keys, ...levels),
  wanted: { purpose: PURPOSES.find((row) => row.name === name) },
  openssl: ['-purpose', OPENSSL_PURPOSES[name] ?? ''],
  ...rest,
});

const leaf = (...extensions: readonly Extension[]): readonly Level[] => [{}, {}, { extensions }];

const criticalPurpose = (...names: readonly ExtendedKeyUsage[]) => ({
  ...purpose(...names),
  critical: true,
});

const P = '(purpose, RFC 5280 §4.2.1.12)';
const KU = '(purpose-key-usage, RFC 5280 §4.2.1.3, §4.2.1.12)';

export const PURPOSE_CASES: readonly WantedCase[] = [
  used('tls-server', 'as it says', leaf(purpose('serverAuth', 'clientAuth'), usage(0))),
  used('tls-server', 'saying nothing', leaf()),
  used('tls-server', 'but for clients', leaf(purpose('clientAuth')), {
    problems: [
      `CN=leaf: its extended key usage is not serverAuth, but clientAuth, as tls-server needs ${P}`,
    ],
  }),
  used('tls-server', 'with any purpose', leaf(purpose('anyExtendedKeyUsage')), {
    opensslDiffers: 'any is none that it wants',
  }),
  used('tls-server', 'with a key that signs CRLs only', leaf(purpose('serverAuth'), usage(6)), {
    problems: [
      `CN=leaf: its key usage has none of digitalSignature, keyEncipherment, keyAgreement, which tls-server needs ${KU}`,
    ],
  }),
  used(
    'tls-server',
    'below a CA for clients',
    [{}, { extensions: caWith(purpose('clientAuth')) }, {}],
    {
      problems: [
        'CN=CA 1: its extended key usage does not allow serverAuth below it (ca-purpose, RFC 5280 §4.2.1.12)',
      ],
    },
  ),
  used('tls-server', 'below a CA for servers', [
    {},
    { extensions: caWith(purpose('serverAuth')) },
    { extensions: [purpose('serverAuth')] },
  ]),
  used('tls-client', 'as it says', leaf(purpose('clientAuth'), usage(0))),
  used('tls-client', 'with a key that only enciphers keys', leaf(purpose('clientAuth'), usage(2)), {
    problems: [
      `CN=leaf: its key usage has none of digitalSignature, keyAgreement, which tls-client needs ${KU}`,
    ],
  }),
  used('tls-client', 'but for servers', leaf(purpose('serverAuth')), {
    problems: [
      `CN=leaf: its extended key usage is not clientAuth, but serverAuth, as tls-client needs ${P}`,
    ],
  }),
  used('email', 'as it says', leaf(purpose('emailProtection'), usage(0))),
  used('email', 'but for servers', leaf(purpose('serverAuth')), {
    problems: [
      `CN=leaf: its extended key usage is not emailProtection, but serverAuth, as email needs ${P}`,
    ],
  }),
  used('code-signing', 'as it says', leaf(purpose('codeSigning'), usage(0))),
  used('code-signing', 'saying nothing', leaf(usage(0)), {
    problems: [`CN=leaf: its extended key usage is not codeSigning, as code-signing needs ${P}`],
  }),
  used('time-stamping', 'as it says', leaf(criticalPurpose('timeStamping'), usage(0))),
  used('time-stamping', 'not critical', leaf(purpose('timeStamping'), usage(0)), {
    problems: [
      'CN=leaf: its extended key usage is not critical (time-stamping-only, RFC 3161 §2.3)',
    ],
  }),
  used(
    'time-stamping',
    'and for code',
    leaf(criticalPurpose('timeStamping', 'codeSigning'), usage(0)),
    {
      problems: [
        'CN=leaf: it is for other purposes beside timeStamping (time-stamping-only, RFC 3161 §2.3)',
      ],
    },
  ),
  used('ocsp-signing', 'as it says', leaf(purpose('ocspSigning'), usage(0))),
  used('ocsp-signing', 'but for servers', leaf(purpose('serverAuth')), {
    problems: [
      `CN=leaf: its extended key usage is not ocspSigning, but serverAuth, as ocsp-signing needs ${P}`,
    ],
    opensslDiffers: 'it leaves that to who reads the response',
  }),
  used('any', 'whatever it says', leaf(purpose('timeStamping'), usage(6))),
];

const OPENSSL_NAMES: Readonly<Record<string, string>> = {
  dns: '-verify_hostname',
  ip: '-verify_ip',
  email: '-verify_email',
  smtputf8: '-verify_email',
};

const named = (
  wanted: GeneralName,
  presented: readonly GeneralName[],
  rest: Rest & Pick<Level, 'name'> = {},
): WantedCase => {
  const { name, ...verdict } = rest;
  const shown = presented.map(({ type, value }) => `${type}:${value}`).join(', ') || 'no name';
  const extensions = presented.length === 0 ? [] : [san(...presented)];
  return {
    name: `with ${shown}, asked for ${wanted.type}:${wanted.value}`,
    made: () => chain(keys, {}, { ...(name && { name }), extensions }),
    wanted: { names: [wanted] },
    openssl: [OPENSSL_NAMES[wanted.type] ?? '', wanted.value],
    ...verdict,
  };
};

const ip = (value: string): GeneralName => ({ type: 'ip', value });
const email = (value: string): GeneralName => ({ type: 'email', value });
const smtputf8 = (value: string): GeneralName => ({ type: 'smtputf8', value });

const N = '(name, RFC 9525 §6, RFC 5280 §7, RFC 9598 §5)';
const other = (kind: string, wanted: string, found: string): Rest => ({
  problems: [`CN=leaf: it is not for the ${kind} ${wanted}, but for ${found} ${N}`],
});

export const NAME_CASES: readonly WantedCase[] = [
  named(dns('www.example.com'), [dns('www.example.com')]),
  named(dns('WWW.example.COM'), [dns('www.EXAMPLE.com')]),
  named(dns('www.example.com'), [dns('a.example.com'), dns('*.example.com')]),
  named(
    dns('example.com'),
    [dns('*.example.com')],
    other('DNS name', 'example.com', '*.example.com'),
  ),
  named(
    dns('a.b.example.com'),
    [dns('*.example.com')],
    other('DNS name', 'a.b.example.com', '*.example.com'),
  ),
  named(dns('example.com'), [dns('*.com')], other('DNS name', 'example.com', '*.com')),
  named(
    dns('a.b.example.com'),
    [dns('a.*.example.com')],
    other('DNS name', 'a.b.example.com', 'a.*.example.com'),
  ),
  named(dns('www.example.com'), [dns('w*.example.com')], {
    ...other('DNS name', 'www.example.com', 'w*.example.com'),
    opensslDiffers: 'it takes parts of labels, as RFC 6125 had it',
  }),
  named(
    dns('www.example.com'),
    [dns('www.example.com.evil.example')],
    other('DNS name', 'www.example.com', 'www.example.com.evil.example'),
  ),
  named(dns('xn--mnchen-3ya.example'), [dns('xn--mnchen-3ya.example')]),
  named(dns('xn--mnchen-3ya.example.com'), [dns('*.example.com')]),
  named(dns('www.example.com'), [], {
    name: cn('www.example.com'),
    problems: [
      `CN=www.example.com: it has no DNS name in subjectAltName, so that it is not for www.example.com; the subject does not count ${N}`,
    ],
    opensslDiffers: 'without DNS names, the common name counts for it',
  }),
  named(dns('www.example.com'), [email('www.example.com')], {
    name: cn('www.example.com'),
    problems: [
      `CN=www.example.com: it has no DNS name in subjectAltName, so that it is not for www.example.com; the subject does not count ${N}`,
    ],
    opensslDiffers: 'without DNS names, the common name counts for it',
  }),
  named(ip('192.0.2.1'), [ip('192.0.2.1')]),
  named(ip('2001:db8:0:0::1'), [ip('2001:DB8::1')]),
  named(ip('192.0.2.1'), [ip('192.0.2.2')], other('IP address', '192.0.2.1', '192.0.2.2')),
  named(
    ip('::ffff:192.0.2.1'),
    [ip('192.0.2.1')],
    other('IP address', '::ffff:192.0.2.1', '192.0.2.1'),
  ),
  named(ip('192.0.2.1'), [dns('192.0.2.1')], {
    problems: [
      `CN=leaf: it has no IP address in subjectAltName, so that it is not for 192.0.2.1; the subject does not count ${N}`,
    ],
  }),
  named(email('zoe@example.com'), [email('zoe@EXAMPLE.com')]),
  named(
    email('zoe@example.com'),
    [email('Zoe@example.com')],
    other('e-mail address', 'zoe@example.com', 'Zoe@example.com'),
  ),
  named(
    email('zoe@example.com'),
    [email('eve@example.com')],
    other('e-mail address', 'zoe@example.com', 'eve@example.com'),
  ),
  named(smtputf8('zoë@example.com'), [smtputf8('zoë@EXAMPLE.com')]),
  named(smtputf8('zoë@example.com'), [smtputf8('Zoë@example.com')], {
    ...other('internationalised e-mail address', 'zoë@example.com', 'Zoë@example.com'),
  }),
];
