#!/usr/bin/env bash
# Each defect of `vcispec list defects`, served over HTTP, must be caught by a plain `vcispec run URL`: exit code 1, first
# finding by the invariant that `src/zoo` names, shrunk as far as it says. Prints a table. Needs jq.
# Arguments, if any, are the defects to try instead of all.
set -euo pipefail
cd "$(dirname "$0")/.."

vcispec=${VCISPEC_BIN:-${CARGO_TARGET_DIR:-target}/release/vcispec}
[[ -n ${VCISPEC_BIN:-} ]] || cargo build --release --locked --quiet
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

# serve DEFECT: starts the server on a free port; sets server and url.
serve() {
  "$vcispec" serve --port 0 --defect "$1" --clients examples/service-wallet/clients.json \
    --did-registry examples/service-wallet/dids >"$work/serve" &
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
  jq -r '.[] | select(.invariant) | .id as $id | select($ARGS.positional | . == [] or index($id))
    | [$id, .invariant, .needs.mutations, .needs.steps] | @tsv' --args "$@" >"$work/wanted"
if [[ ! -s $work/wanted ]]; then
  echo "no defect is called $*; see vcispec list defects" >&2
  exit 2
fi
row='%-32s %4s  %-48s %9s %5s %8s  %s\n'
# shellcheck disable=SC2059 # the format is a constant
printf "$row" defect exit "first finding" mutations steps seconds verdict
failed=0
while read -r defect invariant mutations steps; do
  serve "$defect"
  start=$SECONDS code=0
  "$vcispec" run "$url" --service-wallet examples/service-wallet/wallet.json --report json --report-dir "$work" >"$work/out" 2>&1 || code=$?
  seconds=$((SECONDS - start))
  kill "$server" && wait "$server" || true
  found=$(jq -r '.findings[0] // halt | .case.steps as $steps
    | [.invariant, ([$steps[] | objects | .send.mutations // [] | length] | add), ($steps | length)] | @tsv' \
    "$work/report.json" 2>/dev/null || true)
  rm -f "$work/report.json"
  verdict=caught
  if [[ $code != 1 || $found != "$invariant"$'\t'"$mutations"$'\t'"$steps" ]]; then
    verdict="NOT CAUGHT by $invariant with $mutations mutations in $steps steps"
    failed=1
    cat "$work/out" >&2
  fi
  IFS=$'\t' read -r first faults length <<<"${found:-none}"
  # shellcheck disable=SC2059
  printf "$row" "$defect" "$code" "$first" "${faults:--}" "${length:--}" "$seconds" "$verdict"
done <"$work/wanted"
exit "$failed"
