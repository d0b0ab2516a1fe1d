#!/usr/bin/env bash
# Writes docs/measured.md: every figure of the project with the command that gives it.
# The page holds no date, so that two runs on one machine differ only where a figure differs.
set -euo pipefail
cd "$(dirname "$0")/.."

page=docs/measured.md
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT

# measure TITLE COMMAND…: a section with the command line and what it printed.
measure() {
  local title=$1
  shift
  echo "measuring: $title" >&2
  printf '\n## %s\n\n```\n$ %s\n' "$title" "$*" >>"$fresh"
  "$@" >>"$fresh"
  printf '```\n' >>"$fresh"
}

processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
cat >"$fresh" <<PAGE
# Measured

Written by \`just measure\`; do not edit by hand.
Machine: $(nproc) cores, ${processor:-processor unknown}, $(uname -sm), $(rustc --version | cut -d' ' -f1,2).
PAGE

cargo build --release --locked --quiet
measure "A default run against the embedded reference issuer" target/release/vcispec run
measure "Benchmarks" cargo bench --locked

cat "$fresh" >"$page"
