import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
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

/** As readline does: what is typed is taken apart at blanks, unless escaped, and at `=` and `:`. */
const BASH = `
source "$1"
line=$2 COMP_WORDS=()
while read -r word; do COMP_WORDS+=("$word"); done < <(
  sed -E 's/[=:]/ & /g; s/([^\\\\]) +/\\1\\n/g' <<<"$line")
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
function proposed(shell: Shell, line: string, where = 'w'): readonly string[] {
  const [program, ...args] = ASK[shell](line);
  const at = ['-C', join(cwd, where), `HOME=${join(cwd, 'e/home')}`];
  const { status, output } = tryTool('env', ...at, program, ...args);
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

/** Names of files that mean something to a shell, and none that a profile has. */
const HOSTILE = [
  ...['$(touch owned)', '`touch owned`', "it's", '"x"', 'a b', 'a\nb', 'a\tb', '*', '[a'],
  ...['\x1b[2J', '-n', ';touch owned', '{a,b}', '~', 'Web', '\u00e9', '\\', '$HOME', ''],
];

/** A directory that passes for a CA's, with two profiles and files that are none. */
function makeCa(directory: string): void {
  mkdirSync(join(directory, 'profiles'), { recursive: true });
  writeFileSync(join(directory, 'ca.yaml'), '');
  for (const name of ['web', 'tls-own', ...HOSTILE].map((name) => `${name}.yaml`)) {
    writeFileSync(join(directory, 'profiles', name), '');
  }
  writeFileSync(join(directory, 'profiles/web.txt'), '');
}

beforeAll(async () => {
  mkdirSync(join(cwd, 'w/ca'), { recursive: true });
  for (const name of ['c1', 'my $(touch owned) ca', 'home/c2']) makeCa(join(cwd, 'e', name));
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

    it.each<[line: string, expected: readonly string[]]>([
      ['pki issue --ca-dir c1 --profile tls', ['tls-client', 'tls-own', 'tls-server']],
      ['pki issue --ca-dir=c1 --profile we', ['web']],
      ['pki issue --ca-dir c1 --profile=we', ['web']],
      ['pki init-ca --parent c1 --profile we', ['web']],
      ['pki list --ca-dir ~/c2 --profile we', ['web']],
      ['pki list --ca-dir ./c1/ --profile we', ['web']],
      [String.raw`pki list --ca-dir my\ \$\(touch\ owned\)\ ca --profile we`, ['web']],
      ['pki profile show --ca-dir c1 we', ['web']],
      ['pki profile new x --ca-dir c1 --extends we', ['web']],
      ['pki issue --ca-dir $(touch owned) --profile tls-c', ['tls-client']],
      ['pki issue --ca-dir nowhere --profile tls-', ['tls-client', 'tls-server']],
      ['pki issue --profile tls-', ['tls-client', 'tls-server']],
      ['pki profile export --json tls-', ['tls-client', 'tls-server']],
    ])("with a CA's own profiles, at the end of %j", (line, expected) => {
      expect(proposed(shell, line, 'e')).toEqual(expected);
    });

    it('nothing of files that are no profiles, and does nothing that they say', () => {
      const all = proposed(shell, 'pki profile show --ca-dir c1 ', 'e');
      const builtIn = proposed(shell, 'pki profile show ', 'e');
      expect(all).toEqual([...builtIn, 'tls-own', 'web'].toSorted());
      for (const place of ['e', 'e/home', 'w']) {
        expect(existsSync(join(cwd, place, 'owned'))).toBe(false);
      }
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
