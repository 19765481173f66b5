# shellcheck shell=bash
# What scripts/test and scripts/demo share. Sourced from the top of the checkout.

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# The stamp is for trees whose times say nothing, as after a checkout of another branch and back; the times are for
# those who run npm themselves. npm writes its own list of what it installed when all is done.
stamp=node_modules/.installed-from
node_modules_are_current() {
  node_modules/.bin/node --version >/dev/null 2>&1 || return
  [[ node_modules/.package-lock.json -nt package-lock.json ]] || sha256sum --check --status "$stamp" 2>/dev/null
}

install_node_modules() {
  command -v npm >/dev/null || fail 'needs Node.js 20 or newer with npm'
  node_modules_are_current && return
  # The engine warnings of an older Node are noise here: the Node that runs pki is one of the packages.
  npm ci --no-audit --no-fund --loglevel=error || fail 'npm ci failed, see above'
  sha256sum package-lock.json >"$stamp"
}

# Set only where the HSM module needs libraries that the system lacks.
load_tools_environment() {
  # shellcheck disable=SC1091
  if [[ -e .cache/tools/env ]]; then . .cache/tools/env; fi
}
