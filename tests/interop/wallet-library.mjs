// A published wallet library, `@sphereon/oid4vci-client`, obtains credentials from a running `vcispec serve`, with
// pre-authorised codes and with authorization codes, in time and deferred; EBSI's own library verifies each.
// Everything goes through the wallet library but two things that it leaves to the wallet around it: signing
// proofs, and answering the authorization server's request for an ID token (`logIn` of wallet.mjs).
import assert from "node:assert/strict";
import { test } from "node:test";

import oid4vci from "@sphereon/oid4vci-client";
import { SignJWT } from "jose";

import { isIssuer, issuer, verify } from "./verifier.mjs";
import { initiateOffer, logIn, newHolder, pin } from "./wallet.mjs";

const { OpenID4VCIClient } = oid4vci;

// Whether a deferred credential was not ready yet when the library first asked for it.
let toldToWait = false;

// Both generations of EBSI's names for the holder wallet's types.
const preAuthorised = [
  "CTWalletSamePreAuthorisedInTime",
  "CTWalletCrossPreAuthorisedInTime",
  "CTWalletSamePreAuthorisedDeferred",
  "CTWalletCrossPreAuthorisedDeferred",
  "CTWalletSamePreAuthorised",
];
const authorised = [
  "CTWalletSameAuthorisedInTime",
  "CTWalletCrossAuthorisedInTime",
  "CTWalletSameAuthorisedDeferred",
  "CTWalletCrossAuthorisedDeferred",
  "CTWalletCrossInTime",
  "CTWalletSameDeferred",
];

for (const type of preAuthorised) {
  test(`${type} with a pre-authorised code`, async (t) => {
    const holder = await newHolder();
    const client = await receiveOffer(holder, type);
    await client.acquireAccessToken({ pin: pin(holder.did) });
    await obtainAndVerify(t, client, holder, type);
  });
}

// Wallets ask to be called back under a bare scheme, under a URI of their own scheme or on the web.
const redirectUris = ["openid:", "openid://callback", "https://wallet.example/callback"];

for (const [index, type] of authorised.entries()) {
  const redirectUri = redirectUris[index % redirectUris.length];
  test(`${type} with an authorization code, called back at ${redirectUri}`, async (t) => {
    const holder = await newHolder();
    const client = await receiveOffer(holder, type);
    const back = await authorise(client, holder, redirectUri);
    await client.acquireAccessToken({ authorizationResponse: back });
    await obtainAndVerify(t, client, holder, type);
  });
}

test("the library asked too early, and took the answer for a request to wait", () => {
  assert.ok(toldToWait);
});

test("CTWalletSamePreAuthorisedInTime in the format that the offer does not name", async (t) => {
  const holder = await newHolder();
  const client = await receiveOffer(holder, "CTWalletSamePreAuthorisedInTime");
  await client.acquireAccessToken({ pin: pin(holder.did) });
  const [offered] = client.credentialOffer.credential_offer.credentials;
  const other = offered.format === "jwt_vc" ? "jwt_vc_json" : "jwt_vc";
  await obtainAndVerify(t, client, holder, "CTWalletSamePreAuthorisedInTime", other);
});

// What the library is able to obtain would mean little if it obtained it whatever it sent.
test("a wrong PIN is refused", async () => {
  const holder = await newHolder();
  const client = await receiveOffer(holder, "CTWalletSamePreAuthorisedInTime");
  const wrong = pin(holder.did).replace(/^./, (digit) => (Number(digit) + 1) % 10);
  await assert.rejects(client.acquireAccessToken({ pin: wrong }), { message: /status: 400/ });
});

test("a code verifier that does not fit the challenge is refused", async () => {
  const holder = await newHolder();
  const client = await receiveOffer(holder, "CTWalletSameAuthorisedInTime");
  const back = await authorise(client, holder, "openid:");
  const options = { authorizationResponse: back, codeVerifier: "another-verifier".repeat(3) };
  await assert.rejects(client.acquireAccessToken(options), { message: /status: 400/ });
});

test("a proof by another key is refused", async () => {
  const holder = await newHolder();
  const client = await receiveOffer(holder, "CTWalletSamePreAuthorisedInTime");
  await client.acquireAccessToken({ pin: pin(holder.did) });
  const { privateKey } = await newHolder();
  const refused = acquire(client, { ...holder, privateKey });
  await assert.rejects(refused, { message: /status: 400/ });
});

/** The library's client, after it has read the offer of `type` and the metadata of both servers. */
async function receiveOffer(holder, type) {
  const client = await OpenID4VCIClient.fromURI({
    uri: await initiateOffer(issuer, holder, type),
    kid: holder.kid,
    alg: "ES256",
    createAuthorizationRequestURL: false,
  });
  assert.equal(client.getIssuer(), issuer);
  // The library takes it from the JWT in the offer.
  assert.equal(client.clientId, holder.did);
  return client;
}

/** Has the library write the authorization request, and goes through with it: the URI called back. */
async function authorise(client, holder, redirectUri) {
  const url = await client.createAuthorizationRequestUrl({ authorizationRequest: { redirectUri } });
  const back = await logIn(client.endpointMetadata.authorizationServerMetadata, url, holder);
  assert.ok(back.startsWith(redirectUri), back);
  return back;
}

function acquire(client, holder, format) {
  const [offered] = client.credentialOffer.credential_offer.credentials;
  return client.acquireCredentials({
    credentialTypes: offered.types,
    format: format ?? offered.format,
    proofCallbacks: {
      signCallback: ({ header, payload }) =>
        new SignJWT(payload).setProtectedHeader(header).sign(holder.privateKey),
    },
    deferredCredentialAwait: true,
    deferredCredentialIntervalInMS: 400,
  });
}

/** Has the library obtain the credential, and EBSI's library judge it. */
async function obtainAndVerify(t, client, holder, type, format) {
  // There the library prints each answer of the deferred endpoint whole, and whether it goes on waiting.
  const log = t.mock.method(console, "log", () => {});
  const response = await acquire(client, holder, format);
  log.mock.restore();
  const said = log.mock.calls.map(({ arguments: [line] }) => line);
  toldToWait ||= said.includes("Issuance still pending?: true");

  const deferred = said.some((line) => line.includes('"successBody"'));
  assert.equal(deferred, type.endsWith("Deferred"));
  const [offered] = client.credentialOffer.credential_offer.credentials;
  assert.equal(response.format, format ?? offered.format);
  const verified = await verify(response.credential);
  assert.ok(isIssuer(verified.issuer), verified.issuer);
  assert.equal(verified.credentialSubject.id, holder.did);
  assert.deepEqual(new Set(verified.type), new Set(offered.types));
  assert.ok(verified.type.includes(type));
}
