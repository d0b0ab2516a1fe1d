// Writes what the servers under test are started with: the private key of the authorization server, and the
// DID document of a legal entity (with its private key beside it, for the tests to sign with).
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";

const [folder] = process.argv.slice(2);
const write = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value));
const newKey = async () => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return exportJWK(privateKey);
};

write("as-key.json", await newKey());

const did = "did:ebsi:z22HUoFnqpaKmbSiWu8MYH6E";
const { d, ...publicKeyJwk } = await newKey();
const kid = `${did}#${await calculateJwkThumbprint(publicKeyJwk)}`;
write("legal-entity.json", { did, kid, jwk: { d, ...publicKeyJwk } });
mkdirSync(join(folder, "dids"));
write("dids/legal-entity.json", {
  "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
  id: did,
  controller: [did],
  verificationMethod: [{ id: kid, type: "JsonWebKey2020", controller: did, publicKeyJwk }],
  authentication: [kid],
  assertionMethod: [kid],
});
