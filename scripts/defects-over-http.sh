#!/usr/bin/env bash
# Each defect of `vcispec list defects`, served over HTTP, must be caught by a plain `vcispec run URL`: exit code 1, and a
# finding by the invariant that `src/zoo` names. Defects that take the key of the authorization server are run with it; those
# that take a clock that jumps are left to `vcispec defects`. Prints a table. Needs jq.
# Arguments, if any, are the defects to try instead of all.
set -euo pipefail
cd "$(dirname "$0")/.."

vcispec=${VCISPEC_BIN:-${CARGO_TARGET_DIR:-target}/release/vcispec}
[[ -n ${VCISPEC_BIN:-} ]] || cargo build --release --locked --quiet
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
key=tests/data/auth-key.jwk.json

# serve DEFECT: starts the server on a free port; sets server and url.
serve() {
  "$vcispec" serve --port 0 --defect "$1" --as-key "$key" --clients examples/service-wallet/clients.json \
    --did-registry examples/service-wallet/dids >"$work/serve" 2>"$work/serve.err" &
  server=$!
  for _ in {1..100}; do
    url=$(sed -n 's/^listening on //p' "$work/serve")
    [[ -z $url ]] || return 0
    sleep 0.1
  done
  echo "vcispec serve --defect $1 did not start" >&2
  exit 1
}

"$vcispec" list defects --json |
  jq -r '.[] | select(.invariant and .takes != "a clock that jumps") | .id as $id
    | select($ARGS.positional | . == [] or index($id)) | [$id, .invariant, .takes // "nothing"] | @tsv' --args "$@" >"$work/wanted"
if [[ ! -s $work/wanted ]]; then
  echo "no defect is called $*; see vcispec list defects" >&2
  exit 2
fi
row='%-40s %4s  %-52s %9s %5s %8s  %s\n'
# shellcheck disable=SC2059 # the format is a constant
printf "$row" defect exit "finding" mutations steps seconds verdict
failed=0 total=0 caught=0
while IFS=$'\t' read -r defect invariant takes; do
  serve "$defect"
  flags=()
  [[ $takes != "the authorization server's key" ]] || flags+=(--as-key "$key")
  [[ $takes != "a service wallet" ]] || flags+=(--service-wallet examples/service-wallet/wallet.json)
  start=$SECONDS code=0
  "$vcispec" run "$url" "${flags[@]}" --report json --report-dir "$work" >"$work/out" 2>&1 || code=$?
  seconds=$((SECONDS - start)) total=$((total + 1))
  kill "$server" && wait "$server" || true
  found=$(jq -r --arg rule "$invariant" 'first(.findings[] | select(.invariant == $rule)) | .case.steps as $steps
    | [.invariant, ([$steps[]? | objects | (.send.mutations, .race[]?.mutations) // [] | length] | add // 0), ($steps // [] | length)]
    | @tsv' "$work/report.json" 2>/dev/null || true)
  rm -f "$work/report.json"
  verdict=caught
  if [[ $code != 1 || -z $found ]]; then
    verdict="NOT CAUGHT by $invariant"
    failed=1
    cat "$work/out" >&2
  else
    caught=$((caught + 1))
  fi
  IFS=$'\t' read -r first faults length <<<"${found:-none}"
  # shellcheck disable=SC2059
  printf "$row" "$defect" "$code" "$first" "${faults:--}" "${length:--}" "$seconds" "$verdict"
done <"$work/wanted"
echo "$caught of $total caught"
exit "$failed"
