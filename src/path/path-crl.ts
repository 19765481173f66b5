import { type Crl, parseBaseCrlNumber, parseCrlNumber } from '../x509/crl.ts';
import { EXTENSION_OID, type KnownExtensions, knownExtensions } from '../x509/extensions.ts';
import { unknownInEntries } from '../x509/revoked-lookup.ts';
import { type CrlScope, crlScope } from './distribution-points.ts';
import { keyOf, readable, textOf } from './path-certificate.ts';

/** A CRL as path validation looks at it: read once, but for its entries. */
export interface PathCrl {
  readonly crl: Crl;
  /** For people, such as `CRL 5 of CN=Root`, escaped. */
  readonly name: string;
  readonly issuerKey: string;
  readonly number: bigint | undefined;
  /** BaseCRLNumber of a delta CRL. */
  readonly baseNumber: bigint | undefined;
  readonly extensions: KnownExtensions;
  readonly scope: CrlScope;
  /** The same for CRLs of the same scope. */
  readonly scopeKey: string;
  /** OID of a critical extension in an entry that is not understood. */
  readonly unknownInEntries: string | undefined;
  readonly malformed: string | undefined;
}

type Contents = Omit<PathCrl, 'crl' | 'issuerKey'>;

export function pathCrl(crl: Crl): PathCrl {
  const { issuer } = crl.tbs;
  const contents = readable<Contents>(
    () => contentsOf(crl),
    (malformed) => ({ ...UNREADABLE, name: `a CRL of ${textOf(issuer)}`, malformed }),
  );
  return { crl, issuerKey: keyOf(issuer), ...contents };
}

function contentsOf({ tbs: { issuer, extensions, revoked } }: Crl): Contents {
  const number = parseCrlNumber(extensions);
  const baseNumber = parseBaseCrlNumber(extensions);
  const kind = baseNumber === undefined ? 'CRL' : 'delta CRL';
  const point = extensions.find(({ oid }) => oid === EXTENSION_OID.issuingDistributionPoint);
  return {
    name: `${number === undefined ? `a ${kind}` : `${kind} ${number}`} of ${textOf(issuer)}`,
    number,
    baseNumber,
    extensions: knownExtensions(extensions),
    scope: crlScope(extensions, issuer),
    scopeKey: point ? Buffer.from(point.value).toString('hex') : '',
    unknownInEntries: unknownInEntries(revoked),
    malformed: undefined,
  };
}

const UNREADABLE: Omit<Contents, 'name' | 'malformed'> = {
  number: undefined,
  baseNumber: undefined,
  extensions: knownExtensions([]),
  scope: crlScope([], new Uint8Array(0)),
  scopeKey: '',
  unknownInEntries: undefined,
};
