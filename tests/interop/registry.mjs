// Stands in for EBSI's DID registry and trusted issuers registry, so that no check leaves this machine.
// It knows one issuer: the one under test, with the keys that the issuer itself publishes.
import { createServer } from "node:http";

/** Starts a registry that answers for `did` with `keys`; resolves to its URLs and a way to stop it. */
export async function startRegistry(did, keys) {
  const answers = new Map([
    [`/identifiers/${did}`, didDocument(did, keys)],
    [`/issuers/${did}`, { did, attributes: [] }],
  ]);
  const server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url));
    const body = answer ?? { title: "Not Found", status: 404, type: "about:blank" };
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    didRegistry: `${origin}/identifiers`,
    trustedIssuersRegistry: `${origin}/issuers`,
    stop: () => server.close(),
  };
}

/** The DID document of a legal entity: one verification method a key, named after its thumbprint. */
function didDocument(did, keys) {
  const methods = keys.map(({ kid, ...publicKeyJwk }) => ({
    id: `${did}#${kid}`,
    type: "JsonWebKey2020",
    controller: did,
    publicKeyJwk,
  }));
  const ids = methods.map(({ id }) => id);
  return {
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
    id: did,
    controller: [did],
    verificationMethod: methods,
    authentication: ids,
    assertionMethod: ids,
  };
}
