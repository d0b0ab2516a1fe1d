#!/usr/bin/env bash
# Looks at report.html in a real browser: headless Chromium, which is installed where it is missing (Debian). Photographs a
# report with findings in light and dark, on a phone and on paper, and one of a thousand findings, into target/reports/; sees
# to it that search and marks work and that nothing is asked of a network. With VCISPEC_UPDATE=1 docs/images/ is renewed.
# VCISPEC_BIN names the binary; without it a release build is made.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v chromium >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
VCISPEC_KEEP=$work tests/reports/run.sh
images=$PWD/target/reports
mkdir -p "$images"

# browse ARGUMENT…: Chromium without a window, a profile or a network: any name leads nowhere.
browse() {
  chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --user-data-dir="$work/profile" \
    --no-first-run --disable-background-networking --disable-component-update --host-resolver-rules='MAP * ~NOTFOUND' \
    --virtual-time-budget=20000 "$@" 2>>"$work/chromium"
}

# photograph NAME WIDTH HEIGHT URL [ARGUMENT…]
photograph() {
  local name=$1 size=$2,$3 url=$4
  shift 4
  browse --window-size="$size" --screenshot="$images/$name.png" "$@" "$url" >/dev/null
  [ -s "$images/$name.png" ] || { cat "$work/chromium" >&2; exit 1; }
}

fail() {
  echo "$*" >&2
  exit 1
}

page=file://$work/findings/report.html
# The finding about the nonce, opened without going there: what is scrolled away is blank on a photograph.
anchor=$(grep -o 'id="proof/nonce-is-the-c-nonce-of-this-token[^"]*"' "$work/findings/report.html" | head -n 1 | cut -d '"' -f 2)
[ -n "$anchor" ] || fail "the run did not find the nonce"
sed "s#</body>#<script>document.getElementById('$anchor').open = true;</script></body>#" "$work/findings/report.html" >"$work/findings/open.html"
opened=file://$work/findings/open.html
photograph report 1200 1300 "$opened"
photograph report-dark 1200 1300 "$opened" --blink-settings=preferredColorScheme=0
photograph report-phone 420 1700 "$opened"
browse --print-to-pdf="$images/report.pdf" --no-pdf-header-footer "$page" >/dev/null
[ -s "$images/report.pdf" ] || fail "it cannot be printed"

# A thousand findings, searched for one of them: the script finds it, and the page is there in bounded time.
many=$work/many/report.html
sed 's#</body>#<script>search.value = "-777"; show(); document.body.dataset.left = findings.filter((one) => !one.hidden).length;</script></body>#' "$many" >"$work/many/searched.html"
timeout 120 bash -c "$(declare -f browse); work='$work'; browse --dump-dom 'file://$work/many/searched.html'" >"$work/dom"
grep -q 'data-left="1"' "$work/dom" || fail "the search does not find one of a thousand: $(grep -o 'data-left="[0-9]*"' "$work/dom")"
photograph report-many 1200 900 "file://$many"

# Nothing is fetched from anywhere.
if grep -Eo '(src|href)="[^"#][^"]*"' "$work/findings/report.html"; then
  fail "the page asks for something else"
fi
if [ -n "${VCISPEC_UPDATE:-}" ]; then
  mkdir -p docs/images
  cp "$images"/report.png "$images"/report-dark.png "$images"/report-phone.png docs/images/
fi
echo "the page is as it should be; photographs are in $images"
