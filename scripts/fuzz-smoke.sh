#!/usr/bin/env bash
# Runs each fuzz target for some seconds (ten, or the first argument), without AddressSanitizer: our code has no unsafe part.
# Needs nightly Rust and cargo-fuzz 0.13 (`cargo install --locked cargo-fuzz`).
set -euo pipefail
shopt -s failglob
cd "$(dirname "$0")/.."

seconds=${1:-10}
for target in fuzz/fuzz_targets/*.rs; do
  name=$(basename "$target" .rs)
  echo "== fuzz $name for $seconds s"
  mkdir -p "fuzz/corpus/$name"
  cargo +nightly fuzz run --sanitizer none "$name" "fuzz/corpus/$name" "fuzz/seeds/$name" -- \
    -dict=fuzz/dictionary -max_total_time="$seconds"
done
