import { DerError, enterDer } from '../der/reader.ts';
import { EXTENSION_OID, type Extension, parseExtensions } from './extensions.ts';
import { type GeneralName, generalNameText, parseGeneralNames } from './general-names.ts';
import { EMPTY_NAME, escapedControls, nameText, parseName } from './names.ts';

/** The names in subjectAltName (RFC 5280 §4.2.1.6), in their order; none if they cannot be read. */
export const alternativeNames = (extensions: readonly Extension[]): readonly GeneralName[] =>
  unlessDamaged(() => namesAmong(extensions));

/** Whom a certificate is for, for people: its subject, or the alternative names of one without. */
export function subjectText(subject: Uint8Array, extensions: readonly Extension[]): string {
  const text = nameText(parseName(subject));
  return text === EMPTY_NAME ? namesText(alternativeNames(extensions)) : text;
}

/** For people, escaped: `dns:www.example.com, ip:192.0.2.1`; `(empty)` for none. */
export const namesText = (names: readonly GeneralName[]): string =>
  names.map((name) => escapedControls(generalNameText(name))).join(', ') || EMPTY_NAME;

/**
 * The alternative names of a certificate in DER. All that stands before the extensions is skipped, in a third
 * of the time that parseCertificate() takes: a store may have to be told of a million.
 */
export const namesInCertificate = (der: Uint8Array): readonly GeneralName[] =>
  unlessDamaged(() => {
    const tbs = enterDer(der).enter();
    while (!tbs.done) {
      const { tag, contents } = tbs.read();
      if (tag === EXTENSIONS_TAG) return namesAmong(parseExtensions(enterDer(contents)));
    }
    return [];
  });

const EXTENSIONS_TAG = 0xa3;

function namesAmong(extensions: readonly Extension[]): readonly GeneralName[] {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.subjectAltName);
  return found ? parseGeneralNames(found.value) : [];
}

function unlessDamaged(read: () => readonly GeneralName[]): readonly GeneralName[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}
