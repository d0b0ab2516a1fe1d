#!/usr/bin/env bash
# Puts every fuzz target into $OUT, each with its seeds, the dictionary and its options: what ClusterFuzzLite and OSS-Fuzz ask
# for. Runs without Docker too, where nightly Rust and cargo-fuzz are installed:
#   OUT=/tmp/out .clusterfuzzlite/build.sh [TARGET ...]
# SANITIZER is what the runner says: address, or none.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -d fuzz ] || cd "${SRC:?}/vcispec"

sanitizer=${SANITIZER:-address}
if [ $# -eq 0 ]; then
  for target in fuzz/fuzz_targets/*.rs; do set -- "$@" "$(basename "$target" .rs)"; done
fi
mkdir -p "${OUT:?the folder for the targets}"
gathered=$(mktemp -d)
trap 'rm -rf "$gathered"' EXIT
for name; do
  cargo +nightly fuzz build --sanitizer "$sanitizer" "$name"
  cp "fuzz/target/x86_64-unknown-linux-gnu/release/$name" "$OUT/$name"
  rm -rf "$OUT/${name}_seed_corpus.zip" "$gathered/$name"
  mkdir "$gathered/$name"
  find "fuzz/seeds/$name" "fuzz/minimised/$name" "fuzz/regressions/$name" -type f ! -name '.*' -exec cp -t "$gathered/$name" {} +
  python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" "$gathered/$name/"
  cp fuzz/dictionary "$OUT/$name.dict"
  printf '[libfuzzer]\nmax_len = 65536\ntimeout = 30\nentropic = 0\nreduce_inputs = 0\n' >"$OUT/$name.options"
done
