#!/usr/bin/env bash
# clang-format and clang-tidy over the product's sources.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in clang-format clang-tidy; do
  command -v "$tool" > /dev/null || { echo "lint: needs $tool (apt-get install $tool)" >&2; exit 1; }
done
git ls-files '*.h' '*.cc' | xargs clang-format --dry-run --Werror
cmake --build --preset dev --target vigie_proto vigie_grpc
git ls-files 'platform/*.cc' 'proto/*.cc' 'core/*.cc' 'agent/*.cc' 'server/*.cc' |
  xargs -P 2 -n 4 clang-tidy -p build/dev --quiet
