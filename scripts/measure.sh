#!/usr/bin/env bash
# Writes docs/measured.md: every figure of the project with the command that gives it. What stands behind the mark is written
# by hand and carried over. Needs jq. Nothing else should run meanwhile.
# The page holds no date, so that two runs on one machine differ only where a figure differs.
set -euo pipefail
cd "$(dirname "$0")/.."

page=docs/measured.md
mark='<!-- From here on written by hand. -->'
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
fresh=$work/page
vcispec=target/release/vcispec

# section TITLE
section() {
  echo "measuring: $1" >&2
  printf '\n## %s\n' "$1" >>"$fresh"
}

# show COMMAND: the command line and what it prints, both as they are.
show() {
  printf '\n```\n$ %s\n' "$1" >>"$fresh"
  bash -euo pipefail -c "$1" | tee "$work/last" >>"$fresh"
  printf '```\n' >>"$fresh"
}

# timed COMMAND: the command line and how long it takes.
timed() {
  local from to
  from=$(date +%s%N)
  bash -euo pipefail -c "$1" >"$work/last" 2>&1
  to=$(date +%s%N)
  printf '\n```\n$ time %s\n%s s\n```\n' "$1" "$(awk "BEGIN { printf \"%.1f\", ($to - $from) / 1e9 }")" >>"$fresh"
}

# median BENCH: of the last benchmarks, in microseconds.
median() {
  awk -v name="$1" '
    $2 == name { split($0, column, "│"); split(column[3], part, " ")
      print part[1] * (part[2] == "ns" ? 0.001 : part[2] == "ms" ? 1000 : 1) }' "$work/last"
}

processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
cat >"$fresh" <<PAGE
# Measured

Written by \`just measure\`; do not edit by hand above the mark.
Machine: $(nproc) cores, ${processor:-processor unknown}, $(uname -sm), $(rustc --version | cut -d' ' -f1,2).
PAGE

cargo build --release --locked --quiet
cargo test --no-run --locked --quiet

section "A default run against the embedded reference issuer"
show "$vcispec run --report json --report-dir target/measure"
echo $'\nHow many of its cases reach step 18 or succeed:' >>"$fresh"
show "jq -r '.cases_by_step | [to_entries[] | select(.key == \"success\" or (.key | tonumber? // 0) >= 18) | .value] as \$deep
  | \"\\(\$deep | add) of \\(add), \\(100 * (\$deep | add) / add | round)%\"' target/measure/report.json"

section "A default run over HTTP on loopback"
echo $'\nAgainst `target/release/vcispec serve`, which shares the cores with the harness.' >>"$fresh"
"$vcispec" serve >"$work/serve" &
server=$!
for _ in {1..100}; do grep -q listening "$work/serve" && break; sleep 0.1; done
show "$vcispec run http://127.0.0.1:3000/conformance/v3/issuer-mock"
kill "$server"

section "Benchmarks"
show "cargo bench --locked --quiet"
bare=$(median bare_cryptography) whole=$(median in_process)
awk "BEGIN { printf \"\nBy the medians above, \`POST /credential\` (\`in_process\`, $whole µs) reaches %.0f%% of the speed of its bare cryptography\n(\`bare_cryptography\`, $bare µs), with no cache across requests.\n\", 100 * $bare / $whole }" >>"$fresh"

section "The tests"
timed "cargo test --locked"

printf '\n%s\n' "$mark" >>"$fresh"
sed "1,/^$mark\$/d" "$page" >>"$fresh"
cat "$fresh" >"$page"
