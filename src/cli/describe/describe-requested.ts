import { type Extension, encodeExtension } from '../../x509/extensions.ts';
import * as x509 from '../../x509/peculiar.ts';
import { describeExtension } from './describe-extension.ts';

/** An extension that a request asks for. */
export interface RequestedExtension {
  readonly oid: string;
  readonly name: string;
  readonly critical: boolean;
  /** For people, one a line. */
  readonly value: readonly string[];
}

/** What @peculiar/x509 cannot read is told by its length; others may write anything. */
export function describeRequested(extension: Extension): RequestedExtension {
  const { oid, critical, value } = extension;
  try {
    const encoded = Uint8Array.from(encodeExtension(extension));
    return describeExtension(x509.ExtensionFactory.create(encoded), NO_CERTIFICATE);
  } catch {
    return { oid, name: oid, critical, value: [`${value.length} octets, not understood`] };
  }
}

/** A delta certificate inherits from the one around it; a request is none. */
const NO_CERTIFICATE = {
  issuer: '',
  subject: '',
  notBefore: '',
  notAfter: '',
  signatureIdentifier: new Uint8Array(),
};
