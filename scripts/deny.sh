#!/usr/bin/env bash
# Licences, sources and banned features of the dependencies; deny.toml says why advisories are left out.
# Compiling cargo-deny takes a little over three minutes on two cores, which CI can afford, so it is
# installed below target/ where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH=$PATH:$PWD/target/tools/bin
if ! command -v cargo-deny >/dev/null; then
  cargo install --locked --root target/tools cargo-deny@0.20.2
fi
cargo deny check bans licenses sources
