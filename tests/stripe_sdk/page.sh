#!/bin/sh
# Runs the shell snippets of docs/stripe-simulator.md as they stand there, on a port that is free.
# Usage: page.sh TRAYLINE-STRIPE
set -eu
source=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
page=$source/../../docs/stripe-simulator.md
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if ! command -v curl >/dev/null; then
  echo "skipped: curl is not installed"
  exit 77
fi
if ! command -v python3 >/dev/null; then
  echo "skipped: python3 is not installed"
  exit 77
fi
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' "$page" |
  sed "s/12111/$port/g" >"$folder/snippet"
[ -s "$folder/snippet" ] || { echo "FAILED: the page has no shell snippet"; exit 1; }
mkdir "$folder/bin"
ln -s "$1" "$folder/bin/trayline-stripe"
PATH=$folder/bin:$PATH
cd "$folder"

# What a snippet started and left running ends with it.
run() {
  timeout 60 bash -euo pipefail -c 'trap "kill \$(jobs -p) 2>/dev/null || true" EXIT; . "$0"' "$1"
}

run "$folder/snippet"
# The example of --help is for people: between its start and its first call a script has to wait.
"$1" --help | sed -n '/^Example:$/,$p' | tail -n +2 | sed "s/12111/$port/g; s#/tmp/#$folder/#g" \
  >"$folder/example"
wait_for="until curl -sf http://127.0.0.1:$port/_sim/charges >/dev/null; do :; done"
sed "s#&\$#\& $wait_for#" "$folder/example" >"$folder/help"
run "$folder/help" | grep -q '"captured":500'
echo "the snippets run"
