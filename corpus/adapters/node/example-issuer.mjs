// A small issuer of its own kind, for the tests beside it: the credential endpoint alone, in JavaScript.
// It has three bugs to switch on: see DEFECTS. As a program it answers the lines of `exec:` (docs/exec.md).
// Start at Issuer.handle.

import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { SignJWT, compactVerify, importJWK } from 'jose';

export const DEFECTS = {
  'nonce-unchecked': 'The nonce of a proof is not compared.',
  'proof-signature-unchecked': 'The signature of a proof is not verified.',
  'token-audience-unchecked': 'An access token for another issuer is taken.',
};

// Which algorithms a holder's key signs with, by its type and curve.
const ALGORITHMS = {
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'EC secp256k1': ['ES256K'],
  'OKP Ed25519': ['EdDSA'],
  'RSA undefined': ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
};

const FORMATS = ['jwt_vc', 'jwt_vc_json'];
const REQUIRED = ['VerifiableCredential', 'VerifiableAttestation'];
const TYPES =
  /^(CTWallet(Same|Cross)(PreAuthorised|Authorised)?(InTime|Deferred)?|CTWalletQualificationCredential|CTRevocable|Verifiable(PortableDocumentA1|Accreditation.*|Authorisation.*))$/;

/** What is wrong with a request: a status and an error code. */
class Refused extends Error {
  constructor(status, code, why) {
    super(why);
    Object.assign(this, { status, code });
  }
}

const badToken = (why) => new Refused(401, 'invalid_token', why);
const badRequest = (why) => new Refused(400, 'invalid_request', why);
const badProof = (why) => new Refused(400, 'invalid_or_missing_proof', why);

/** An issuer as a frozen vector wants it: `setup` of its file and its `state`. */
export class Issuer {
  constructor(setup, state = {}, defects = []) {
    this.setup = setup;
    this.used = new Set(state.usedAccessTokens ?? []);
    this.defects = new Set(defects);
  }

  /** Answers a request: status, pairs of headers, body. */
  async handle(method, path, headers, body) {
    const { credentialIssuer } = this.setup;
    let status = 200;
    let answer;
    try {
      if (path.split('?')[0] !== `${new URL(credentialIssuer).pathname}/credential`) {
        throw new Refused(404, 'invalid_request', 'there is nothing here');
      }
      if (method !== 'POST') throw new Refused(405, 'invalid_request', 'this is for POST');
      answer = await this.credential(headers, body);
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      status = refused.status;
      answer = { error: refused.code, error_description: refused.message };
    }
    const fields = [['content-type', 'application/json'], ['cache-control', 'no-store']];
    if (status === 401) fields.push(['www-authenticate', 'Bearer']);
    return { status, headers: fields, body: Buffer.from(JSON.stringify(answer)) };
  }

  async credential(headers, body) {
    if (!isJson(only(headers, 'content-type'))) throw badRequest('the body must be application/json');
    const { token, claims, authorised } = await this.accessToken(only(headers, 'authorization'));
    const { types, format, proof } = requested(body, authorised);
    await this.checkProof(proof, claims);
    this.used.add(token);
    const nonce = { c_nonce: crypto.randomUUID(), c_nonce_expires_in: 86400 };
    if (types.some((name) => name.endsWith('Deferred'))) {
      return { acceptance_token: await this.sign({ types, sub: claims.sub }), ...nonce };
    }
    const iss = this.setup.issuerDid;
    const vc = {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: types,
      issuer: iss,
      credentialSubject: { id: claims.sub },
    };
    return { format, credential: await this.sign({ iss, sub: claims.sub, vc }), ...nonce };
  }

  async sign(claims) {
    const jwk = this.setup.keys.credentialIssuer.private;
    const header = { alg: 'ES256', typ: 'JWT', kid: `${this.setup.issuerDid}#${jwk.kid}` };
    const jwt = new SignJWT({ ...claims, iat: this.setup.time }).setProtectedHeader(header);
    return jwt.sign(await importJWK(jwk, 'ES256'));
  }

  /** The access token, once it was found to be good, its claims, and the types that it is for. */
  async accessToken(authorization) {
    const { setup } = this;
    const key = setup.keys.authorizationServer.public;
    if (!authorization.startsWith('Bearer ')) throw badToken('there is no bearer token');
    const token = authorization.slice('Bearer '.length);
    const { header, claims } = parts(token, badToken);
    if (header.typ !== 'JWT' || header.kid !== key.kid) throw badToken('this is none of the authorization server');
    await verify(token, header, key, ['ES256'], badToken);
    require(claims, { sub: 'string', nonce: 'string', iss: 'string', iat: 'number', exp: 'number', claims: 'object' }, badToken);
    const wanted = { c_nonce: 'string', c_nonce_expires_in: 'number', client_id: 'string', authorization_details: 'array' };
    require(claims.claims, wanted, badToken);
    requireTimes(claims, setup.time, badToken);
    if (claims.iss !== setup.authorizationServer || claims.iat > setup.time) {
      throw badToken('it is of another server, or of the future');
    }
    const isForUs = [claims.aud].flat().includes(setup.credentialIssuer);
    if (!isForUs && !this.defects.has('token-audience-unchecked')) throw badToken('it is for another issuer');
    if (this.used.has(token)) throw badToken('it was used before');
    return { token, claims, authorised: authorisedTypes(claims.claims.authorization_details) };
  }

  /** Holds the proof against the claims of the access token. */
  async checkProof(proof, token) {
    const { time, credentialIssuer } = this.setup;
    const { header, claims } = parts(proof, badProof);
    require(header, { typ: 'string', alg: 'string', kid: 'string' }, badProof);
    require(claims, { iss: 'string', aud: 'string', nonce: 'string', iat: 'number' }, badProof);
    if (header.typ !== 'openid4vci-proof+jwt') throw badProof('this is no proof');
    if (claims.nonce !== token.claims.c_nonce && !this.defects.has('nonce-unchecked')) {
      throw badProof('the nonce is not that of the access token');
    }
    if (claims.aud !== credentialIssuer || claims.iss !== token.claims.client_id) {
      throw badProof('it is for another issuer, or of another client');
    }
    requireTimes(claims, time, badProof);
    const [did, method, ...more] = header.kid.split('#');
    if (did !== token.sub || did !== `did:key:${method}` || more.length > 0) throw badProof("the key is not the holder's");
    if (this.defects.has('proof-signature-unchecked')) return;
    const { jwk, algorithms } = holderKey(method);
    await verify(proof, header, jwk, algorithms, badProof);
  }
}

/** Types, format and proof that are asked for. */
function requested(body, authorised) {
  const document = json(body, badRequest);
  require(document, { format: 'string', types: 'array', proof: 'object' }, badRequest);
  require(document.proof, { proof_type: 'string', jwt: 'string' }, badRequest);
  const { format, types, proof } = document;
  if (proof.proof_type !== 'jwt' || !FORMATS.includes(format)) throw badRequest('this kind of proof or format is unknown');
  if (!isKnown(types) || types.some((name) => !authorised.includes(name))) {
    throw badRequest('the access token is not for these types');
  }
  return { types, format, proof: proof.jwt };
}

/** The types that an access token is for: its first detail says so. */
function authorisedTypes([detail]) {
  require(detail, { type: 'string', format: 'string', types: 'array' }, badToken);
  const locations = detail.locations ?? ['https:'];
  const isUrl = (one) => typeof one === 'string' && /^https?:/.test(one);
  if (!Array.isArray(locations) || locations.length === 0 || !locations.every(isUrl)) throw badToken('it is for no place');
  if (detail.type !== 'openid_credential' || !FORMATS.includes(detail.format)) throw badToken('it is for no credentials');
  if (!isKnown(detail.types)) throw badToken('it is for types that are unknown');
  return detail.types;
}

/** Whether these types can stand in one credential. */
function isKnown(types) {
  const isOne = (name) => typeof name === 'string' && (REQUIRED.includes(name) || TYPES.test(name));
  return REQUIRED.every((name) => types.includes(name)) && types.every(isOne);
}

/** The value of a header field, if it is there once; else nothing. */
function only(headers, wanted) {
  const values = headers.filter(([name]) => name.toLowerCase() === wanted);
  return values.length === 1 ? values[0][1].trim() : '';
}

/** Sees to it that there are members of these kinds. */
function require(members, wanted, problem) {
  if (kindOf(members) !== 'object') throw problem('this is no object');
  for (const [name, kind] of Object.entries(wanted)) {
    if (!Object.hasOwn(members, name) || kindOf(members[name]) !== kind) {
      throw problem(`${name} is missing or of another kind`);
    }
  }
}

function kindOf(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Sees to it that a JWT is used in its time, if it has one. */
function requireTimes(claims, now, problem) {
  const bounds = ['exp', 'nbf'].filter((name) => Object.hasOwn(claims, name));
  require(claims, Object.fromEntries(bounds.map((name) => [name, 'number'])), problem);
  if ((claims.exp ?? now + 1) <= now || (claims.nbf ?? now) > now) throw problem('this is not its time');
}

function isJson(mediaType) {
  const [essence, ...parameters] = mediaType.split(';').map((part) => part.trim().toLowerCase());
  const isHarmless = (one) => /^(charset="?utf-8"?|(?!charset)[^=]+=.+)$/.test(one);
  return essence === 'application/json' && parameters.every(isHarmless);
}

/** Reads JSON that repeats no member. */
function json(bytes, problem) {
  let text, value;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw problem('this is no JSON');
  }
  const open = [];
  for (const [token, name, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon) {
      const names = open.at(-1);
      if (names.has(JSON.parse(name))) throw problem('a member is repeated');
      names.add(JSON.parse(name));
    }
  }
  return value;
}

/** Header and claims of a JWS, which is not verified. */
function parts(token, problem) {
  const segments = token.split('.');
  const decoded = segments.map((segment) => Buffer.from(segment, 'base64url'));
  const isExact = decoded.every((bytes, at) => bytes.toString('base64url') === segments[at]);
  if (segments.length !== 3 || !isExact) throw problem('this is no JWS');
  const [header, claims] = decoded.slice(0, 2).map((bytes) => json(bytes, problem));
  if (kindOf(header) !== 'object' || kindOf(claims) !== 'object' || Object.hasOwn(header, 'crit')) {
    throw problem('header or claims are not as they must be');
  }
  return { header, claims };
}

async function verify(token, header, jwk, algorithms, problem) {
  if (!algorithms.includes(header.alg)) throw problem('the algorithm is not that of the key');
  try {
    await compactVerify(token, await importJWK(jwk, header.alg), { algorithms });
  } catch {
    throw problem('the signature does not verify');
  }
}

/** The key in a did:key of the kind jwk_jcs-pub, and the algorithms that it is for. */
function holderKey(multibase) {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  if (!/^z[1-9A-HJ-NP-Za-km-z]{1,4096}$/.test(multibase)) throw badProof('this is no did:key');
  let number = 0n;
  for (const letter of multibase.slice(1)) number = number * 58n + BigInt(alphabet.indexOf(letter));
  const hex = number.toString(16);
  const raw = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  if (raw.subarray(0, 3).toString('hex') !== 'd1d603') throw badProof('the DID holds no JWK');
  const jwk = json(raw.subarray(3), badProof);
  const algorithms = ALGORITHMS[`${jwk?.kty} ${jwk?.crv}`];
  if (!algorithms) throw badProof('the DID holds no key that is known here');
  return { jwk, algorithms };
}

/** Answers lines until there are no more. */
async function main(defects) {
  let issuer;
  for await (const text of createInterface({ input: process.stdin })) {
    const line = JSON.parse(text);
    let answer = {};
    if (line.control === 'remember') {
      issuer = new Issuer(line.setup, line.state, defects);
    } else if (line.control === 'reset') {
      issuer = undefined;
    } else if (line.control || !issuer) {
      answer = { error: 'unsupported' };
    } else {
      const body = Buffer.from(line.body_base64, 'base64');
      const { status, headers, body: said } = await issuer.handle(line.method, line.path, line.headers, body);
      answer = { status, headers, body_base64: said.toString('base64') };
    }
    process.stdout.write(`${JSON.stringify({ id: line.id, ...answer })}\n`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));
