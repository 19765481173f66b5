/**
 * Octets that are not DER, or not the DER that was expected. Readers of files turn it into an
 * error that names the file.
 */
export class DerError extends Error {
  override readonly name = 'DerError';
}
