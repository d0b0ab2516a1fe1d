#!/usr/bin/env bash
# Looks at the pages of `vcispec serve` in a real browser: headless Chromium, which is installed where it is missing
# (Debian). Photographs the list, a QR code and a refused request into target/page/, and reads the QR code back from the
# photograph. With VCISPEC_UPDATE=1 the photographs of docs/images/ are renewed.
# VCISPEC_BIN names the binary to serve with; without it a release build is made.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=${VCISPEC_BIN:-}
if [ -z "$bin" ]; then
  cargo build --release --bin vcispec
  bin=${CARGO_TARGET_DIR:-target}/release/vcispec
fi

missing=()
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
command -v zbarimg >/dev/null || missing+=(zbar-tools)
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
work=$(mktemp -d)
images=target/page
mkdir -p "$images"
"$bin" serve --port 0 >"$work/log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
  issuer=$(sed -n 's/^listening on //p' "$work/log")
  [ -n "$issuer" ] && break
  sleep 0.1
done
origin=${issuer%/conformance/v3/issuer-mock}

# browse ARGUMENT…: Chromium without a window, a profile or anything from the network but our server.
browse() {
  chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --user-data-dir="$work/profile" \
    --no-first-run --disable-background-networking --disable-component-update --virtual-time-budget=6000 "$@" 2>>"$work/chromium"
}

# photograph NAME WIDTH HEIGHT PATH [ARGUMENT…]
photograph() {
  local name=$1 size=$2,$3 path=$4
  shift 4
  browse --window-size="$size" --screenshot="$images/$name.png" "$@" "$origin$path" >/dev/null
  [ -s "$images/$name.png" ] || { cat "$work/chromium" >&2; exit 1; }
}

fail() {
  echo "$*" >&2
  exit 1
}

# expect TEXT PATH: the page, as the browser has it after its scripts ran, holds the text.
expect() {
  browse --dump-dom "$origin$2" >"$work/dom"
  grep -qF -- "$1" "$work/dom" || fail "$2 does not show: $1"
}

holder='did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsDbVZXdb3jzCagESyY4EE2x7Yjx3gNwctoEuRCKKDrdNP3HPFtG8RTvBiYStT5ghBHhHizH2Dy6xQtW3Pd2SecizL9b2jzDCMr7Ka5cRAWZFwvqwAtwTT7xet769y9ERh6'
offer="/offer?credential_type=CTWalletCrossPreAuthorisedInTime&client_id=$holder"

# A wallet forgets the token; another does all right, but for a proof with a nonce of its own.
curl -sS -o /dev/null -X POST -H 'content-type: application/json' -d '{}' "$issuer/credential"
flow='"version":1,"flow":{"type":"CTWalletSamePreAuthorisedInTime","format":"jwt_vc"}'
"$bin" replay "{$flow,\"steps\":[{\"send\":{\"to\":\"credential\",\"mutations\":[\"proof-nonce/random\"]}}]}" "$issuer" >"$work/replay" ||
  fail "the wallet could not send its requests: $(cat "$work/replay")"

photograph refused 1200 620 /requests
photograph list 1200 1650 /
photograph list-dark 1200 1650 / --blink-settings=preferredColorScheme=0
photograph list-phone 420 1500 /
photograph offer 1200 820 "$offer"
photograph offer-phone 420 1300 "$offer"

expect 'Offer a credential to a wallet' /
expect '5910' "$offer"
expect 'step 14' /requests
expect "Rule: The proof's nonce is the c_nonce" /requests

# The script keeps the list fresh: under steady traffic the browser ends with newer requests than the page came with.
(for _ in $(seq 200); do curl -sS -o /dev/null "$issuer/jwks"; sleep 0.05; done) &
traffic=$!
browse --dump-dom "$origin/requests" >"$work/dom"
kill "$traffic" 2>/dev/null || true
came_with=$(grep -o 'data-newest="[0-9]*"' "$work/dom" | head -n 1 | tr -dc 0-9)
ends_with=$(grep -o '<li value="[0-9]*"' "$work/dom" | head -n 1 | tr -dc 0-9)
[ "$ends_with" -gt "$came_with" ] || fail "the list stood still at request $came_with"

scanned=$(zbarimg --quiet --raw "$images/offer.png")
case $scanned in
"openid-credential-offer://?credential_offer_uri="*) ;;
*) fail "the photographed QR code says: $scanned" ;;
esac
if [ -n "${VCISPEC_UPDATE:-}" ]; then
  mkdir -p docs/images
  cp "$images"/{list,offer,refused}.png docs/images/
fi
echo "the pages are as they should be; photographs are in $images"
