#!/bin/sh
# `trayline up --once`: the stories pass in real processes and the books agree.
# Usage: up_once.sh TRAYLINE-UP...
set -eu
if [ ! -x /usr/sbin/mosquitto ] && ! command -v mosquitto >/dev/null; then
  echo "skipped: mosquitto is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "FAILED: $1"
  cat "$folder/err"
  for log in "$folder"/state/logs/*.log "$folder"/state/edge/logs/*.log; do
    [ ! -f "$log" ] || { echo "== $log"; tail -n 20 "$log"; }
  done
  exit 1
}

"$@" --once --state "$folder/state" >"$folder/out" 2>"$folder/err" ||
  fail "it ended with status $?: $(tail -n 1 "$folder/out")"
last=$(tail -n 1 "$folder/out")
case $last in
  '{"ok":true,"stories":['*'"double":0,"missing":0}}') echo "$last" ;;
  *) fail "the last line is no good summary: $last" ;;
esac
