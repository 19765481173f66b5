import type { Quirks } from '../signers/pkcs11/quirks.ts';
import type { AlgorithmSupport } from './capabilities.ts';
import { type Check, ok, problem, warning } from './check.ts';
import type { TokenReport } from './inspect.ts';
import { vendorNotes } from './vendor-notes.ts';

/** Judgements of what a token tells without a login, for `pki hsm doctor`. */

export function tokenChecks({ library, slot, token }: TokenReport): readonly Check[] {
  const found = [
    ok(
      'library',
      `library: ${library.description} ${library.version} of ${library.manufacturer}, PKCS#11 ${library.cryptoki}: ${library.path}`,
    ),
    ok(
      'token',
      `token: "${token.label}" (serial ${token.serial}) in slot ${slot.id}, ${token.manufacturer} ${token.model}`,
    ),
    ok('token', `firmware ${token.firmware}, hardware ${token.hardware}`),
  ];
  const failed = problem('token', 'the token failed a self-test (CKF_ERROR_STATE)', [
    'its vendor has to look at it',
  ]);
  const protectedToken = warning('token', 'write-protected: no key can be made or deleted');
  return [
    ...found,
    ...(token.failed ? [failed] : []),
    ...(token.writeProtected ? [protectedToken] : []),
  ];
}

export function pinChecks({ pin }: TokenReport): readonly Check[] {
  if (!pin.loginRequired) return [ok('pin', 'no login is required')];
  if (pin.locked) {
    const hint = 'the security officer can set a new PIN with the tool of the token';
    return [problem('pin', 'the PIN is locked', [hint])];
  }
  const path = pin.protectedAuthenticationPath;
  const where = path ? 'typed at the device' : `${pin.minLength} to ${pin.maxLength} octets`;
  return [
    pin.set || path
      ? ok('pin', `a PIN is set, ${where}`)
      : problem('pin', 'no PIN is set', ['set a user PIN with the tool of the token']),
    ...(pin.finalTry
      ? [warning('pin', 'one try is left: without a terminal, pki uses it with --allow-final-try')]
      : []),
    ...(pin.countLow && !pin.finalTry
      ? [warning('pin', 'a wrong PIN was given since the last login, or few tries are left')]
      : []),
    ...(pin.toBeChanged ? [warning('pin', 'the PIN is the first one, and has to be changed')] : []),
  ];
}

/** pki keeps one session for the login, and uses others for signatures. */
export function sessionChecks({ sessions }: TokenReport, wanted: number): readonly Check[] {
  const { maxReadWrite, openReadWrite } = sessions;
  const open = openReadWrite === null ? '' : `, ${openReadWrite} open now`;
  const asked = `${wanted} for signatures and one for the login`;
  if (maxReadWrite === null)
    return [ok('sessions', `sessions: no limit told${open}; pki opens ${asked}`)];
  if (wanted < maxReadWrite) {
    return [ok('sessions', `sessions: at most ${maxReadWrite}${open}; pki opens ${asked}`)];
  }
  return [
    warning('sessions', `sessions: at most ${maxReadWrite}${open}, which is fewer than ${asked}`),
  ];
}

export function vendorChecks(quirks: Quirks, chosen: boolean): readonly Check[] {
  const { name, deviations, source } = vendorNotes(quirks);
  if (source === null) {
    const text = 'vendor: no row of the table of quirks is for this maker; as PKCS #11 3.2 says';
    return [ok('vendor', text)];
  }
  const why = chosen ? ', chosen by --pkcs11-vendor' : '';
  const what = deviations.length > 0 ? deviations.join('; ') : 'nothing differs from the standard';
  return [ok('vendor', `vendor: row "${name}"${why}; ${what} (${source})`)];
}

export function algorithmChecks(algorithms: readonly AlgorithmSupport[]): readonly Check[] {
  const can = algorithms.filter(({ signing }) => signing.length > 0);
  const cannot = algorithms.filter(({ signing }) => signing.length === 0);
  if (can.length === 0) {
    const text = 'the token offers no mechanism that pki can sign with';
    return [problem('algorithm', text, ['"pki hsm mechanisms" shows what it offers'])];
  }
  const missing = cannot.map(({ algorithm }) => algorithm.name).join(', ');
  return [
    ...can.map((support) => ok('algorithm', supportText(support))),
    ...(missing === '' ? [] : [ok('algorithm', `not offered: ${missing}`)]),
  ];
}

function supportText({ algorithm, signing, generation, canGenerate }: AlgorithmSupport): string {
  const keys = {
    true: `keys by ${generation}`,
    false: 'keys cannot be made',
    null: `keys by ${generation} if the token knows the curve`,
  }[`${canGenerate}`];
  return `${algorithm.name} by ${signing.join(', then ')}; ${keys}`;
}
