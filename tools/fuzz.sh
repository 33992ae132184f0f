#!/usr/bin/env bash
# Fuzzes every parser of outside bytes with clang's libFuzzer and AddressSanitizer, one after the
# other. Prints one JSON object per target; exit status 1 where an input was found that breaks one.
set -euo pipefail

usage() {
  cat >&2 <<'TEXT'
usage: tools/fuzz.sh SECONDS [TARGET...]
  SECONDS  for each target
  TARGET   such as toml or prediction; all of fuzz/*.cpp where none is named
Example: tools/fuzz.sh 60 toml http_target
Inputs that were found interesting are kept in build/fuzz/corpus/, those that break in
build/fuzz/broken/. TRAYLINE_BUILD_DIR: instead of build/. CLANGXX: the compiler.
TEXT
  exit 2
}

[[ ${1:-} =~ ^[1-9][0-9]*$ ]] || usage
seconds=$1
shift
root=$(cd -- "$(dirname -- "$0")/.." && pwd)
folder=${TRAYLINE_BUILD_DIR:-$root/build}/fuzz
compiler=${CLANGXX:-$(command -v clang++ || command -v clang++-14 || true)}
if [[ -z $compiler ]]; then
  echo "tools/fuzz.sh: clang++ is missing; install it: apt-get install clang" >&2
  exit 2
fi

targets=("$@")
if ((${#targets[@]} == 0)); then
  for file in "$root"/fuzz/*.cpp; do
    name=$(basename -- "$file" .cpp)
    [[ $name == driver ]] || targets+=("$name")
  done
fi
for name in "${targets[@]}"; do
  [[ $name != driver && -f $root/fuzz/$name.cpp ]] ||
    { echo "tools/fuzz.sh: there is no fuzz/$name.cpp" >&2; exit 2; }
done

flags="-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address"
cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" -DTRAYLINE_FUZZ=ON \
  -DTRAYLINE_TESTS=OFF -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS="$flags" >&2
ninja -C "$folder" "${targets[@]/#/fuzz_}" >&2

failed=0
for name in "${targets[@]}"; do
  corpus=$folder/corpus/$name
  broken=$folder/broken/$name
  log=$folder/$name.log
  mkdir -p "$corpus" "$broken"
  seeds=()
  [[ ! -d $root/fuzz/seeds/$name ]] || seeds=("$root/fuzz/seeds/$name")
  ok=true
  "$folder/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$broken/" "$corpus" "${seeds[@]}" >"$log" 2>&1 ||
    { ok=false; failed=1; }
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  input=$(sed -n 's/^.*Test unit written to //p' "$log" | tail -n 1)
  printf '{"target":"%s","ok":%s,"seconds":%s,"runs":%s,"edges":%s,"input":"%s","log":"%s"}\n' \
    "$name" "$ok" "$seconds" "${runs:-0}" "${edges:-0}" "$input" "$log"
done
exit "$failed"
