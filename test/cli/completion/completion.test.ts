import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { programOutline } from '../../../src/cli/outline.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { installed, tryTool } from '../../support/tools.ts';
import { testContext, world } from '../../support/world.ts';

type Shell = 'bash' | 'zsh' | 'fish';

const cwd = temporaryDirectory();
const pki = world({ cwd });
const script = (shell: Shell): string => join(cwd, `pki.${shell}`);

const ZSH = join(import.meta.dirname, 'complete.zsh');

/** As readline does: what is typed is taken apart at blanks, and at `=` and `:`. */
const BASH = `
source "$1"
line=$2 COMP_WORDS=()
while read -r word; do COMP_WORDS+=("$word"); done < <(sed 's/[=:]/ & /g; s/ \\+/\\n/g' <<<"$line")
[[ $line == *[=:] ]] && unset 'COMP_WORDS[-1]'
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_pki
printf '%s\\n' "\${COMPREPLY[@]}"`;

const FISH = 'source $argv[1]; complete -C $argv[2]';

/** How each shell is asked what it proposes at the end of a line. */
const ASK: Readonly<Record<Shell, (line: string) => Parameters<typeof tryTool>>> = {
  bash: (line) => ['bash', '--norc', '-c', BASH, 'bash', script('bash'), line],
  zsh: (line) => ['zsh', '-f', ZSH, script('zsh'), line],
  fish: (line) => ['fish', '--no-config', '-c', FISH, script('fish'), line],
};

/** What a shell proposes, sorted, without the descriptions, and as bare names. */
function proposed(shell: Shell, line: string): readonly string[] {
  const [program, ...args] = ASK[shell](line);
  const { status, output } = tryTool('env', '-C', join(cwd, 'w'), program, ...args);
  expect(status).toBe(0);
  const names = begunAs(line, output.split('\n'))
    .map((text) =>
      text
        .replace(/\t.*/, '')
        .replace(/^--[a-z]+=/, '')
        .replaceAll('\\', ''),
    )
    .filter((text) => text !== '');
  return [...new Set(names.map((text) => text.replace(/\/$/, '')))].toSorted();
}

/** fish 4 also proposes what has the letters of the word anywhere, after what begins with it. */
function begunAs(line: string, proposals: readonly string[]): readonly string[] {
  const word = line.split(' ').at(-1) ?? '';
  const begun = proposals.filter((text) => text.startsWith(word));
  return begun.length > 0 ? begun : proposals;
}

beforeAll(async () => {
  mkdirSync(join(cwd, 'w/ca'), { recursive: true });
  for (const name of ['server.crt', 'my own.csr']) writeFileSync(join(cwd, 'w', name), '');
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const { status, stdout, stderr } = await pki('completion', shell);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    writeFileSync(script(shell), stdout);
  }
});

describe.each<Shell>(['bash', 'zsh', 'fish'])('completion for %s', (shell) => {
  const missing = installed(shell) ? undefined : `${shell} is not installed`;

  describe.skipIf(missing)(missing ?? 'proposes', () => {
    it('all commands, at the beginning and in a group', async () => {
      const outline = await programOutline(testContext({ cwd }));
      const names = (of: typeof outline) => of.commands.map(({ words }) => words.at(-1));
      expect(proposed(shell, 'pki ')).toEqual(names(outline).toSorted());
      const ocsp = outline.commands.find(({ words }) => words[0] === 'ocsp');
      expect(proposed(shell, 'pki ocsp ')).toEqual(ocsp && names(ocsp).toSorted());
    });

    it.each<[line: string, expected: readonly string[]]>([
      ['pki is', ['issue']],
      ['pki issue --key-', ['--key-algorithm', '--key-out', '--key-passphrase-file']],
      ['pki crl --ca-dir ca --wi', ['--within']],
      ['pki hsm doctor --si', ['--sign']],
      ['pki init-ca --hybrid ', ['catalyst', 'composite']],
      ['pki init-ca --ml-dsa ', ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']],
      ['pki init-ca --hybrid=ca', ['catalyst']],
      ['pki issue --ca-dir ca --profile tls', ['tls-client', 'tls-server']],
      ['pki profile show iss', ['issuing-ca']],
      ['pki completion ', ['bash', 'fish', 'zsh']],
      ['pki issue --csr ', ['ca', 'my own.csr', 'server.crt']],
      ['pki list --ca-dir ', ['ca']],
      ['pki verify x y ser', ['server.crt']],
      // the value of an option is no command, and what only the user knows is left to them
      ['pki show --ca-dir list ser', ['server.crt']],
      ['pki verify --at ', []],
    ])('at the end of "%s"', (line, expected) => {
      expect(proposed(shell, line)).toEqual(expected);
    });
  });
});

describe('the command', () => {
  it('prints the script as JSON too', async () => {
    const { stdout } = await pki('completion', 'fish', '--json');
    const { stdout: plain } = await pki('completion', 'fish');
    expect(JSON.parse(stdout)).toEqual({ shell: 'fish', script: plain });
  });

  it('knows three shells', async () => {
    expect(await pki('completion', 'tcsh')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        "pki: error: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.\n",
    });
  });
});
