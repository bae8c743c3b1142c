#!/usr/bin/env bash
# Builds a preset and runs its tests. What cannot run on this machine skips itself; those tests and their reasons are listed at
# the end, just before ctest's own closing lines.  usage: scripts/test.sh dev|asan|tsan [ctest options…]
set -euo pipefail
preset=${1:?usage: scripts/test.sh dev|asan|tsan [ctest options…]}
shift
cd "$(dirname "$0")/.."

cmake --preset "$preset" > /dev/null
cmake --build --preset "$preset"

export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/tests/tsan_suppressions.txt"
log=build/$preset/Testing/Temporary/LastTest.log

# GoogleTest prints "file:line: Skipped", the reason, and "[  SKIPPED ] Suite.Test (0 ms)".
list_skips() {
  awk '/^\[ RUN / { reason = "" }
       /: Skipped$/ { getline; reason = $0 }
       /^\[  SKIPPED \] .*\(/ { print "  " $4 ": " reason; count++ }
       END { if (!count) print "  none" }' "$log"
}

held=$(mktemp)
trap 'rm -f "$held"' EXIT
status=0
ctest --preset "$preset" "$@" | awk -v held="$held" '/% tests passed/ { closing = 1 }
  closing { print > held; next }
  { print; fflush() }' || status=$?
echo
echo "Skipped on this machine, with the reason:"
list_skips
cat "$held"
exit "$status"
