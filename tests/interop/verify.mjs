// Obtains credentials from a running `vcispec serve` and has EBSI's own library verify them, against the
// registries of that server and with nothing skipped. README.md says what the library looks at.
// VCISPEC_WORK is the folder that prepare.mjs filled; verifier.mjs says where the issuer is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { SignJWT, decodeJwt, decodeProtectedHeader, generateKeyPair, importJWK } from "jose";

import { isIssuer, issuer, issuerDid, origin, registries, verify } from "./verifier.mjs";
import { newHolder, obtainCredential, pin, requestCredential } from "./wallet.mjs";

const work = (name) => JSON.parse(readFileSync(join(process.env.VCISPEC_WORK, name), "utf8"));

test("the PIN agrees with EBSI's", () => {
  const known =
    "did:key:z2dmzD81cgPx8Vki7JbuuMmFYrWPgYoytykUZ3eyqht1j9KbsDbVZXdb3jzCagESyY4EE2x7Yjx3gNwctoEuRCKKDrdNP3HPFtG8RTvBiYStT5ghBHhHizH2Dy6xQtW3Pd2SecizL9b2jzDCMr7Ka5cRAWZFwvqwAtwTT7xet769y9ERh6";
  assert.equal(pin(known), "5910");
});

for (const type of ["CTWalletSamePreAuthorisedInTime", "CTWalletCrossPreAuthorisedDeferred"]) {
  for (const format of ["jwt_vc", "jwt_vc_json"]) {
    test(`${type} as ${format} is accepted`, async () => {
      const holder = await newHolder();
      const { types, credential, deferred } = await obtainCredential(issuer, holder, type, format);
      const verified = await verify(credential);
      assert.equal(deferred, type.endsWith("Deferred"));
      assert.ok(isIssuer(verified.issuer), verified.issuer);
      assert.equal(verified.credentialSubject.id, holder.did);
      assert.deepEqual(new Set(verified.type), new Set(types));
      assert.ok(verified.type.includes(type));
    });
  }
}

// The types that are not pre-authorised, with tokens minted by the authorization server's key.
const minted = [
  ["CTWalletSameInTime"],
  ["CTWalletQualificationCredential"],
  ["CTAAQualificationCredential"],
  ["CTIssueQualificationCredential"],
  ["CTRevocable"],
  ["VerifiableAuthorisationToOnboard"],
  ["VerifiableAuthorisationForTrustChain"],
  ["VerifiableAccreditation", "VerifiableAccreditationToAttest"],
  ["VerifiableAccreditation", "VerifiableAccreditationToAccredit"],
  ["VerifiablePortableDocumentA1"],
];
for (const own of minted) {
  test(`${own.at(-1)} is accepted`, async () => {
    const verified = await verify(await mintAndRequest(await newHolder(), own));
    assert.ok(verified.type.includes(own.at(-1)));
  });
}

test("a legal entity from the DID registry obtains a credential", async () => {
  const { did, kid, jwk } = work("legal-entity.json");
  const holder = { did, kid, privateKey: await importJWK(jwk, "ES256") };
  const verified = await verify(await mintAndRequest(holder, ["CTRevocable"]));
  assert.equal(verified.credentialSubject.id, did);
  assert.equal(verified.credentialStatus.type, "StatusList2021Entry");
});

// If nothing were ever refused, the acceptances above would mean little.
const forgeries = {
  "another subject under the old signature": async ({ header, payload, signature }) => {
    const { did: thief } = await newHolder();
    const vc = { ...payload.vc, credentialSubject: { id: thief } };
    return `${header}.${encode({ ...payload, sub: thief, vc })}.${signature}`;
  },
  "one bit of the signature": ({ header, signature, segments }) => {
    const bytes = Buffer.from(signature, "base64url");
    bytes[10] ^= 1;
    return `${header}.${segments[1]}.${bytes.toString("base64url")}`;
  },
  "a key that is not the issuer's": async ({ payload, credential }) => {
    const { privateKey } = await generateKeyPair("ES256");
    return new SignJWT(payload)
      .setProtectedHeader(decodeProtectedHeader(credential))
      .sign(privateKey);
  },
};

for (const [name, forge] of Object.entries(forgeries)) {
  test(`${name} is refused`, async () => {
    const holder = await newHolder();
    const type = "CTWalletSamePreAuthorisedInTime";
    const { credential } = await obtainCredential(issuer, holder, type, "jwt_vc");
    await verify(credential);
    const segments = credential.split(".");
    const [header, , signature] = segments;
    const payload = decodeJwt(credential);
    const forged = await forge({ credential, segments, header, payload, signature });
    await assert.rejects(verify(forged), { name: "ValidationError", message: /signature|verif/i });
  });
}

test("the library does ask the registries", { skip: issuerDid === "did:key" }, async () => {
  const holder = await newHolder();
  const { credential } = await obtainCredential(issuer, holder, "CTWalletSamePreAuthorisedInTime", "jwt_vc");
  const nowhere = { ...registries, didRegistry: `${origin}/did-registry/v5/nothing` };
  await assert.rejects(verify(credential, { ebsiEnvConfig: nowhere }), { name: "ValidationError" });
  const nobody = { ...registries, trustedIssuersRegistry: `${origin}/nobody` };
  await assert.rejects(verify(credential, { ebsiEnvConfig: nobody }), { message: /trusted issuer/ });
});

/** A credential with `own` after the two required types, for which a token is minted. */
async function mintAndRequest(holder, own) {
  const metadata = await (await fetch(`${issuer}/.well-known/openid-credential-issuer`)).json();
  const { keys } = await (await fetch(`${metadata.authorization_server}/jwks`)).json();
  const types = ["VerifiableCredential", "VerifiableAttestation", ...own];
  const nonce = crypto.randomUUID();
  const claims = {
    authorization_details: [{ type: "openid_credential", format: "jwt_vc", locations: [issuer], types }],
    c_nonce: nonce,
    c_nonce_expires_in: 86_400,
    client_id: holder.did,
  };
  const token = await new SignJWT({ nonce: crypto.randomUUID(), claims })
    .setProtectedHeader({ typ: "JWT", alg: "ES256", kid: keys[0].kid })
    .setIssuer(metadata.authorization_server)
    .setAudience([issuer])
    .setSubject(holder.did)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(await importJWK(work("as-key.json"), "ES256"));
  return requestCredential(metadata, holder, { access_token: token, c_nonce: nonce }, types, "jwt_vc");
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
