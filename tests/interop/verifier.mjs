// EBSI's own library as the tests call it: against the registries of the server under test, skipping nothing.
// VCISPEC_ISSUER is the issuer's URL, VCISPEC_ISSUER_DID its DID (`did:key` stands for any did:key).
import { verifyCredentialJwt } from "@cef-ebsi/verifiable-credential";

export const issuer = process.env.VCISPEC_ISSUER;
export const issuerDid = process.env.VCISPEC_ISSUER_DID;
export const { origin } = new URL(issuer);

export const registries = {
  didRegistry: `${origin}/did-registry/v5/identifiers`,
  trustedIssuersRegistry: `${origin}/trusted-issuers-registry/v5/issuers`,
};

/** The verified credential; throws if it is refused. */
export function verify(credential, more = {}) {
  return verifyCredentialJwt(credential, {
    ebsiAuthority: "api-conformance.ebsi.eu",
    ebsiEnvConfig: registries,
    timeout: 5_000,
    ...more,
  });
}

/** Whether `did` is what the server was told to issue with. */
export function isIssuer(did) {
  return issuerDid === "did:key" ? did.startsWith("did:key:z2dmzD81cgPx8Vki7Jbuu") : did === issuerDid;
}
