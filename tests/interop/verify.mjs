// Obtains credentials from a running `vcispec serve` and has EBSI's own library verify them.
// The issuer stands in VCISPEC_ISSUER, its DID in VCISPEC_ISSUER_DID. README.md says what the library looks at.
import assert from "node:assert/strict";
import { test } from "node:test";

import { verifyCredentialJwt } from "@cef-ebsi/verifiable-credential";
import { SignJWT, decodeJwt, decodeProtectedHeader, generateKeyPair } from "jose";

import { startRegistry } from "./registry.mjs";
import { newHolder, obtainCredential, pin } from "./wallet.mjs";

const issuer = process.env.VCISPEC_ISSUER ?? "http://127.0.0.1:3000/conformance/v3/issuer-mock";
const did = process.env.VCISPEC_ISSUER_DID ?? "did:ebsi:zjHZjJ4Sy7r92BxXzFGs7qD";

const published = await (await fetch(`${issuer}/jwks`)).json();
const registry = await startRegistry(did, published.keys);
test.after(() => registry.stop());

const verify = (credential) =>
  verifyCredentialJwt(credential, {
    ebsiAuthority: "api-conformance.ebsi.eu",
    ebsiEnvConfig: registry,
    skipAccreditationsValidation: true,
    skipStatusValidation: true,
    timeout: 5_000,
  });

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
      assert.equal(verified.issuer, did);
      assert.equal(verified.credentialSubject.id, holder.did);
      assert.deepEqual(new Set(verified.type), new Set(types));
      assert.ok(verified.type.includes(type));
    });
  }
}

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

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
