import { type AskedRequest, readRequest } from '../../ca/asked-request.ts';
import { recordOwn } from '../../ca/record-own.ts';
import { PkiError } from '../../errors.ts';
import { openWaitingCa } from '../../store/waiting-ca.ts';
import { alternativeSignature } from '../../x509/csr-alternative.ts';
import { actOf } from '../act.ts';
import type { CliContext } from '../context.ts';
import { type CreatedCa, keyPlaces } from './create-ca.ts';
import type { CompleteTask } from './init-ca-options.ts';
import {
  RECEIVED_PROFILE,
  type ReceivedCertificate,
  receivedCertificate,
} from './received-certificate.ts';

/**
 * Finishes a CA that waits for its certificate. Whose keys that has to have, its request tells; so
 * no passphrase or PIN is needed. That the keys are still there is proven when they are opened.
 */
export async function completeCa(
  context: CliContext,
  directory: string,
  { complete, chain, ...options }: CompleteTask,
): Promise<CreatedCa> {
  const waiting = context.resources.use(await openWaitingCa(directory, actOf(context, options)));
  const received = await receivedCertificate(context, complete, chain);
  mustBeFor(readRequest(waiting.request, waiting.requestPath), received, directory);
  const { store, config } = waiting;
  const { clock } = context;
  await recordOwn(received.certificate, RECEIVED_PROFILE, { store, clock });
  waiting.complete(received.certificate, received.chain);
  return {
    certificate: received.certificate,
    keys: keyPlaces(config.keys),
    policy: config.policy?.name,
    notes: received.warnings,
  };
}

function mustBeFor(
  { csr }: AskedRequest,
  { certificate, extensions, name }: ReceivedCertificate,
  directory: string,
): void {
  if (Buffer.compare(csr.publicKey, certificate.tbs.publicKey) !== 0) {
    throw new PkiError('KEY_UNAVAILABLE', `${name} is not for the key of the CA in ${directory}`, {
      hints: ['give the certificate that was issued for its request'],
    });
  }
  const [wanted, found] = [alternativeSignature(csr)?.spki, extensions.subjectAltPublicKeyInfo];
  if (Buffer.compare(wanted ?? new Uint8Array(), found ?? new Uint8Array()) === 0) return;
  const message = `${name} is not for the alternative key of the CA in ${directory}`;
  throw new PkiError('KEY_UNAVAILABLE', message, {
    hints: ['its subjectAltPublicKeyInfo has to be that of the request (ITU-T X.509 clause 9.8.2)'],
  });
}
