/**
 * Of what `--json` prints, all commands together; `pki --version --json` tells it, docs/json.md has
 * the shapes. New fields do not raise it; a field that goes, or means something else, does.
 */
export const JSON_VERSION = 1;
