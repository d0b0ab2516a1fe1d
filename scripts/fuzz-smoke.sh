#!/usr/bin/env bash
# Runs fuzz targets for some seconds each (ten, or the first argument), without AddressSanitizer: our code has no unsafe part.
# An input reaches ten thousand edges and more, and counting how rare each is takes libFuzzer longer than the input itself.
# Further arguments are the targets, by default all. SANITIZER=address switches it on.
# Needs nightly Rust and cargo-fuzz 0.13 (`cargo install --locked cargo-fuzz`).
set -euo pipefail
shopt -s failglob
cd "$(dirname "$0")/.."

seconds=${1:-10}
shift || true
if [ $# -eq 0 ]; then
  for target in fuzz/fuzz_targets/*.rs; do set -- "$@" "$(basename "$target" .rs)"; done
fi
for name; do
  echo "== fuzz $name for $seconds s"
  mkdir -p "fuzz/corpus/$name"
  cargo +nightly fuzz run --sanitizer "${SANITIZER:-none}" "$name" "fuzz/corpus/$name" "fuzz/seeds/$name" "fuzz/minimised/$name" -- \
    -dict=fuzz/dictionary -entropic=0 -reduce_inputs=0 -max_total_time="$seconds"
done
