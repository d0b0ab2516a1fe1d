#!/usr/bin/env bash
# Lets EBSI's own library verify credentials of the reference issuer.
# VCISPEC_BIN names the binary to serve with; without it a release build is made.
set -euo pipefail
bin=${VCISPEC_BIN:+$(realpath "$VCISPEC_BIN")}
cd "$(dirname "$0")"

if [ -z "$bin" ]; then
  cargo build --release --bin vcispec
  bin=${CARGO_TARGET_DIR:-../../target}/release/vcispec
fi

npm ci --ignore-scripts --no-progress

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Everything here stays on this machine, also where a proxy is configured.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
export VCISPEC_ISSUER="http://127.0.0.1:$port/conformance/v3/issuer-mock"

log=$(mktemp)
"$bin" serve --port "$port" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT

for _ in $(seq 100); do
  if curl --silent --fail --output /dev/null "$VCISPEC_ISSUER/jwks"; then
    node --test --test-reporter=spec verify.mjs
    exit
  fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
echo "the issuer did not answer at $VCISPEC_ISSUER; it said:" >&2
cat "$log" >&2
exit 1
