#!/usr/bin/env bash
# Builds every libFuzzer target with clang and runs each for FUZZ_SECONDS, starting from its committed corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v clang++-14 > /dev/null || { echo "fuzz: needs clang-14 and libclang-rt-14-dev (apt-get install)" >&2; exit 1; }

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --target vigie_fuzzers
while read -r fuzzer corpus; do
  echo "== $fuzzer"
  found=build/fuzz/corpus/$fuzzer
  mkdir -p "$found"
  "build/fuzz/fuzzers/$fuzzer" -max_total_time="${FUZZ_SECONDS:-30}" -rss_limit_mb=4096 -timeout=10 \
    -print_final_stats=0 -verbosity=0 -artifact_prefix="$found/" "$found" "$corpus"
done < build/fuzz/fuzzers.txt
