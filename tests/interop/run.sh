#!/usr/bin/env bash
# Lets a published wallet library obtain credentials of the reference issuer, and EBSI's own library verify them
# with nothing but the registries that `vcispec serve` brings: once with a did:ebsi issuer, once with a did:key issuer.
# VCISPEC_BIN names the binary to serve with; without it a release build is made.
set -euo pipefail
bin=${VCISPEC_BIN:+$(realpath "$VCISPEC_BIN")}
cd "$(dirname "$0")"

if [ -z "$bin" ]; then
  cargo build --release --bin vcispec
  bin=${CARGO_TARGET_DIR:-../../target}/release/vcispec
fi

npm ci --ignore-scripts --no-progress

# Everything here stays on this machine, also where a proxy is configured.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
VCISPEC_WORK=$(mktemp -d)
export VCISPEC_WORK
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$VCISPEC_WORK"' EXIT

# The key of the authorization server, to mint access tokens with, and a legal entity with its DID document.
node prepare.mjs "$VCISPEC_WORK"

# start ARGUMENT…: serves on a free port and sets VCISPEC_ISSUER.
start() {
  local log
  log=$(mktemp "$VCISPEC_WORK/log.XXXX")
  "$bin" serve --port 0 --as-key "$VCISPEC_WORK/as-key.json" --did-registry "$VCISPEC_WORK/dids" \
    --deferred-delay 1 "$@" >"$log" 2>&1 &
  servers+=($!)
  for _ in $(seq 100); do
    VCISPEC_ISSUER=$(sed -n 's/^listening on //p' "$log")
    if [ -n "$VCISPEC_ISSUER" ]; then
      export VCISPEC_ISSUER
      return
    fi
    kill -0 "${servers[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  echo "the issuer did not start; it said:" >&2
  cat "$log" >&2
  exit 1
}

for did in did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD did:key; do
  start --issuer-did "$did"
  echo "== $did at $VCISPEC_ISSUER"
  VCISPEC_ISSUER_DID=$did node --test --test-concurrency=2 --test-reporter=spec verify.mjs wallet-library.mjs
done
