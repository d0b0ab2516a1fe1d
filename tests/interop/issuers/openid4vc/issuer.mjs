// An issuer written with @openid4vc/openid4vci and @openid4vc/oauth2: the library makes offers, metadata and token responses, and
// reads and verifies token requests, access tokens, credential requests and proofs. What is around it (routes, state, keys,
// signing) is here, and is strict, so that what a tester finds is the library's.
import { createHash, randomBytes } from 'node:crypto'
import express from 'express'
import * as jose from 'jose'
import {
  Oauth2AuthorizationServer,
  Oauth2ResourceServer,
  Oauth2ResourceUnauthorizedError,
  Oauth2ServerErrorResponseError,
  preAuthorizedCodeGrantIdentifier,
} from '@openid4vc/oauth2'
import { Openid4vciIssuer, getCredentialConfigurationsMatchingRequestFormat, setGlobalConfig } from '@openid4vc/openid4vci'

// On this machine there is no TLS.
setGlobalConfig({ allowInsecureUrls: true })

const port = Number(process.env.PORT ?? 5001)
const issuerUrl = `http://127.0.0.1:${port}`
const { privateKey, publicKey } = await jose.generateKeyPair('ES256')
const publicJwk = await jose.exportJWK(publicKey)
const kid = await jose.calculateJwkThumbprint(publicJwk)
const issuerDid = `did:jwk:${jose.base64url.encode(JSON.stringify(publicJwk))}`
const signer = { method: 'jwk', publicJwk: { ...publicJwk, kid }, alg: 'ES256' }
const jwks = { keys: [{ ...publicJwk, kid, use: 'sig', alg: 'ES256' }] }

// The key that a header names: by jwk, or by a did:jwk.
function keyOf(named) {
  if (named.method === 'jwk') return named.publicJwk
  const [did, fragment] = String(named.didUrl ?? '').split('#')
  if (!did.startsWith('did:jwk:') || fragment !== '0') throw Error('no key can be found')
  return JSON.parse(new TextDecoder().decode(jose.base64url.decode(did.slice('did:jwk:'.length))))
}

const callbacks = {
  hash: (data, alg) => createHash(alg.replace('-', '')).update(data).digest(),
  generateRandom: (length) => randomBytes(length),
  signJwt: async (by, { header, payload }) => ({
    jwt: await new jose.SignJWT(payload).setProtectedHeader({ ...header, kid }).sign(privateKey),
    signerJwk: by.publicJwk,
  }),
  // Signatures only: times, audience and nonce are for the library to compare.
  verifyJwt: async (by, { compact }) => {
    const jwk = keyOf(by)
    try {
      await jose.compactVerify(compact, await jose.importJWK(jwk, by.alg), { algorithms: ['ES256'] })
      return { verified: true, signerJwk: jwk }
    } catch {
      return { verified: false }
    }
  },
  fetch: async () => new Response(JSON.stringify(jwks), { headers: { 'Content-Type': 'application/jwk-set+json' } }),
}

const degree = (type) => ({
  format: 'jwt_vc_json',
  cryptographic_binding_methods_supported: ['did:jwk', 'jwk'],
  credential_signing_alg_values_supported: ['ES256'],
  proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
  credential_definition: { type: ['VerifiableCredential', type] },
})
const issuer = new Openid4vciIssuer({ callbacks })
const authorizationServer = new Oauth2AuthorizationServer({ callbacks })
const resourceServer = new Oauth2ResourceServer({ callbacks })
const credentialIssuer = issuer.createCredentialIssuerMetadata({
  credential_issuer: issuerUrl,
  credential_endpoint: `${issuerUrl}/credential`,
  credential_configurations_supported: {
    UniversityDegree_JWT: degree('UniversityDegreeCredential'),
    LibraryCard_JWT: degree('LibraryCardCredential'),
  },
})
const authorizationServers = [
  authorizationServer.createAuthorizationServerMetadata({
    issuer: issuerUrl,
    token_endpoint: `${issuerUrl}/token`,
    jwks_uri: `${issuerUrl}/jwks`,
    'pre-authorized_grant_anonymous_access_supported': true,
  }),
]
const issuerMetadata = {
  credentialIssuer,
  authorizationServers,
  knownCredentialConfigurations: issuer.getKnownCredentialConfigurationsSupported(credentialIssuer),
}

// What was offered, by pre-authorised code; what a token is for, by its subject.
const offers = new Map()
const sessions = new Map()
const freshNonce = () => randomBytes(16).toString('base64url')

const app = express()
app.disable('x-powered-by')
const asFetch = (request) => ({
  url: `${issuerUrl}${request.originalUrl}`,
  method: request.method,
  headers: new Headers(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  ),
})
const refuse = (response, status, error, error_description) => response.status(status).json({ error, error_description })
const route = (handler) => (request, response, next) => handler(request, response).catch(next)

app.get('/.well-known/openid-credential-issuer', (_, response) => response.json(credentialIssuer))
app.get('/.well-known/oauth-authorization-server', (_, response) => response.json(authorizationServers[0]))
app.get('/jwks', (_, response) => response.type('application/jwk-set+json').send(JSON.stringify(jwks)))

// The back end's own interface, in the form that the other issuer has it: an offer of one credential, with a transaction code.
app.post(
  '/webapp/credential-offers',
  express.json(),
  route(async (request, response) => {
    const id = Object.keys(credentialIssuer.credential_configurations_supported).find((name) =>
      credentialIssuer.credential_configurations_supported[name].credential_definition.type.includes(request.body.credentials[0].types.at(-1))
    )
    const txCode = String(1000 + (randomBytes(2).readUInt16BE() % 9000))
    const { credentialOffer, credentialOfferObject } = await issuer.createCredentialOffer({
      issuerMetadata,
      credentialConfigurationIds: [id],
      grants: { [preAuthorizedCodeGrantIdentifier]: { tx_code: { input_mode: 'numeric', length: 4 } } },
    })
    const code = credentialOfferObject.grants[preAuthorizedCodeGrantIdentifier]['pre-authorized_code']
    offers.set(code, { code, txCode, id, expiresAt: new Date(Date.now() + 300_000) })
    response.json({ uri: credentialOffer, userPin: txCode })
  })
)

app.post(
  '/token',
  express.urlencoded({ extended: false }),
  route(async (request, response) => {
    const parsed = authorizationServer.parseAccessTokenRequest({ accessTokenRequest: request.body, request: asFetch(request) })
    if (parsed.grant.grantType !== preAuthorizedCodeGrantIdentifier)
      return refuse(response, 400, 'unsupported_grant_type', 'only pre-authorised codes are redeemed')
    const offer = offers.get(parsed.grant.preAuthorizedCode)
    if (!offer) return refuse(response, 400, 'invalid_grant', 'there is no such code')
    await authorizationServer.verifyPreAuthorizedCodeAccessTokenRequest({
      authorizationServerMetadata: authorizationServers[0],
      request: asFetch(request),
      accessTokenRequest: parsed.accessTokenRequest,
      grant: parsed.grant,
      expectedPreAuthorizedCode: offer.code,
      expectedTxCode: offer.txCode,
      preAuthorizedCodeExpiresAt: offer.expiresAt,
    })
    offers.delete(offer.code)
    const [subject, cNonce] = [freshNonce(), freshNonce()]
    sessions.set(subject, { id: offer.id, cNonce })
    const answer = await authorizationServer.createAccessTokenResponse({
      audience: issuerUrl,
      authorizationServer: issuerUrl,
      signer,
      subject,
      expiresInSeconds: 300,
      cNonce,
      cNonceExpiresIn: 300,
    })
    response.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' }).json(answer)
  })
)

app.post(
  '/credential',
  // Whatever the body is called, it is read as JSON.
  express.json({ type: () => true, strict: false }),
  route(async (request, response) => {
    const { tokenPayload } = await resourceServer.verifyResourceRequest({
      authorizationServers,
      resourceServer: issuerUrl,
      request: asFetch(request),
      allowedAuthenticationSchemes: ['Bearer'],
    })
    const session = sessions.get(tokenPayload.sub)
    if (!session) return refuse(response, 401, 'invalid_token', 'there is no such session')
    const { format, proofs, credentialRequest } = issuer.parseCredentialRequest({
      issuerMetadata,
      credentialRequest: request.body,
    })
    if (!format) return refuse(response, 400, 'unsupported_credential_format', 'the format is not supported')
    const matching = getCredentialConfigurationsMatchingRequestFormat({
      requestFormat: format,
      issuerMetadata,
    })
    if (!matching[session.id])
      return refuse(response, 400, 'unsupported_credential_type', 'this is not what was offered')
    const jwt = proofs?.jwt?.[0]
    if (!jwt) return refuse(response, 400, 'invalid_proof', 'there is no proof of the type jwt')
    const { signer: holder, payload } = await issuer.verifyCredentialRequestJwtProof({
      issuerMetadata,
      jwt,
      expectedNonce: session.cNonce,
    })
    session.cNonce = freshNonce()
    const subject = holder.method === 'did' ? holder.didUrl.split('#')[0] : payload.iss
    const now = Math.floor(Date.now() / 1000)
    const credential = await new jose.SignJWT({
      iss: issuerDid,
      sub: subject,
      nbf: now,
      jti: `urn:uuid:${crypto.randomUUID()}`,
      vc: {
        '@context': ['https://www.w3.org/2018/credentials/v1'],
        type: credentialIssuer.credential_configurations_supported[session.id].credential_definition.type,
        credentialSubject: { id: subject, name: 'Alice' },
      },
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: `${issuerDid}#0` })
      .sign(privateKey)
    response.set('Cache-Control', 'no-store').json(
      issuer.createCredentialResponse({
        credential,
        credentialRequest: { ...credentialRequest, format },
        cNonce: session.cNonce,
        cNonceExpiresInSeconds: 300,
      })
    )
  })
)

// What the library throws, in the form that it is meant for.
app.use((error, request, response, _next) => {
  if (error instanceof Oauth2ResourceUnauthorizedError)
    return response.status(401).set('WWW-Authenticate', error.toHeaderValue()).json({ error: 'invalid_token' })
  if (error instanceof Oauth2ServerErrorResponseError)
    return response.status(error.status ?? 400).json(error.errorResponse)
  // The body is no JSON, or no form.
  if (error.expose && error.status) return refuse(response, error.status === 413 ? 413 : 400, 'invalid_request', 'the body cannot be read')
  console.error(request.method, request.path, error)
  return refuse(response, 500, 'server_error', 'something is wrong here')
})

app.listen(port, '127.0.0.1', () => console.log(`listening on ${issuerUrl}`))
