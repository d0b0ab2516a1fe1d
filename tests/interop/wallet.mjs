// A small wallet: enough of OpenID4VCI, as EBSI speaks it, to obtain a credential with a pre-authorised code,
// and to say who the holder is when an authorization request is answered with a request for an ID token.
// It shares no code with the issuer or with vcispec's own wallet.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { util as didKey } from "@cef-ebsi/key-did-resolver";
import { SignJWT, createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";

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

/** The URI that a wallet is started with: of a redirect on the same device, of a QR code on another. */
export async function initiateOffer(issuer, holder, type) {
  const query = new URLSearchParams({ credential_type: type, client_id: holder.did });
  const response = await fetch(`${issuer}/initiate-credential-offer?${query}`, { redirect: "manual" });
  return response.headers.get("location") ?? (await response.text());
}

/**
 * Visits an authorization request as the holder's browser would, answers the authorization server's own
 * request with an ID token of the holder's, and returns the redirect back to the wallet, code and all.
 */
export async function logIn(as, authorizationUrl, holder) {
  const asked = await redirect(await fetch(authorizationUrl, { redirect: "manual" }));
  const request =
    asked.searchParams.get("request") ?? (await text(await fetch(asked.searchParams.get("request_uri"))));
  const keys = createLocalJWKSet(await json(await fetch(as.jwks_uri)));
  const { payload } = await jwtVerify(request, keys, { issuer: as.issuer, audience: holder.did });
  if (payload.response_type !== "id_token") throw new Error(`asked for a ${payload.response_type}`);
  const idToken = await new SignJWT({ nonce: payload.nonce })
    .setProtectedHeader({ typ: "JWT", alg: "ES256", kid: holder.kid })
    .setIssuer(holder.did)
    .setSubject(holder.did)
    .setAudience(as.issuer)
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(holder.privateKey);
  const body = new URLSearchParams({ id_token: idToken, state: payload.state });
  const answer = await fetch(payload.redirect_uri, { method: "POST", body, redirect: "manual" });
  return (await redirect(answer)).href;
}

/** EBSI's PIN: each of the last four bytes of SHA-256(DID), modulo ten. */
export function pin(did) {
  const digest = createHash("sha256").update(did, "utf8").digest();
  return [...digest.subarray(-4)].map((byte) => byte % 10).join("");
}

async function fetchOffer(issuer, holder, type) {
  const uri = await initiateOffer(issuer, holder, type);
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

/** Where a redirect leads, unless it brings an error. */
async function redirect(response) {
  const location = response.headers.get("location");
  if (response.status !== 302 || !location) await refused(response);
  const url = new URL(location);
  if (url.searchParams.has("error")) throw new Error(`${response.url} redirected to ${location}`);
  return url;
}

async function json(response) {
  return JSON.parse(await text(response));
}

async function text(response) {
  if (!response.ok) await refused(response);
  return response.text();
}

async function refused(response) {
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}
