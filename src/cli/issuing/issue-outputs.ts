import { PkiError } from '../../errors.ts';
import type { CliContext } from '../context.ts';
import { pathOf } from '../options.ts';
import { mustBeWritable, OutputFile } from '../output-file.ts';

/** Which files are to be written, and how. */
export interface OutputOptions {
  readonly out: string;
  readonly fullChain?: boolean;
  readonly keyOut?: string;
  readonly keyPassphraseFile?: string;
  readonly p12Out?: string;
  readonly p12PassphraseFile?: string;
  readonly p12Name?: string;
  readonly force?: boolean;
}

/** The files that a certificate is going to need; none that were not asked for. */
export interface IssueOutputs {
  readonly certificate?: OutputFile;
  readonly key?: OutputFile;
  readonly p12?: OutputFile;
}

/** Opens all of them, so that a place that cannot be written to costs no certificate. */
export function openOutputs(context: CliContext, options: OutputOptions): IssueOutputs {
  const { out, keyOut, p12Out, force = false } = options;
  const open = (path: string, mode: number) =>
    context.resources.use(new OutputFile(pathOf(context, path), { mode, force }));
  return {
    ...(out !== '-' && { certificate: open(out, 0o644) }),
    ...(keyOut !== undefined && { key: open(keyOut, 0o600) }),
    ...(p12Out !== undefined && { p12: open(p12Out, 0o600) }),
  };
}

/** Refuses what {@link openOutputs} would refuse for what is there already; opens nothing. */
export function mustFindRoom(context: CliContext, options: OutputOptions): void {
  for (const [, path] of outputPaths(options)) {
    mustBeWritable(pathOf(context, path), options.force ?? false);
  }
}

export function mustWriteSeparateFiles(context: CliContext, options: OutputOptions): void {
  const paths = outputPaths(options);
  for (const [index, [option, path]] of paths.entries()) {
    const same = paths
      .slice(0, index)
      .find(([, other]) => pathOf(context, other) === pathOf(context, path));
    if (same) throw new PkiError('USAGE', `${same[0]} and ${option} name the same file`);
  }
}

const outputPaths = ({
  out,
  keyOut,
  p12Out,
}: OutputOptions): readonly (readonly [option: string, path: string])[] => [
  ...(out === '-' ? [] : [['--out', out] as const]),
  ...(keyOut === undefined ? [] : [['--key-out', keyOut] as const]),
  ...(p12Out === undefined ? [] : [['--p12-out', p12Out] as const]),
];
