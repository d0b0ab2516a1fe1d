#!/usr/bin/env bash
# The library without default features must build, and must not pull in the crates of the command line.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo check --locked --lib --no-default-features
tree=$(cargo tree --locked --edges normal --no-default-features --prefix none)
if grep -E '^(clap|indicatif|anstream|anstyle|maud|qrcode|toml)[a-z_-]* v' <<<"$tree"; then
  echo "the library without default features depends on the crates above" >&2
  exit 1
fi
