// The issuer server of @sphereon/oid4vci-issuer-server as its own documentation sets it up: its routes, its in-memory states, and
// the three callbacks that it leaves to whoever deploys it (verify a proof, supply a credential, sign). The callbacks are strict,
// so that what a tester finds is the library's.
import { createRequire } from 'node:module'
import * as jose from 'jose'

// The packages are CommonJS.
const require = createRequire(import.meta.url)
const { ExpressBuilder } = require('@sphereon/ssi-express-support')
const { VcIssuerBuilder, CredentialSupportedBuilderV1_11 } = require('@sphereon/oid4vci-issuer')
const { OID4VCIServer } = require('@sphereon/oid4vci-issuer-server')

const port = Number(process.env.PORT ?? 5000)
const issuerUrl = `http://127.0.0.1:${port}`
const { privateKey, publicKey } = await jose.generateKeyPair('ES256')
const issuerDid = `did:jwk:${jose.base64url.encode(JSON.stringify(await jose.exportJWK(publicKey)))}`

const sign = (header, payload) => new jose.SignJWT(payload).setProtectedHeader(header).sign(privateKey)

// The key of a did:jwk, or of the header itself.
function keyOf(header) {
  if (header.jwk) return { jwk: header.jwk }
  const [did, fragment] = String(header.kid ?? '').split('#')
  if (!did.startsWith('did:jwk:') || fragment !== '0') throw Error('the proof names no key that can be found')
  const jwk = JSON.parse(new TextDecoder().decode(jose.base64url.decode(did.slice('did:jwk:'.length))))
  return { did, jwk }
}

async function verifyProof({ jwt }) {
  const header = jose.decodeProtectedHeader(jwt)
  const { did, jwk } = keyOf(header)
  const { payload, protectedHeader } = await jose.jwtVerify(jwt, await jose.importJWK(jwk, header.alg), {
    algorithms: ['ES256'],
  })
  return {
    jwt: { header: protectedHeader, payload },
    alg: protectedHeader.alg,
    ...(did ? { did, kid: header.kid, didDocument: { id: did } } : { jwk }),
  }
}

const degree = (type) =>
  new CredentialSupportedBuilderV1_11()
    .withFormat('jwt_vc_json')
    .withId(`${type}_JWT`)
    .withTypes(['VerifiableCredential', type])
    .withCryptographicBindingMethod('did:jwk')
    .withCryptographicSuitesSupported('ES256')
    .build()

const issuer = new VcIssuerBuilder()
  .withCredentialIssuer(issuerUrl)
  .withCredentialEndpoint(`${issuerUrl}/credentials`)
  .withTokenEndpoint(`${issuerUrl}/token`)
  .withDefaultCredentialOfferBaseUri('openid-credential-offer://')
  .withCredentialsSupported([degree('UniversityDegreeCredential'), degree('LibraryCardCredential')])
  .withInMemoryCredentialOfferState()
  .withInMemoryCNonceState()
  .withJWTVerifyCallback(verifyProof)
  .withCredentialDataSupplier(async ({ credentialOffer }) => ({
    format: 'jwt_vc_json',
    // What was offered, as the state of the session holds it.
    credential: {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: credentialOffer.credential_offer.credentials[0].types,
      issuer: issuerDid,
      issuanceDate: new Date().toISOString(),
      credentialSubject: { name: 'Alice' },
    },
  }))
  .withCredentialSignerCallback(({ credential }) =>
    sign(
      { alg: 'ES256', typ: 'JWT', kid: `${issuerDid}#0` },
      {
        vc: credential,
        iss: issuerDid,
        sub: credential.credentialSubject.id,
        nbf: Math.floor(Date.parse(credential.issuanceDate) / 1000),
        jti: `urn:uuid:${crypto.randomUUID()}`,
      }
    )
  )
  .build()

const expressSupport = ExpressBuilder.fromServerOpts({ port, hostname: '127.0.0.1' }).build({ startListening: false })
new OID4VCIServer(expressSupport, {
  issuer,
  baseUrl: issuerUrl,
  endpointOpts: {
    tokenEndpointOpts: {
      accessTokenIssuer: issuerUrl,
      accessTokenSignerCallback: ({ payload }) => sign({ alg: 'ES256', typ: 'JWT' }, payload),
      tokenExpiresIn: 300,
      preAuthorizedCodeExpirationDuration: 300000,
    },
  },
})
expressSupport.start()
console.log(`listening on ${issuerUrl}`)
