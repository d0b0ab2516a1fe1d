// A wallet of some sixty lines: enough of OpenID4VCI, as EBSI speaks it, to obtain a credential with a
// pre-authorised code. It shares no code with the issuer or with vcispec's own wallet.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { util as didKey } from "@cef-ebsi/key-did-resolver";
import { SignJWT, exportJWK, generateKeyPair } from "jose";

/** A holder with a fresh P-256 key and the did:key (jwk_jcs-pub) made of it. */
export async function newHolder() {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const did = didKey.createDid(await exportJWK(publicKey));
  return { did, kid: `${did}#${did.slice("did:key:".length)}`, privateKey };
}

/** The credential of `type`, as a compact JWS, obtained for `holder` from the issuer at `issuer`. */
export async function obtainCredential(issuer, holder, type, format) {
  const metadata = await json(await fetch(`${issuer}/.well-known/openid-credential-issuer`));
  const as = await json(
    await fetch(`${metadata.authorization_server}/.well-known/openid-configuration`),
  );
  const offer = await fetchOffer(issuer, holder, type);
  const [{ types }] = offer.credentials;
  const token = await redeem(as.token_endpoint, offer, holder);
  const answer = await ask(metadata, holder, token, types, format);
  return { types, credential: await received(metadata, answer), deferred: !answer.credential };
}

/** The credential of `types` that an access token with its c_nonce is good for. */
export async function requestCredential(metadata, holder, token, types, format) {
  return received(metadata, await ask(metadata, holder, token, types, format));
}

/** EBSI's PIN: each of the last four bytes of SHA-256(DID), modulo ten. */
export function pin(did) {
  const digest = createHash("sha256").update(did, "utf8").digest();
  return [...digest.subarray(-4)].map((byte) => byte % 10).join("");
}

async function fetchOffer(issuer, holder, type) {
  const query = new URLSearchParams({ credential_type: type, client_id: holder.did });
  const response = await fetch(`${issuer}/initiate-credential-offer?${query}`, { redirect: "manual" });
  // A same-device offer comes as a redirect, a cross-device offer as the text of a QR code.
  const uri = response.headers.get("location") ?? (await response.text());
  return json(await fetch(new URL(uri).searchParams.get("credential_offer_uri")));
}

async function redeem(endpoint, offer, holder) {
  const grantType = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
  const body = new URLSearchParams({
    grant_type: grantType,
    "pre-authorized_code": offer.grants[grantType]["pre-authorized_code"],
    user_pin: pin(holder.did),
  });
  return json(await fetch(endpoint, { method: "POST", body }));
}

async function ask(metadata, holder, token, types, format) {
  const proof = await new SignJWT({ nonce: token.c_nonce })
    .setProtectedHeader({ typ: "openid4vci-proof+jwt", alg: "ES256", kid: holder.kid })
    .setIssuer(holder.did)
    .setAudience(metadata.credential_issuer)
    .setIssuedAt()
    .sign(holder.privateKey);
  const response = await fetch(metadata.credential_endpoint, {
    method: "POST",
    headers: { authorization: `Bearer ${token.access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ types, format, proof: { proof_type: "jwt", jwt: proof } }),
  });
  return json(response);
}

async function received(metadata, { credential, acceptance_token: acceptanceToken }) {
  return credential ?? collect(metadata, acceptanceToken);
}

/** Polls for a deferred credential, for at most twelve seconds. */
async function collect(metadata, acceptanceToken) {
  for (let attempt = 0; attempt < 24; attempt += 1) {
    const response = await fetch(metadata.deferred_credential_endpoint, {
      method: "POST",
      headers: { authorization: `Bearer ${acceptanceToken}` },
    });
    const { credential } = await response.json();
    if (credential) return credential;
    await sleep(500);
  }
  throw new Error("the deferred credential did not become ready");
}

async function json(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
