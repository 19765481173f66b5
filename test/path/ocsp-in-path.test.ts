import { beforeAll, describe, expect, it } from 'vitest';
import { validatePath } from '../../src/path/validate-path.ts';
import type { SingleResponse } from '../../src/x509/ocsp-data.ts';
import { chain, chainOf, KeyRing } from './chain.ts';
import { cn, isCa, make, type Party, usage } from './made-certificates.ts';
import { entry, makeCrl } from './made-crls.ts';
import { basicOf, good, NO_CHECK, noon, purpose, respond, saying } from './made-responses.ts';

const keys = new KeyRing('ed25519');
const SIGNS_ALL = { extensions: [isCa(), usage(0, 5, 6)] };
const made = await chain(keys, SIGNS_ALL, SIGNS_ALL, {});
const [ca] = made.intermediates;
if (!ca) throw new Error('there is a CA');
const name = 'the OCSP response in a.der';
let issuer: Party;
let root: Party;

beforeAll(async () => {
  [issuer, root] = [await keys.party('CA 1', cn('CA 1')), await keys.party('Root', cn('Root'))];
});

const aboutLeaf = (changed: Partial<SingleResponse> = {}): SingleResponse => ({
  ...good(ca, made.leaf.tbs.serialNumber),
  ...changed,
});

const response = async (single: SingleResponse, by = issuer) => ({
  basic: basicOf(await respond(saying(by, single), by)),
  name,
});

type Evidence = Parameters<typeof validatePath>[0]['revocation'];

const problems = async (revocation: Evidence, rest = {}) => {
  const { root: anchor, intermediates, leaf } = chainOf(made.certificates);
  const given = { certificate: leaf, intermediates, trust: [anchor], at: noon.at };
  const input = { ...given, requireAlternative: false, ...rest };
  return (await validatePath({ ...input, ...(revocation && { revocation }) })).problems;
};

const of = async (single: SingleResponse, by?: Party, required: 'leaf' | 'all' = 'leaf') => ({
  crls: [],
  responses: [await response(single, by)],
  required,
});

describe('an OCSP response', () => {
  it('that says good has the certificate accepted', async () => {
    expect(await problems(await of(aboutLeaf()))).toEqual([]);
  });

  it('that says revoked has it refused', async () => {
    const status = { kind: 'revoked', at: noon.before, reason: 1 } as const;
    expect(await problems(await of(aboutLeaf({ status })))).toEqual([
      `CN=leaf: it is revoked since 2026-06-01T11:59:59Z, says ${name} (revoked, RFC 6960 §2.2)`,
    ]);
  });

  it('with several answers has it refused if one of them says revoked', async () => {
    const status = { kind: 'revoked', at: new Date('2026-05-01T00:00:00Z'), reason: 1 } as const;
    const data = saying(issuer, aboutLeaf(), aboutLeaf({ status }));
    const responses = [{ basic: basicOf(await respond(data, issuer)), name }];
    expect(await problems({ crls: [], responses, required: 'leaf' })).toEqual([
      expect.stringContaining('CN=leaf: it is revoked since 2026-05-01T00:00:00Z, says '),
    ]);
  });

  it('that knows nothing has it refused', async () => {
    expect(await problems(await of(aboutLeaf({ status: { kind: 'unknown' } })))).toEqual([
      `CN=leaf: the responder does not know it, says ${name} (ocsp, RFC 6960 §3.2)`,
    ]);
  });

  it('about another certificate has it refused', async () => {
    expect(await problems(await of(good(ca, 5n)))).toEqual([
      'CN=leaf: none of the OCSP responses tells of it (ocsp, RFC 6960 §3.2)',
    ]);
  });

  it('that is not of the issuer does not count', async () => {
    expect(await problems(await of(aboutLeaf(), root))).toEqual([
      `CN=leaf: ${name} does not count: neither the issuer nor a certificate in the response is the responder that it names (ocsp-responder, RFC 6960 §4.2.2.2, §4.2.2.3)`,
    ]);
  });

  it('that ran out does not count', async () => {
    expect(await problems(await of(aboutLeaf()), { at: noon.after })).toEqual([
      `CN=leaf: ${name} does not count: it held until 2026-06-01T13:00:00Z, no longer at 2026-06-01T13:00:01Z (ocsp-next-update, RFC 6960 §3.2, §4.2.2.1)`,
    ]);
  });

  it('of a delegated responder counts', async () => {
    const responder = await keys.party('responder', cn('Responder'));
    const extensions = [purpose('ocspSigning'), NO_CHECK];
    const certificate = await make({ subject: responder, issuer, extensions });
    const basic = basicOf(await respond(saying(responder, aboutLeaf()), responder, certificate));
    const evidence = { crls: [], responses: [{ basic, name }], required: 'leaf' } as const;
    expect(await problems(evidence)).toEqual([]);
  });

  it('about the leaf alone is not enough where all have to be known', async () => {
    const ofCa = await response(good(made.root, ca.tbs.serialNumber), root);
    const { crls, responses } = await of(aboutLeaf());
    expect(await problems({ crls, responses, required: 'all' })).toEqual([
      'CN=CA 1: none of the OCSP responses tells of it (ocsp, RFC 6960 §3.2)',
    ]);
    expect(await problems({ crls, responses: [...responses, ofCa], required: 'all' })).toEqual([]);
  });

  it('is classical only, which --require-alt refuses', async () => {
    const refused = await problems(await of(aboutLeaf()), { requireAlternative: true });
    expect(refused).toContain(
      `CN=leaf: ${name} does not count: it has a classical signature, and there are no alternative ones in OCSP (ocsp-alternative-signature, X.509 §9.8)`,
    );
  });

  it('that says good helps nothing against a CRL that says revoked, but where one has no word', async () => {
    const { responses } = await of(aboutLeaf());
    const telling = await makeCrl(issuer, { revoked: [entry(made.leaf.tbs.serialNumber)] });
    const others = await makeCrl(root);
    expect(await problems({ crls: [telling, others], responses, required: 'all' })).toEqual([
      'CN=leaf: it is revoked since 2026-05-01T00:00:00Z, keyCompromise, says CRL 5 of CN=CA 1 (revoked, RFC 5280 §6.3.3 (i), (j))',
    ]);
    expect(await problems({ crls: [others], responses, required: 'all' })).toEqual([]);
  });
});
