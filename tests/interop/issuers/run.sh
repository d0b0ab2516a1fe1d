#!/usr/bin/env bash
# Tests two published issuers, and compares what is found with what was read: see README.md.
# VCISPEC_BIN names the binary; without it a release build is made. Arguments name the folders; both, if there are none.
set -euo pipefail
bin=${VCISPEC_BIN:+$(realpath "$VCISPEC_BIN")}
cd "$(dirname "$0")"

if [ -z "$bin" ]; then
  cargo build --release --bin vcispec
  bin=$(realpath "${CARGO_TARGET_DIR:-../../../target}/release/vcispec")
fi

# Everything here stays on this machine, also where a proxy is configured.
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

# try FOLDER PORT: serves and tests.
try() {
  echo "== $1"
  (cd "$1" && npm ci --ignore-scripts --no-progress)
  (cd "$1" && PORT=$2 exec node issuer.mjs) >"$work/$1.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    grep -q '^listening on ' "$work/$1.log" && break
    sleep 0.1
  done
  local code=0
  "$bin" run --config "$1/vcispec.toml" --cases 100 --report json --report-dir "$work/$1" || code=$?
  kill "$server"
  if [ "$code" != 1 ]; then
    echo "the run ended with $code; findings were expected" >&2
    tail -n 20 "$work/$1.log" >&2
    return 1
  fi
  # Failures alone: what is tolerable or a note depends on how far the random cases come.
  node -e '
    const { findings } = JSON.parse(require("node:fs").readFileSync(process.argv[1]))
    for (const { id, grade } of findings) if (grade === "failure") console.log(id)
  ' "$work/$1/report.json" | sort >"$work/$1.found"
  sort "$1/findings.txt" >"$work/$1.read"
  if ! diff "$work/$1.read" "$work/$1.found"; then
    echo "what was found (>) is not what was read (<): read it, and mend vcispec or docs/field-notes" >&2
    return 1
  fi
}

for folder in "${@:-sphereon openid4vc}"; do
  for name in $folder; do
    case $name in
      sphereon) try sphereon 5010 ;;
      openid4vc) try openid4vc 5011 ;;
      *) echo "there is no issuer $name" >&2; exit 2 ;;
    esac
  done
done
