#!/usr/bin/env bash
# Proves `./trayline up --once` and `./trayline test` in a bare Debian tree made by debootstrap,
# from the committed state. Mirror, proxy and keys are those of this machine's own apt.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: tools/fresh.sh [--only up|test|bootstrap] [--suite NAME] [--minutes N] [--keep]
  --only WHAT   one of the two commands, or only the bare tree
  --suite NAME  the Debian release (bookworm)
  --minutes N   bound for all of it (90)
  --keep        leave the tree and say where it lies
Needs root, debootstrap, unshare, and 6 GB below TMPDIR (/var/tmp). Says why where it cannot.
TEXT
}

say() { printf 'fresh: %s\n' "$*"; }
cannot() { say "cannot prove it here: $*"; exit 77; }

only=all suite=bookworm minutes=90 keep=no
while [[ $# -gt 0 ]]; do
  case $1 in
    --only) only=${2:?--only up, test or bootstrap}; shift 2 ;;
    --suite) suite=${2:?--suite NAME}; shift 2 ;;
    --minutes) minutes=${2:?--minutes N}; shift 2 ;;
    --keep) keep=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $only =~ ^(all|up|test|bootstrap)$ && $minutes =~ ^[0-9]+$ ]] || { usage >&2; exit 2; }

[[ $(id -u) == 0 ]] || cannot "not root (debootstrap and chroot need it)"
for tool in debootstrap unshare chroot git; do
  command -v "$tool" >/dev/null || cannot "$tool is missing (apt-get install $tool)"
done
unshare --mount --pid --fork true 2>/dev/null || cannot "this machine forbids new mount namespaces"

root=$(git -C "$(dirname -- "$(readlink -f -- "$0")")" rev-parse --show-toplevel)
# The archive that holds the release itself, not its -updates or -security.
mirror=$(apt-get indextargets --format '$(CREATED_BY) $(RELEASE) $(REPO_URI)' |
  sed -n "s/^Packages $suite //p" | head -n 1)
[[ -n $mirror ]] || cannot "no apt source of this machine has $suite; run apt-get update first"

eval "$(apt-config shell proxy Acquire::http::Proxy secure_proxy Acquire::https::Proxy)"
export http_proxy=${http_proxy:-${proxy:-}} https_proxy=${https_proxy:-${secure_proxy:-}}

base=${TMPDIR:-/var/tmp}
free=$(df --output=avail -k -- "$base" | tail -n 1)
((free > 6000000)) || cannot "less than 6 GB are free in $base (set TMPDIR)"
tree=$(mktemp -d "$base/trayline-fresh-XXXXXX")
cleanup() {
  if [[ $keep == yes ]]; then
    say "kept: $tree"
  else
    rm -rf --one-file-system -- "$tree"  # mounts lived in a namespace that is gone by now
  fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM
ends=$((SECONDS + minutes * 60))

# within NAME COMMAND...: runs it with what is left of the bound, and says how long it took.
within() {
  local name=$1 began=$SECONDS status=0
  shift
  say "$name ..."
  timeout --foreground -k 10 "$((ends > SECONDS ? ends - SECONDS : 1))" "$@" || status=$?
  ((status != 124)) || say "$name did not end within the $minutes minutes of --minutes"
  say "$name: status $status after $((SECONDS - began)) s"
  return "$status"
}

# inside COMMAND: in the bare tree, with mounts and processes that end together with it.
inside() {
  unshare --mount --pid --fork --kill-child bash -euc '
    mount -t proc proc "$1/proc"
    mount --rbind --make-rslave /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/run"
    mount -t sysfs -o ro sysfs "$1/sys" 2>/dev/null || mount --rbind --make-rslave /sys "$1/sys"
    exec chroot "$1" env -i HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
      ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
      bash -c "cd /srv/trayline && $2"' fresh "$tree" "$1"
}
export -f inside
export tree

if ! within "debootstrap of $suite" debootstrap --variant=minbase --include=git,ca-certificates \
  "$suite" "$tree" "$mirror" >"$tree.log" 2>&1; then
  tail -n 15 "$tree.log"
  rm -f "$tree.log"
  cannot "debootstrap failed, see above"
fi
grep '^fresh:' "$tree.log"
rm -f "$tree.log"

rm -f "$tree/etc/apt/sources.list"
cp -a /etc/apt/. "$tree/etc/apt/"  # sources, proxies, pins and keys as they are here
for path in /usr/share/keyrings /usr/local/share/ca-certificates /etc/ssl/certs; do
  [[ ! -d $path ]] || { mkdir -p "$tree$path" && cp -a "$path/." "$tree$path/"; }
done
cp -L /etc/resolv.conf /etc/hosts "$tree/etc/"
mkdir -p "$tree/srv/trayline"
git -C "$root" archive HEAD | tar -x -C "$tree/srv/trayline"
say "bare $suite, with the tree at $(git -C "$root" rev-parse --short HEAD)"

failed=0
if [[ $only == all || $only == up ]]; then
  within "./trayline up --once" bash -c 'inside "./trayline up --once"' || failed=1
fi
if [[ $only == all || $only == test ]]; then
  within "./trayline test" bash -c 'inside "./trayline test"' || failed=1
fi
((failed == 0)) && say "ok" || say "failed"
exit "$failed"
