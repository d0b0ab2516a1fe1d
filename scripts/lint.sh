#!/usr/bin/env bash
# Clippy over everything, warnings are errors.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo clippy --locked --all-targets --all-features -- -D warnings
