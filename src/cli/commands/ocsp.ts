import type { Command } from 'commander';
import { commandGroup, type GroupRow } from '../command-group.ts';
import type { CliContext } from '../context.ts';
import { jsonOption } from '../options.ts';

const ROWS: readonly GroupRow[] = [
  {
    name: 'sign',
    summary: 'sign a response for each certificate beforehand, for a CA that is offline',
    load: async () => (await import('./ocsp/sign.ts')).ocspSignCommand,
  },
  {
    name: 'respond',
    summary: 'answer one request',
    load: async () => (await import('./ocsp/respond.ts')).ocspRespondCommand,
  },
  {
    name: 'serve',
    summary: 'answer requests over HTTP until it is interrupted',
    load: async () => (await import('./ocsp/serve.ts')).ocspServeCommand,
  },
  {
    name: 'request',
    summary: 'make a request about a certificate',
    load: async () => (await import('./ocsp/request.ts')).ocspRequestCommand,
  },
  {
    name: 'show',
    summary: 'show a request or a response',
    load: async () => (await import('./ocsp/show.ts')).ocspShowCommand,
  },
  {
    name: 'verify',
    summary: 'verify a response',
    load: async () => (await import('./ocsp/verify.ts')).ocspVerifyCommand,
  },
];

/** The commands about OCSP (RFC 6960). */
export const ocspCommand = (context: CliContext, argv: readonly string[]): Promise<Command> =>
  commandGroup('ocsp', ROWS, {
    context,
    argv,
    prepare: (command) => command.addOption(jsonOption()),
  });
