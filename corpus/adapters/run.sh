#!/usr/bin/env bash
# The adapters of the corpus: its vectors from Python and from JavaScript, against the example issuer of each language, against
# the other's over lines, and against the reference issuer. Each adapter finds three planted bugs with frozen vectors and three
# with symbolic ones. Needs Python 3.10, Node 20, and what pip and npm fetch.
# VCISPEC_BIN names the binary to replay with and VCISPEC_EXEC_ISSUER the example that answers; without them they are built.
set -euo pipefail
bin=${VCISPEC_BIN:+$(realpath "$VCISPEC_BIN")}
issuer=${VCISPEC_EXEC_ISSUER:+$(realpath "$VCISPEC_EXEC_ISSUER")}
cd "$(dirname "$0")"

if [ -z "$bin" ] || [ -z "$issuer" ]; then
  cargo build --locked --quiet --bin vcispec --example exec_issuer
  target=$(realpath "${CARGO_TARGET_DIR:-../../target}")/debug
  bin=${bin:-$target/vcispec} issuer=${issuer:-$target/examples/exec_issuer}
fi
export VCISPEC_BIN=$bin PYTHONDONTWRITEBYTECODE=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$work/venv/bin/python
python3 -m venv "$work/venv"
"$python" -m pip install --quiet --disable-pip-version-check -r python/requirements.txt ..
(cd node && npm ci --ignore-scripts --no-progress)

in_python() {
  cd python
  "$python" -m doctest ../../loaders/vcispec_corpus/__init__.py
  VCISPEC_ISSUER=$issuer "$python" -m pytest -q
  VCISPEC_EXEC=$issuer "$python" -m pytest -q
  VCISPEC_ENDPOINTS=credential VCISPEC_EXEC='node ../node/example-issuer.mjs' "$python" -m pytest -q
}

in_javascript() {
  cd node
  local test=(node --test --test-reporter=dot corpus.test.mjs)
  VCISPEC_ISSUER=$issuer "${test[@]}"
  VCISPEC_EXEC=$issuer "${test[@]}"
  VCISPEC_ENDPOINTS=credential VCISPEC_EXEC="'$python' ../python/example_issuer.py" "${test[@]}"
}

# Both at once; each has its say when it is done.
in_python >"$work/python.log" 2>&1 &
of_python=$!
in_javascript >"$work/javascript.log" 2>&1 &
of_javascript=$!
status=0
wait "$of_python" || status=1
wait "$of_javascript" || status=1
for language in python javascript; do
  echo "== $language"
  cat "$work/$language.log"
done
exit "$status"
