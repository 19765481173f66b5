import { describe, expect, it } from 'vitest';
import { bitString } from '../../src/der/writer.ts';
import { type PathInput, validatePath } from '../../src/path/validate-path.ts';
import { altSignatureAlgorithm } from '../../src/x509/alternative.ts';
import { EXTENSION_OID } from '../../src/x509/extensions.ts';
import { type Chain, chain, chainOf, inputOf, KeyRing } from './chain.ts';
import { CA, cn, make } from './made-certificates.ts';

const catalyst = new KeyRing('ecdsa-p256', 'ml-dsa-44');
const classical = new KeyRing('ecdsa-p256');
const composite = new KeyRing('MLDSA44-ECDSA-P256-SHA256');

const verdict = async (made: Chain, options: Partial<PathInput> = {}) => {
  const { problems, warnings, signatures } = await validatePath({ ...inputOf(made), ...options });
  const checked = signatures.map(({ algorithm, what }) => `${algorithm}, ${what}`);
  return { problems, warnings, checked };
};

const REQUIRED = { requireAlternative: true } as const;
const BOTH = ['ecdsa-with-SHA256, signature', 'ml-dsa-44, alternative signature'];
const ALTERNATIVE = '(alternative-signature, X.509 §9.8)';
const EXTENSIONS = '(alternative-extensions, X.509 §9.8.3, §9.8.4)';

describe('a Catalyst chain', () => {
  it('is verified with both keys of each issuer', async () => {
    expect(await verdict(await chain(catalyst, {}, {}, {}), REQUIRED)).toEqual({
      problems: [],
      warnings: [],
      checked: [...BOTH, ...BOTH, ...BOTH],
    });
  });

  it('may have its extensions critical', async () => {
    const { alternative } = await catalyst.party('Root', cn('Root'));
    const identifier = alternative?.algorithm.identifier ?? new Uint8Array(0);
    const extensions = [{ ...altSignatureAlgorithm(identifier), critical: true }];
    const made = await chain(catalyst, {}, { tbs: { extensions } });
    expect((await verdict(made, REQUIRED)).problems).toEqual([]);
  });

  it('without alternative signature of the leaf holds with a warning, unless it is required', async () => {
    const made = await chain(catalyst, {}, {}, { withoutAlternative: true });
    expect(await verdict(made)).toEqual({
      problems: [],
      warnings: [
        'the issuer has an alternative key, but CN=leaf has no alternative signature; --require-alt refuses that',
      ],
      checked: ['ecdsa-with-SHA256, signature', ...BOTH, ...BOTH],
    });
    expect((await verdict(made, REQUIRED)).problems).toEqual([
      `CN=leaf: it has a classical signature, and no alternative one ${ALTERNATIVE}`,
    ]);
  });

  it('whose root does not sign itself with its alternative key is refused if that is required', async () => {
    const made = await chain(catalyst, { withoutAlternative: true }, {});
    expect((await verdict(made)).warnings).toEqual([
      'the issuer has an alternative key, but CN=Root has no alternative signature; --require-alt refuses that',
    ]);
    expect((await verdict(made, REQUIRED)).problems).toEqual([
      `CN=Root: it has a classical signature, and no alternative one ${ALTERNATIVE}`,
    ]);
  });

  it('is refused where the alternative signature does not verify', async () => {
    const root = await catalyst.party('Root', cn('Root'));
    const wrong = await catalyst.party('another', cn('another'));
    const made = await chain(catalyst, {}, {});
    const leaf = await make({
      subject: await catalyst.party('leaf', cn('leaf')),
      issuer: { ...root, ...(wrong.alternative && { alternative: wrong.alternative }) },
    });
    expect((await verdict({ ...made, leaf })).problems).toEqual([
      `CN=leaf: its ml-dsa-44 signature does not verify (node:crypto) ${ALTERNATIVE}`,
    ]);
  });

  describe('whose trusted root is from before it had an alternative key', async () => {
    const { name, signer } = await catalyst.party('Root', cn('Root'));
    const { root: newRoot, leaf } = await chain(catalyst, {}, {});
    const before = { name, signer };
    const oldRoot = await make({ subject: before, issuer: before, extensions: CA });
    const made = chainOf([oldRoot, leaf]);
    const problem = 'an alternative signature, but its issuer CN=Root has no alternative key';

    it('holds with a warning, unless alternative signatures are required', async () => {
      expect(await verdict(made)).toEqual({
        problems: [],
        warnings: [`CN=leaf has ${problem} to check it with; --require-alt refuses that`],
        checked: ['ecdsa-with-SHA256, signature', 'ecdsa-with-SHA256, signature'],
      });
      expect((await verdict(made, REQUIRED)).problems).toEqual([
        `CN=leaf: it has ${problem} ${ALTERNATIVE}`,
        `CN=Root: it has a classical signature, and no alternative one ${ALTERNATIVE}`,
      ]);
    });

    it.each([
      ['first', [newRoot, oldRoot]],
      ['last', [oldRoot, newRoot]],
    ])(
      'is checked with the key of the newer root where that is trusted too: %s',
      async (_, trust) => {
        const expected = { problems: [], warnings: [], checked: [...BOTH, ...BOTH] };
        expect(await verdict(made, { trust })).toEqual(expected);
      },
    );
  });

  it.each([
    ['altSignatureAlgorithm', 'altSignatureValue', EXTENSION_OID.altSignatureAlgorithm],
    ['altSignatureValue', 'altSignatureAlgorithm', EXTENSION_OID.altSignatureValue],
  ])('with %s, but no %s, is refused', async (there, missing, oid) => {
    const extensions = [{ oid, critical: false, value: bitString(Uint8Array.of(1)) }];
    const made = await chain(classical, {}, { extensions });
    expect((await verdict(made)).problems).toContain(
      `CN=leaf: it has an ${there}, but no ${missing} ${EXTENSIONS}`,
    );
  });

  it.each([
    ['twice the same extension', EXTENSION_OID.altSignatureAlgorithm],
    ['two alternative keys', EXTENSION_OID.subjectAltPublicKeyInfo],
  ])('with %s is refused', async (_, oid) => {
    const twice = { oid, critical: false, value: bitString(Uint8Array.of(1)) };
    const made = await chain(catalyst, { extensions: [...CA, twice] });
    expect((await verdict(made)).problems).toContain(
      `CN=Root: it has the extension ${oid} twice (unique-extensions, RFC 5280 §4.2)`,
    );
  });

  it('with an alternative algorithm that is none is refused', async () => {
    const value = Uint8Array.of(0x30, 0x02, 0x05, 0x00);
    const extensions = [
      { oid: EXTENSION_OID.altSignatureAlgorithm, critical: false, value },
      { oid: EXTENSION_OID.altSignatureValue, critical: false, value: bitString(value) },
    ];
    const made = await chain(catalyst, {}, { extensions, withoutAlternative: true });
    expect((await verdict(made)).problems).toEqual([
      `CN=leaf: its signature algorithm is malformed ${ALTERNATIVE}`,
    ]);
  });
});

describe('a chain without alternative keys', () => {
  it('is refused if alternative signatures are required', async () => {
    expect((await verdict(await chain(classical, {}, {}), REQUIRED)).problems).toEqual([
      `CN=leaf: it has a classical signature, and no alternative one ${ALTERNATIVE}`,
      `CN=Root: it has a classical signature, and no alternative one ${ALTERNATIVE}`,
    ]);
  });
});

describe('a trust anchor that somebody else issued', () => {
  it('holds, whatever is required, since nobody can check its own signature', async () => {
    const { intermediates, leaf } = await chain(catalyst, {}, {}, {});
    const [anchor = leaf] = intermediates;
    const made = { certificates: [anchor, leaf], root: anchor, intermediates: [], leaf };
    expect(await verdict(made, REQUIRED)).toMatchObject({
      problems: [],
      warnings: ['CN=CA 1 is trusted as it is, its own signature cannot be checked'],
    });
  });
});

describe('a chain of signatures that need no other beside them', () => {
  it.each(['MLDSA44-ECDSA-P256-SHA256', 'ml-dsa-44', 'slh-dsa-sha2-128f'])(
    'holds where classical ones alone are refused: %s',
    async (name) => {
      const made = await chain(new KeyRing(name), {}, {}, {});
      expect((await verdict(made, REQUIRED)).problems).toEqual([]);
    },
  );
});

describe('a composite chain', () => {
  it('has both halves checked', async () => {
    const { problems, signatures } = await validatePath(inputOf(await chain(composite, {}, {})));
    const halves = ['ml-dsa-44', 'ecdsa-with-SHA256'].map((algorithm) => ({
      algorithm,
      composite: 'MLDSA44-ECDSA-P256-SHA256',
    }));
    expect(problems).toEqual([]);
    expect(signatures.map(({ algorithm, composite }) => ({ algorithm, composite }))).toEqual([
      ...halves,
      ...halves,
    ]);
  });
});
