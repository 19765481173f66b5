import { DerError } from '../der/reader.ts';
import { EXTENSION_OID, type Extension } from './extensions.ts';
import { type GeneralName, parseGeneralNames } from './general-names.ts';

/** The names in subjectAltName (RFC 5280 §4.2.1.6), in their order; none if they cannot be read. */
export function alternativeNames(extensions: readonly Extension[]): readonly GeneralName[] {
  const found = extensions.find(({ oid }) => oid === EXTENSION_OID.subjectAltName);
  try {
    return found ? parseGeneralNames(found.value) : [];
  } catch (error) {
    if (error instanceof DerError) return [];
    throw error;
  }
}
