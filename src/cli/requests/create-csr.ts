import { readRequest } from '../../ca/asked-request.ts';
import { makeRequest } from '../../ca/make-request.ts';
import { pem } from '../../der/pem.ts';
import { PkiError } from '../../errors.ts';
import { attributeProblem } from '../../x509/attribute-problem.ts';
import { type GeneralName, generalNameText, isWellFormed } from '../../x509/general-names.ts';
import type { NameAttribute } from '../../x509/names.ts';
import type { CliContext } from '../context.ts';
import { type CsrDescription, describeCsr } from '../describe/describe-csr.ts';
import { givenNames, type NameOptions } from '../issuing/given-names.ts';
import { pathOf } from '../options.ts';
import { OutputFile } from '../output-file.ts';
import type { CsrKeyOptions } from './csr-key-options.ts';
import { openCsrKeys } from './csr-keys.ts';

export interface CreateCsrOptions extends CsrKeyOptions, NameOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export interface CreatedCsr {
  readonly pem: string;
  readonly description: CsrDescription;
}

/** Makes a request. The place for it is found out before a key is opened, and written to last. */
export async function createCsr(
  context: CliContext,
  options: CreateCsrOptions,
): Promise<CreatedCsr> {
  const names = givenNames(options);
  mustBeSound(names);
  const { out, force = false } = options;
  const path = pathOf(context, out);
  const file =
    out === '-' ? undefined : context.resources.use(new OutputFile(path, { mode: 0o644, force }));
  const keys = await openCsrKeys(context, options);
  const { der, proofs } = await makeRequest({ ...names, ...keys, now: context.clock() });
  const text = pem('CERTIFICATE REQUEST', der);
  file?.write(text);
  file?.commit();
  const description = await describeCsr(readRequest(der, 'the request'), proofs);
  return { pem: text, description };
}

interface Names {
  readonly subject: readonly NameAttribute[];
  readonly subjectAltName: readonly GeneralName[];
}

/** What no CA should take. What a profile does not take, nobody can know here. */
function mustBeSound({ subject, subjectAltName }: Names): void {
  if (subject.length === 0 && subjectAltName.length === 0) {
    throw new PkiError('USAGE', 'a request has to name somebody', {
      hints: ['give --cn, --dns or another name'],
    });
  }
  const problems = [
    ...subject.flatMap((attribute) => attributeProblem(attribute) ?? []),
    ...subjectAltName
      .filter((name) => !isWellFormed(name))
      .map((name) => `malformed: ${generalNameText(name)}`),
  ];
  if (problems.length === 0) return;
  throw new PkiError('USAGE', 'not all of these names can be in a certificate', {
    hints: problems,
  });
}
