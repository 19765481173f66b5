import { existsSync } from 'node:fs';

/** A variable that a vendor's module reads. */
export interface ModuleVariable {
  readonly name: string;
  /** What it says, for people. */
  readonly purpose: string;
  /** What the module does without it. */
  readonly otherwise: string;
  /** It names a file or a directory, which has to be there. */
  readonly path?: true;
  /** The module finds no token without it, unless `--pkcs11-init-reserved` says the same. */
  readonly needed?: true;
  /** It writes secrets into a log, and should not be set. */
  readonly unwanted?: true;
}

interface EnvironmentRow {
  /** Matches the file name of the module: what it needs may be why it shows no token. */
  readonly module: RegExp;
  readonly variables: readonly ModuleVariable[];
  readonly source: string;
}

const path = (name: string, purpose: string, otherwise: string): ModuleVariable => ({
  name,
  purpose,
  otherwise,
  path: true,
});

/** Modules that are configured by their environment, by their file names. */
const ROWS: readonly EnvironmentRow[] = [
  {
    module: /softhsm/i,
    variables: [path('SOFTHSM2_CONF', 'configuration file', '/etc/softhsm/softhsm2.conf is used')],
    source: 'SoftHSMv2, man softhsm2.conf',
  },
  {
    module: /softokn/i,
    variables: [
      {
        name: 'NSS_LIB_PARAMS',
        purpose: 'where the databases are',
        otherwise: 'what --pkcs11-init-reserved says is used',
        needed: true,
      },
    ],
    source: 'NSS lib/softoken/pkcs11.c',
  },
  {
    module: /p11-kit-client/,
    variables: [
      {
        name: 'P11_KIT_SERVER_ADDRESS',
        purpose: 'address of the server',
        otherwise: 'the socket in XDG_RUNTIME_DIR is used',
      },
    ],
    source: 'p11-kit, man p11-kit server',
  },
  {
    module: /tpm2_pkcs11/,
    variables: [
      path('TPM2_PKCS11_STORE', 'directory of its database', 'a default directory is used'),
      { name: 'TPM2_PKCS11_TCTI', purpose: 'way to the TPM', otherwise: 'it is searched for' },
    ],
    source: 'tpm2-pkcs11 src/lib/backend.c',
  },
  {
    module: /kryoptic/,
    variables: [path('KRYOPTIC_CONF', 'configuration file', 'a default path is used')],
    source: 'latchset/kryoptic',
  },
  {
    module: /yubihsm/,
    variables: [
      path(
        'YUBIHSM_PKCS11_CONF',
        'configuration file with the connector',
        'yubihsm_pkcs11.conf in the current directory is used',
      ),
    ],
    source: 'YubiHSM PKCS#11 guide',
  },
  {
    module: /ykcs11/,
    variables: [
      {
        name: 'YKCS11_DBG',
        purpose: 'debug log, with the PIN in it',
        otherwise: 'no log',
        unwanted: true,
      },
    ],
    source: 'Yubico/yubico-piv-tool#443',
  },
  {
    module: /cryptoki2/i,
    variables: [
      path('ChrystokiConfigurationPath', 'directory of Chrystoki.conf', 'the default is used'),
    ],
    source: 'Luna client documents',
  },
  {
    module: /cknfast/,
    variables: [
      {
        name: 'CKNFAST_LOADSHARING',
        purpose: 'one slot for each card set, which softcards need',
        otherwise: 'each module has slots of its own',
      },
    ],
    source: 'nShield documents, PKCS#11 environment variables',
  },
  {
    module: /cs_pkcs11_R3/i,
    variables: [path('CS_PKCS11_R3_CFG', 'configuration file', 'the default is used')],
    source: 'openbao, guides/unseal/pkcs11/utimaco',
  },
  {
    module: /cs_pkcs11_R2/i,
    variables: [path('CS_PKCS11_R2_CFG', 'configuration file', 'the default is used')],
    source: 'openbao, guides/unseal/pkcs11/utimaco',
  },
  {
    module: /kmsp11/,
    variables: [
      { ...path('KMS_PKCS11_CONFIG', 'configuration file', 'there is no default'), needed: true },
    ],
    source: 'kmsp11 user guide',
  },
  {
    module: /nethsm_pkcs11/,
    variables: [
      path('P11NETHSM_CONFIG_FILE', 'configuration file', '/etc/nitrokey/p11nethsm.conf is used'),
    ],
    source: 'NetHSM documents',
  },
];

/** One variable as it is now, judged. */
export interface VariableState {
  readonly level: 'ok' | 'warning';
  readonly text: string;
}

/** The variables that the module at `modulePath` is known to read, as they are in `environment`. */
export function moduleVariables(
  modulePath: string,
  environment: Readonly<Record<string, string | undefined>>,
  hasParameters: boolean,
): readonly VariableState[] {
  const file = modulePath.slice(modulePath.lastIndexOf('/') + 1);
  return ROWS.filter(({ module }) => module.test(file)).flatMap(({ variables }) =>
    variables.map((variable) => stateOf(variable, environment[variable.name], hasParameters)),
  );
}

/** Only paths are shown: what else is in a variable may be meant for few. */
function stateOf(
  { name, purpose, otherwise, path: isPath, needed, unwanted }: ModuleVariable,
  value: string | undefined,
  hasParameters: boolean,
): VariableState {
  if (value === undefined || value === '') {
    const missing = needed && !hasParameters;
    const text = `${name} (${purpose}) is not set: ${otherwise}`;
    return { level: missing ? 'warning' : 'ok', text };
  }
  if (unwanted) return { level: 'warning', text: `${name} is set (${purpose}): remove it` };
  if (!isPath) return { level: 'ok', text: `${name} (${purpose}) is set` };
  if (existsSync(value)) return { level: 'ok', text: `${name} (${purpose}) is set: ${value}` };
  return { level: 'warning', text: `${name} (${purpose}) is set to what is not there: ${value}` };
}
