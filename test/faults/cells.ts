import { CKR } from '../support/pkcs11-proxy/cryptoki.ts';
import type { Fault, Pkcs11Function } from '../support/pkcs11-proxy/plan.ts';

/** What pki is asked to do while something goes wrong. */
export const OPERATIONS = ['issue', 'init-ca', 'init-ca-generate', 'init-ca-undone'] as const;

export type OperationName = (typeof OPERATIONS)[number];

/** One thing that can happen to a call: a column of the matrix. */
export interface Mishap {
  readonly name: string;
  readonly fault: Partial<Fault>;
  /** Stands for the others of its kind where not all of them are tried. */
  readonly typical: boolean;
}

/**
 * To which calls of a function it happens. `lost`: to the first one, whose work the module does
 * although its answer does not arrive; `later`: to one after the first.
 */
export type Variant =
  | { readonly kind: 'first' | 'every' | 'lost' }
  | { readonly kind: 'later' | 'later-lost'; readonly skip: number };

/** One cell of the matrix. */
export interface Cell {
  readonly operation: OperationName;
  readonly call: Pkcs11Function;
  readonly variant: Variant;
  readonly mishap: Mishap;
}

const returned = (name: keyof typeof CKR, typical = false): Mishap => ({
  name: `CKR_${name}`,
  fault: { rv: CKR[name] },
  typical,
});

/** Every return code that something is to be done about, and the ends of a module. */
export const MISHAPS: readonly Mishap[] = [
  returned('HOST_MEMORY'),
  returned('SLOT_ID_INVALID'),
  returned('GENERAL_ERROR', true),
  returned('FUNCTION_FAILED', true),
  returned('ARGUMENTS_BAD', true),
  returned('ATTRIBUTE_READ_ONLY'),
  returned('ATTRIBUTE_TYPE_INVALID', true),
  returned('ATTRIBUTE_VALUE_INVALID'),
  returned('DEVICE_ERROR', true),
  returned('DEVICE_MEMORY'),
  returned('DEVICE_REMOVED'),
  returned('FUNCTION_CANCELED'),
  returned('KEY_HANDLE_INVALID'),
  returned('KEY_FUNCTION_NOT_PERMITTED'),
  returned('MECHANISM_INVALID', true),
  returned('MECHANISM_PARAM_INVALID'),
  returned('OBJECT_HANDLE_INVALID', true),
  returned('OPERATION_ACTIVE', true),
  returned('OPERATION_NOT_INITIALIZED'),
  returned('PIN_INCORRECT', true),
  returned('PIN_INVALID'),
  returned('PIN_LEN_RANGE'),
  returned('PIN_EXPIRED'),
  returned('PIN_LOCKED'),
  returned('SESSION_CLOSED'),
  returned('SESSION_COUNT', true),
  returned('SESSION_HANDLE_INVALID', true),
  returned('TEMPLATE_INCONSISTENT'),
  returned('TOKEN_NOT_PRESENT'),
  returned('USER_ALREADY_LOGGED_IN', true),
  returned('USER_NOT_LOGGED_IN', true),
  returned('USER_ANOTHER_ALREADY_LOGGED_IN'),
  returned('USER_TOO_MANY_TYPES'),
  returned('CRYPTOKI_NOT_INITIALIZED'),
  { name: '0x80000123', fault: { rv: 0x8000_0123 }, typical: true },
  { name: 'crash', fault: { abort: true }, typical: true },
  { name: 'hang', fault: { hang: true }, typical: true },
];

/** What the proxy is told for a cell. */
export function faultOf({ call, variant, mishap }: Cell): Fault {
  const fault = { call, ...mishap.fault };
  switch (variant.kind) {
    case 'first':
      return { ...fault, count: 1 };
    case 'lost':
      return { ...fault, count: 1, after: true };
    case 'later':
      return { ...fault, count: 1, skip: variant.skip };
    case 'later-lost':
      return { ...fault, count: 1, skip: variant.skip, after: true };
    case 'every':
      return fault;
  }
}

/** Functions of which a lost answer differs from a call that did not arrive: they change something. */
const CHANGES: readonly string[] = ['C_OpenSession', 'C_GenerateKeyPair', 'C_DestroyObject'];

/**
 * The cells for one operation, given the calls of it that goes well, in their order: everything
 * happens to the first call of each function, and to all of them; to the later ones what is typical.
 * Undoing begins with the signature.
 */
export function cellsOf(operation: OperationName, log: readonly string[]): readonly Cell[] {
  const calls = log.map((line) => line.split(' ', 1)[0] as Pkcs11Function);
  const begin = operation === 'init-ca-undone' ? calls.indexOf('C_Sign') + 1 : 0;
  return calls.flatMap((call, place) => {
    if (place < begin) return [];
    const skip = calls.slice(0, place).filter((earlier) => earlier === call).length;
    const variants: readonly Variant[] =
      skip === 0
        ? [{ kind: 'first' }, { kind: 'lost' }, { kind: 'every' }]
        : [
            { kind: 'later', skip },
            ...(CHANGES.includes(call) ? [{ kind: 'later-lost', skip } as const] : []),
          ];
    const mishaps = skip === 0 ? MISHAPS : MISHAPS.filter(({ typical }) => typical);
    return variants.flatMap((variant) =>
      mishaps.map((mishap) => ({ operation, call, variant, mishap })),
    );
  });
}
