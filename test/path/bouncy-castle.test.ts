import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import { type Crl, parseBaseCrlNumber } from '../../src/x509/crl.ts';
import { tool } from '../support/tools.ts';
import { bouncyCastleVerdicts } from './bouncy-castle-verdict.ts';
import { inputOf } from './chain.ts';
import { CHAIN_CASES } from './chain-cases.ts';
import { CRL_CASES } from './crl-cases.ts';
import { DELTA_CASES } from './crl-delta-cases.ts';
import { NAME_CONSTRAINT_CASES } from './name-constraint-cases.ts';

// The cases that OpenSSL judges beside ours, judged by Bouncy Castle's PKIX path validation as well.

const judge = tool('bc-judge');
const installed = judge ? '' : ': it is not installed: run scripts/install-tools --judges';

const ANCHOR = 'it asks nothing of a trust anchor';
const MASK = 'it takes any mask';

/** Cases where the verdict is the other one, and why. */
const DIFFERS: Readonly<Record<string, string>> = {
  'whose trust anchor has expired': ANCHOR,
  'with a CA whose basicConstraints is not critical': 'it does not mind',
  'with one CA too many for the root': ANCHOR,
  'with a critical cRLDistributionPoints that cannot be read': 'it looks at it with CRLs only',
  'whose self-signed root was tampered with and trusted': ANCHOR,
  'with a wildcard that stands for an excluded name': 'it compares the asterisk as a letter',
  'with constraints of the root that a CA further down breaks': ANCHOR,
  'with a self-issued leaf, which constraints do hold for': ANCHOR,
  'with the constraint 10.0.0.0/255.0.255.0, which is no network': MASK,
  'with the constraint 0.0.0.1/0.0.0.1, which is no network': MASK,
  'with the constraint 2001::/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff7f, which is no network': MASK,
  'with a constraint of addresses that has no mask': 'it looks at it for addresses only',
  'with an IPv4-mapped address where IPv4 is permitted': 'to it, it is the IPv4 address',
  'with a URI without host under constraints of URIs': 'it takes what it cannot compare',
  'with constraints of an unsupported form, and names of other forms': 'it wants to know all forms',
  'with a subtree that has a minimum': ANCHOR,
  'that holds later': 'it looks at the end of a CRL only',
  'with an unknown critical extension in an entry of another': 'it looks at its own entry only',
  'that is indirect': 'it supports them',
  'about all, for a certificate whose point names another one': 'it asks the CRL of the point only',
  'that ran out, and a delta CRL that did not': 'it wants a full CRL that holds',
  'and a delta CRL that ran out, which tells of it': 'it forgets what a delta CRL said',
};

it('differs in cases that there are', () => {
  const names = [...CHAIN_CASES, ...NAME_CONSTRAINT_CASES, ...CRL_CASES, ...DELTA_CASES];
  expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(DIFFERS)));
});

/** Of several full CRLs it asks any one, another one the next time. */
const isAskable = ({ crls }: { readonly crls: readonly Crl[] }): boolean =>
  crls.filter(({ tbs }) => parseBaseCrlNumber(tbs.extensions) === undefined).length < 2;

const all = await Promise.all([
  ...[...CHAIN_CASES, ...NAME_CONSTRAINT_CASES].map(async (one) => ({
    ...{ name: `a chain ${one.name}`, differs: DIFFERS[one.name] },
    ...{ chain: await one.made(), crls: [] },
  })),
  ...[...CRL_CASES, ...DELTA_CASES].map(async (one) => ({
    ...{ name: `a CRL ${one.name}`, differs: DIFFERS[one.name] },
    ...(await one.made()),
  })),
]);
const made = all.filter(isAskable);

describe.skipIf(!judge)(`Bouncy Castle${installed}`, () => {
  const verdicts = judge ? bouncyCastleVerdicts(made) : [];

  it.each(made.map((one, index) => ({ ...one, theirs: verdicts[index] })))(
    'on $name',
    async ({ chain, crls, theirs, differs }) => {
      const told = crls.length > 0 && {
        revocation: { crls, responses: [], required: 'all' as const },
      };
      const { problems } = await validatePath({ ...inputOf(chain), ...told });
      const accepted = problems.length === 0;
      expect(theirs).toMatchObject({ accepted: accepted === (differs === undefined) });
    },
  );
});
