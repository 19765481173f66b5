import { contextPrimitive } from '../../src/der/writer.ts';
import type { GeneralName } from '../../src/x509/general-names.ts';
import { encodeName } from '../../src/x509/names.ts';
import { chain, KeyRing } from './chain.ts';
import type { ChainCase } from './chain-cases.ts';
import {
  caWith,
  cn,
  constraints,
  directory,
  dns,
  dnsBase,
  email,
  ip,
  registeredId,
  san,
  uri,
} from './made-certificates.ts';

const keys = new KeyRing('ed25519');

const name = (...attributes: readonly (readonly [string, string])[]) =>
  encodeName(attributes.map(([type, value]) => ({ type, value })));

/** A chain with a CA of these constraints in the middle and these names in the leaf. */
const constrained =
  (nameConstraints: ReturnType<typeof constraints>, leaf: Parameters<typeof chain>[1]) => () =>
    chain(keys, {}, { extensions: caWith(nameConstraints) }, leaf);

const sans = (...names: readonly GeneralName[]) => ({ extensions: [san(...names)] });
const address = (value: string) => ({ type: 'email', value }) as const;
const webAddress = (value: string) => ({ type: 'uri', value }) as const;
const ipAddress = (value: string) => ({ type: 'ip', value }) as const;

/** The minimum is 1, where RFC 5280 §4.2.1.10 wants none. */
const withMinimum = constraints([
  Buffer.concat([dnsBase('example.com'), contextPrimitive(0, Uint8Array.of(1))]),
]);

const NC = '(name-constraints, RFC 5280 §4.2.1.10, §6.1.3 (b), (c))';
const EXAMPLE_ORG = name(['O', 'Example'], ['OU', 'A']);

export const NAME_CONSTRAINT_CASES: readonly ChainCase[] = [
  {
    name: 'with names within DNS constraints',
    made: constrained(
      constraints([dnsBase('example.com')]),
      sans(dns('example.com'), dns('www.Example.COM'), dns('*.example.com')),
    ),
  },
  {
    name: 'with a name outside of DNS constraints',
    made: constrained(constraints([dnsBase('example.com')]), sans(dns('www.badexample.com'))),
    problems: [
      `CN=leaf: the DNS name www.badexample.com is not permitted by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with an excluded DNS name',
    made: constrained(
      constraints([dnsBase('example.com')], [dnsBase('secret.example.com')]),
      sans(dns('a.secret.example.com')),
    ),
    problems: [
      `CN=leaf: the DNS name a.secret.example.com is excluded by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with a wildcard that stands for an excluded name',
    made: constrained(constraints([], [dnsBase('secret.example.com')]), sans(dns('*.example.com'))),
    problems: [
      `CN=leaf: the DNS name *.example.com is excluded by its name constraints, those of CN=CA 1 ${NC}`,
    ],
    opensslDiffers: 'it compares the asterisk as a letter',
  },
  {
    name: 'with constraints of the root that a CA further down breaks',
    made: () =>
      chain(
        keys,
        { extensions: caWith(constraints([directory(name(['O', 'Example']))])) },
        { name: EXAMPLE_ORG },
        { name: name(['O', 'Elsewhere']) },
      ),
    problems: [
      `O=Elsewhere: the directory name is not permitted by its name constraints, those of CN=Root ${NC}`,
    ],
  },
  {
    name: 'with a directory name within constraints, in other case',
    made: () =>
      chain(
        keys,
        { extensions: caWith(constraints([directory(name(['O', 'EXAMPLE']))])) },
        { name: EXAMPLE_ORG },
        { name: name(['O', 'Example'], ['CN', 'server']) },
      ),
  },
  {
    name: 'with an excluded directory name, in other case',
    made: constrained(constraints([], [directory(name(['O', 'EXAMPLE']))]), { name: EXAMPLE_ORG }),
    problems: [
      `O=Example, OU=A: the directory name is excluded by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with a self-issued CA that constraints do not hold for',
    made: () =>
      chain(
        keys,
        { extensions: caWith(constraints([directory(name(['O', 'Example']))])) },
        { name: cn('Root') },
        { name: EXAMPLE_ORG },
      ),
  },
  {
    name: 'with a self-issued leaf, which constraints do hold for',
    made: () =>
      chain(
        keys,
        { extensions: caWith(constraints([directory(name(['O', 'Example']))])) },
        { name: cn('Root') },
      ),
    problems: [
      `CN=Root: the directory name is not permitted by its name constraints, those of CN=Root ${NC}`,
    ],
  },
  {
    name: 'with addresses within constraints',
    made: constrained(
      constraints([email('example.com'), ip(192, 0, 2, 0, 255, 255, 255, 0), uri('.example.com')]),
      sans(
        address('somebody@example.com'),
        ipAddress('192.0.2.77'),
        webAddress('https://www.example.com:8443/path'),
      ),
    ),
  },
  {
    name: 'with an e-mail address of another host',
    made: constrained(constraints([email('example.com')]), sans(address('a@mail.example.com'))),
    problems: [
      `CN=leaf: the e-mail address a@mail.example.com is not permitted by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with an excluded e-mail address in the subject',
    made: constrained(constraints([], [email('.example.com')]), {
      name: name(['CN', 'x'], ['1.2.840.113549.1.9.1', 'a@mail.example.com']),
    }),
    problems: [
      `CN=x, emailAddress=a@mail.example.com: the e-mail address a@mail.example.com is excluded by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with an IP address outside of constraints',
    made: constrained(
      constraints([ip(192, 0, 2, 0, 255, 255, 255, 0)]),
      sans(ipAddress('192.0.3.1')),
    ),
    problems: [
      `CN=leaf: the IP address is not permitted by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with an IPv6 address where IPv4 is permitted',
    made: constrained(
      constraints([ip(192, 0, 2, 0, 255, 255, 255, 0)]),
      sans(ipAddress('2001:db8::1')),
    ),
    problems: [
      `CN=leaf: the IP address is not permitted by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  ...[
    { network: [10, 0, 0, 0, 255, 0, 255, 0], shown: '10.0.0.0/255.0.255.0' },
    { network: [0, 0, 0, 1, 0, 0, 0, 1], shown: '0.0.0.1/0.0.0.1' },
    {
      network: [0x20, 1, ...new Array(14).fill(0), ...new Array(15).fill(255), 0x7f],
      shown: '2001::/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff7f',
    },
  ].map(({ network, shown }) => ({
    name: `with the constraint ${shown}, which is no network`,
    made: constrained(constraints([], [ip(...network)]), sans(ipAddress('192.0.2.2'))),
    problems: [
      `CN=CA 1: its name constraints have a network without prefix, ${shown} (name-constraints-networks, RFC 5280 §4.2.1.10, RFC 4632 §3.1)`,
    ],
    opensslDiffers: 'it takes any mask',
  })),
  {
    name: 'with a constraint of addresses that has no mask',
    made: constrained(constraints([], [ip(10, 0, 0, 0)]), sans(dns('example.com'))),
    problems: [
      'CN=CA 1: its name constraints have a network without prefix, of 4 octets (name-constraints-networks, RFC 5280 §4.2.1.10, RFC 4632 §3.1)',
    ],
    opensslDiffers: 'it looks at it when there is an address',
  },
  {
    name: 'with an IPv4-mapped address, which is the one that is excluded',
    made: constrained(
      constraints([], [ip(192, 0, 2, 0, 255, 255, 255, 0)]),
      sans(ipAddress('::ffff:192.0.2.1')),
    ),
    problems: [
      `CN=leaf: the IP address is excluded by its name constraints, those of CN=CA 1 ${NC}`,
    ],
    opensslDiffers: 'it compares addresses of the same version alone',
  },
  {
    name: 'with an IPv4-mapped address beside what is excluded',
    made: constrained(
      constraints([], [ip(192, 0, 2, 0, 255, 255, 255, 0)]),
      sans(ipAddress('::ffff:192.0.3.1'), ipAddress('::c000:201')),
    ),
  },
  {
    name: 'with an IPv4-mapped address where IPv4 is permitted',
    made: constrained(
      constraints([ip(192, 0, 2, 0, 255, 255, 255, 0)]),
      sans(ipAddress('::ffff:192.0.2.1')),
    ),
    problems: [
      `CN=leaf: the IP address is not permitted by its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with a URI without host under constraints of URIs',
    made: constrained(constraints([], [uri('example.com')]), sans(webAddress('urn:example:a'))),
    problems: [
      `CN=leaf: the URI urn:example:a cannot be compared with its name constraints, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with constraints of an unsupported form, and names of other forms',
    made: constrained(constraints([registeredId]), sans(dns('example.com'))),
  },
  {
    name: 'with constraints of an unsupported form, and names of that form',
    made: constrained(
      constraints([registeredId]),
      sans({ type: 'other', value: Buffer.from(registeredId).toString('hex') }),
    ),
    problems: [
      `CN=leaf: its name constraints are of a form that is not supported, those of CN=CA 1 ${NC}`,
    ],
  },
  {
    name: 'with a subtree that has a minimum',
    made: () => chain(keys, { extensions: caWith(withMinimum) }, sans(dns('example.com'))),
    problems: [
      'CN=Root: it is malformed: a name constraint has a minimum or a maximum (der, RFC 5280 §4.1)',
      'CN=Root: it is not a CA by its basicConstraints, but an issuer in this path (issuer-is-ca, RFC 5280 §4.2.1.9, §6.1.4 (k))',
    ],
  },
];
