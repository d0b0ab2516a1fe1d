#!/usr/bin/env bash
# Takes over into fuzz/minimised what fuzz/corpus reaches and fuzz/seeds does not: for each target as few and as small inputs as
# libFuzzer's merge finds, counting edges and not how often. Arguments are the targets, by default all.
# Needs nightly Rust and cargo-fuzz.
set -euo pipefail
shopt -s failglob
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
  for target in fuzz/fuzz_targets/*.rs; do set -- "$@" "$(basename "$target" .rs)"; done
fi
for name; do
  mkdir -p "fuzz/corpus/$name" "fuzz/minimised/$name"
  merged=$(mktemp -d)
  # What is first in the row is kept: so what the seeds reach takes no other input.
  cargo +nightly fuzz run --sanitizer none "$name" "$merged" "fuzz/seeds/$name" "fuzz/minimised/$name" "fuzz/corpus/$name" -- \
    -merge=1 -use_counters=0 -max_len=8192
  find "fuzz/seeds/$name" -type f ! -name '.*' -exec sha1sum {} + | cut -d' ' -f1 | while read -r sum; do rm -f "$merged/$sum"; done
  find "fuzz/minimised/$name" -type f ! -name '.*' -delete
  find "$merged" -type f -exec cp -t "fuzz/minimised/$name" {} +
  rm -rf "$merged"
  echo "$name: $(find "fuzz/minimised/$name" -type f ! -name '.*' | wc -l) inputs"
done
