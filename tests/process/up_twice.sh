#!/bin/sh
# Two starts of `trayline up` on one state folder. The first is ended by SIGINT in the middle of a
# story, the second, which must be ready soon, by SIGKILL; nothing that they started stays behind.
# Usage: up_twice.sh TRAYLINE-UP...
set -eu
if [ ! -x /usr/sbin/mosquitto ] && ! command -v mosquitto >/dev/null; then
  echo "skipped: mosquitto is not installed"
  exit 77
fi
folder=$(mktemp -d)
chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "FAILED: $1"
  cat "$folder/err"
  [ -z "${pid:-}" ] || kill -9 "$pid" 2>/dev/null || true
  exit 1
}

# until_true SECONDS COMMAND...
until_true() {
  tries=$(($1 * 10))
  shift
  while ! "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.1
  done
}

plays() { grep -q '^  customer ' "$folder/err" || ! kill -0 "$pid" 2>/dev/null; }
# Programs whose command line or working folder is in the state folder.
left() {
  for process in /proc/[0-9]*; do
    line=$(cat "$process/cmdline" 2>/dev/null | tr '\0' ' ')
    case "$line $(readlink "$process/cwd" 2>/dev/null)" in
      *sed*|*grep*|*up_twice.sh*) ;;
      */trayline*"$folder/state"*|*/mosquitto*"$folder/state"*) echo "$line" ;;
    esac
  done
}
nothing_left() { [ -z "$(left)" ]; }

start() {
  "$@" --state "$folder/state" >"$folder/out" 2>"$folder/err" &
  pid=$!
  until_true 120 plays || fail "no story began"
  grep -q '^ready after' "$folder/err" || fail "it ended before it was ready"
}

start "$@"
nothing_left && fail "the test does not see the programs that run"
kill -INT "$pid"
status=0
wait "$pid" || status=$?
[ $status = 130 ] || fail "after SIGINT it ended with status $status"
nothing_left || fail "after SIGINT there are left: $(left)"

start "$@"
seconds=$(sed -n 's/^ready after \([0-9]*\)\..*/\1/p' "$folder/err")
[ "$seconds" -lt 3 ] || fail "the second start was ready after $seconds s or more"
grep -q enrolling "$folder/err" && fail "the second start enrolled the menu again"
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
until_true 10 nothing_left || fail "after SIGKILL there are left: $(left)"
echo "ready again after $(sed -n 's/^ready after //p' "$folder/err")"
