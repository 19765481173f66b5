import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addNameOptions } from '../../issuing/given-names.ts';
import { json, table } from '../../present.ts';
import type { CreateCsrOptions } from '../../requests/create-csr.ts';
import { addCsrKeyOptions } from '../../requests/csr-key-options.ts';

const EXAMPLES = `
Examples:
  $ pki csr create --key server.key --cn server.example.com --out server.csr
  $ pki csr create --key 'pkcs11:token=CA%20Token;object=server?module-path=/usr/lib/softhsm/libsofthsm2.so' \\
      --hybrid composite --ml-dsa-key ml-dsa.key --cn server.example.com --out server.csr
  $ pki csr create --key ml-dsa.key --related-cert ecdsa.crt --related-key ecdsa.key --cn server.example.com
  $ pki csr create --key kem.key --signer-cert sign.crt --signer-key sign.key --cn Alice --email alice@example.com`;

export function csrCreateCommand(command: Command, context: CliContext): Command {
  return addCsrKeyOptions(addNameOptions(command))
    .option('--out <file>', 'request, PEM; "-" is standard output', '-')
    .option('--force', 'replace the output file if it exists')
    .addHelpText('after', EXAMPLES)
    .action((options: CreateCsrOptions) => create(options, context));
}

async function create(options: CreateCsrOptions, context: CliContext): Promise<void> {
  const { createCsr } = await import('../../requests/create-csr.ts');
  const made = await createCsr(context, options);
  const { subject, names, key, signature, alternativeKey } = made.description;
  const file = options.out === '-' ? {} : { file: options.out };
  if (options.json) return context.print(json({ ...made.description, ...file, request: made.pem }));
  if (options.out === '-') return context.print(made.pem);
  context.print(`made a request for ${subject}\n`);
  context.print(
    table([
      ['request', options.out],
      ...names.map((name) => ['name', name] as const),
      ['key', key],
      ...(alternativeKey === undefined ? [] : [['alternative key', alternativeKey] as const]),
      ['signature', signature],
    ]),
  );
}
