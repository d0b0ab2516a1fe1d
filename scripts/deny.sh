#!/usr/bin/env bash
# Licences, sources and banned features of the dependencies; deny.toml says why advisories are left out.
# cargo-deny is installed below target/ where it is missing; it has little to do, so it need not be optimised.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH=$PATH:$PWD/target/tools/bin
if ! command -v cargo-deny >/dev/null; then
  cargo install --debug --locked --root target/tools cargo-deny@0.20.2
fi
cargo deny check bans licenses sources
