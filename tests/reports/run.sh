#!/usr/bin/env bash
# Holds every report format against its published schema, for a run with findings and for one without: SARIF and HAR by the
# schemas that npm packages carry, JUnit by junit.xsd. Needs Node 20.
# VCISPEC_BIN names the binary; without it a release build is made.
set -euo pipefail
bin=${VCISPEC_BIN:+$(realpath "$VCISPEC_BIN")}
cd "$(dirname "$0")"

if [ -z "$bin" ]; then
  cargo build --release --bin vcispec
  bin=$(realpath "${CARGO_TARGET_DIR:-../../target}/release/vcispec")
fi
npm ci --ignore-scripts --no-progress --no-audit --no-fund

work=$(mktemp -d)
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 GITHUB_STEP_SUMMARY=
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
formats=json,junit,sarif,har,markdown,html

: >"$work/log"
# Two bugs of different kinds: an acceptance and a server error.
"$bin" serve --port 0 --deferred-delay 1 --defect nonce-unchecked --defect missing-proof-500 >"$work/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  issuer=$(sed -n 's/^listening on //p' "$work/log")
  [ -n "$issuer" ] && break
  sleep 0.1
done
[ -n "$issuer" ] || { cat "$work/log" >&2; exit 1; }
code=0
"$bin" run "$issuer" --phases random --cases 150 --deferred-delay 1 --report "$formats" --report-dir "$work/findings" >"$work/out" || code=$?
[ "$code" = 1 ] || { cat "$work/out" >&2; exit 1; }
"$bin" run --phases random --cases 30 --report "$formats" --report-dir "$work/clean" >/dev/null
node check.mjs "$work/findings"
node check.mjs "$work/clean"

if [ -n "${VCISPEC_KEEP:-}" ]; then
  # A thousand findings are a report like any other.
  mkdir "$work/many"
  node many.mjs "$work/findings/report.json" 1000 >"$work/many.json"
  code=0
  "$bin" report merge "$work/many.json" --report html --report-dir "$work/many" >/dev/null || code=$?
  [ "$code" = 1 ]
  cp -r "$work/findings" "$work/many" "$VCISPEC_KEEP/"
fi
