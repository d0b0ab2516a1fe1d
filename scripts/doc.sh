#!/usr/bin/env bash
# Builds the documentation; a broken link or another warning is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --all-features
