#!/usr/bin/env bash
# Line coverage of the issuer and of the invariants by the inputs that are kept (fuzz/seeds, fuzz/minimised, fuzz/regressions), each
# carried out once by its target. Fails if that of the issuer is below what fuzz/coverage-floor says, in percent. Deliberate bugs
# and other readings do not count: the issuer that is fuzzed has none of them.
# Arguments are further folders with a folder for each target, such as fuzz/corpus; then nothing is compared.
# Needs nightly Rust, cargo-fuzz, and LLVM's tools for coverage: Debian's llvm-19, or LLVM_PATH says where others are.
set -euo pipefail
cd "$(dirname "$0")/.."

llvm=${LLVM_PATH:-/usr/lib/llvm-19/bin}
if [ ! -x "$llvm/llvm-cov" ]; then
  echo "no llvm-cov in $llvm: install llvm-19, or say in LLVM_PATH where it is" >&2
  exit 2
fi
built=target/x86_64-unknown-linux-gnu/coverage/x86_64-unknown-linux-gnu/release
objects=()
profiles=()
for target in fuzz/fuzz_targets/*.rs; do
  name=$(basename "$target" .rs)
  inputs=()
  for folder in fuzz/seeds fuzz/minimised fuzz/regressions "$@"; do
    if [ -d "$folder/$name" ]; then inputs+=("$folder/$name"); fi
  done
  if ! said=$(cargo +nightly fuzz coverage --sanitizer none --llvm-path "$llvm" "$name" "${inputs[@]}" 2>&1); then
    tail -20 <<<"$said" >&2
    exit 2
  fi
  objects+=(-object "$built/$name")
  profiles+=("fuzz/coverage/$name/coverage.profdata")
done
"$llvm/llvm-profdata" merge --sparse "${profiles[@]}" -o fuzz/coverage/all.profdata
"$llvm/llvm-cov" export "${objects[@]:1}" -instr-profile fuzz/coverage/all.profdata -summary-only >fuzz/coverage/all.json
floor=$(cat fuzz/coverage-floor)
if [ $# -gt 0 ]; then floor=0; fi
scripts/fuzz-coverage.py fuzz/coverage/all.json "$floor"
