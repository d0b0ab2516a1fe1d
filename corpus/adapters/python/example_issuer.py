"""A small issuer of its own kind, for the tests beside it: the credential endpoint alone, in Python.

It has three bugs to switch on: see DEFECTS. As a program it answers the lines of `exec:` (docs/exec.md).
Start at Issuer.handle.
"""

import base64
import json
import re
import sys
from urllib.parse import urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

DEFECTS = {
    "nonce-unchecked": "The nonce of a proof is not compared.",
    "proof-signature-unchecked": "The signature of a proof is not verified.",
    "token-audience-unchecked": "An access token for another issuer is taken.",
}

# Which algorithm a holder's key signs with, by its type and curve.
ALGORITHMS = {
    ("EC", "P-256"): (ECKey, ["ES256"]),
    ("EC", "P-384"): (ECKey, ["ES384"]),
    ("EC", "secp256k1"): (ECKey, ["ES256K"]),
    ("OKP", "Ed25519"): (OKPKey, ["EdDSA"]),
    ("RSA", None): (RSAKey, ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
}


FORMATS = ("jwt_vc", "jwt_vc_json")

TYPES = r"CTWallet(Same|Cross)(PreAuthorised|Authorised)?(InTime|Deferred)?|CTWalletQualificationCredential|CTRevocable|Verifiable(PortableDocumentA1|Accreditation.*|Authorisation.*)"


class Refused(Exception):
    """What is wrong with a request: a status and an error code."""

    def __init__(self, status, code, why):
        super().__init__(why)
        self.status, self.code = status, code


class Issuer:
    """An issuer as a frozen vector wants it: `setup` of its file and its `state`."""

    def __init__(self, setup, state=None, defects=()):
        self.url = setup["credentialIssuer"]
        self.auth_key = ECKey.import_key(setup["keys"]["authorizationServer"]["public"])
        self.key = ECKey.import_key(setup["keys"]["credentialIssuer"]["private"])
        self.auth_url = setup["authorizationServer"]
        self.did, self.now = setup["issuerDid"], setup["time"]
        self.used = set((state or {}).get("usedAccessTokens", []))
        self.defects = set(defects)

    def handle(self, method, path, headers, body):
        """Answers a request: status, pairs of headers, body."""
        try:
            if path.split("?")[0] != urlsplit(self.url).path + "/credential":
                raise Refused(404, "invalid_request", "there is nothing here")
            if method != "POST":
                raise Refused(405, "invalid_request", "this is for POST")
            status, answer = 200, self.credential(Fields(headers), body)
        except Refused as refused:
            status = refused.status
            answer = {"error": refused.code, "error_description": str(refused)}
        fields = [("content-type", "application/json"), ("cache-control", "no-store")]
        if status == 401:
            fields.append(("www-authenticate", "Bearer"))
        return status, fields, json.dumps(answer).encode()

    def credential(self, headers, body):
        if not is_json(headers.only("content-type")):
            raise Refused(400, "invalid_request", "the body must be application/json")
        token, claims, types = self.access_token(headers.only("authorization"))
        types, wire_format, proof = self.body(body, types)
        self.check_proof(proof, claims)
        self.used.add(token)
        answer = {"c_nonce": "to-be-drawn", "c_nonce_expires_in": 86400}
        if any(name.endswith("Deferred") for name in types):
            return answer | {"acceptance_token": self.sign({"types": types, "sub": claims["sub"]})}
        credential = {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": types,
            "issuer": self.did,
            "credentialSubject": {"id": claims["sub"]},
        }
        signed = self.sign({"iss": self.did, "sub": claims["sub"], "vc": credential})
        return answer | {"format": wire_format, "credential": signed}

    def sign(self, claims):
        header = {"alg": "ES256", "typ": "JWT", "kid": f"{self.did}#{self.key.kid}"}
        return jwt.encode(header, claims | {"iat": self.now}, self.key)

    def access_token(self, authorization):
        """The access token, once it was found to be good for this request, with its claims."""
        problem = lambda why: Refused(401, "invalid_token", why)
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            raise problem("there is no bearer token")
        header, claims = parts(token, problem)
        if (header.get("typ"), header.get("kid")) != ("JWT", self.auth_key.kid):
            raise problem("this is no access token of the authorization server")
        verify(token, header, self.auth_key, ["ES256"], problem)
        require(claims, {"sub": str, "nonce": str, "iss": str, "iat": Number, "exp": Number, "claims": dict}, problem)
        wanted = {"c_nonce": str, "c_nonce_expires_in": Number, "client_id": str, "authorization_details": list}
        require(claims["claims"], wanted, problem)
        require_times(claims, self.now, problem)
        if claims["iss"] != self.auth_url or claims["iat"] > self.now:
            raise problem("it is of another server, or of the future")
        audience = claims.get("aud")
        audience = audience if isinstance(audience, list) else [audience]
        if self.url not in audience and "token-audience-unchecked" not in self.defects:
            raise problem("it is for another issuer")
        if token in self.used:
            raise problem("it was used before")
        return token, claims, authorised(claims["claims"]["authorization_details"], problem)

    def body(self, body, authorised):
        """Types, format and proof that are asked for."""
        problem = lambda why: Refused(400, "invalid_request", why)
        document = strict_json(body, problem)
        require(document, {"format": str, "types": list, "proof": dict}, problem)
        require(document["proof"], {"proof_type": str, "jwt": str}, problem)
        types = document["types"]
        if document["proof"]["proof_type"] != "jwt" or document["format"] not in FORMATS:
            raise problem("this kind of proof or format is unknown")
        if not is_known(types) or not set(types) <= authorised:
            raise problem("the access token is not for these types")
        return types, document["format"], document["proof"]["jwt"]

    def check_proof(self, proof, token):
        """Holds the proof against the claims of the access token."""
        problem = lambda why: Refused(400, "invalid_or_missing_proof", why)
        header, claims = parts(proof, problem)
        require(header, {"typ": str, "alg": str, "kid": str}, problem)
        require(claims, {"iss": str, "aud": str, "nonce": str, "iat": Number}, problem)
        if header["typ"] != "openid4vci-proof+jwt":
            raise problem("this is no proof")
        if claims["nonce"] != token["claims"]["c_nonce"] and "nonce-unchecked" not in self.defects:
            raise problem("the nonce is not that of the access token")
        if claims["aud"] != self.url or claims["iss"] != token["claims"]["client_id"]:
            raise problem("it is for another issuer, or of another client")
        require_times(claims, self.now, problem)
        did, _, method = header["kid"].partition("#")
        if did != token["sub"] or did != f"did:key:{method}":
            raise problem("the key is not the holder's")
        if "proof-signature-unchecked" not in self.defects:
            key, algorithms = holder_key(method, problem)
            verify(proof, header, key, algorithms, problem)


class Fields:
    """The header fields of a request."""

    def __init__(self, pairs):
        self.pairs = [(name.lower(), value.strip()) for name, value in pairs]

    def only(self, name):
        """The value of a field, if it is there once; else nothing."""
        values = [value for other, value in self.pairs if other == name]
        return values[0] if len(values) == 1 else ""


class Number:
    """A number of JSON, which a boolean is not."""


def require(members, wanted, problem):
    """Sees to it that there are members of these kinds."""
    if not isinstance(members, dict):
        raise problem("this is no object")
    for name, kind in wanted.items():
        value = members.get(name)
        if kind is Number:
            is_one = isinstance(value, (int, float)) and not isinstance(value, bool)
        else:
            is_one = isinstance(value, kind)
        if not is_one:
            raise problem(f"{name} is missing or of another kind")


def require_times(claims, now, problem):
    """Sees to it that a JWT is used in its time, if it has one."""
    bounds = [name for name in ("exp", "nbf") if name in claims]
    require(claims, dict.fromkeys(bounds, Number), problem)
    if claims.get("exp", now + 1) <= now or claims.get("nbf", now) > now:
        raise problem("this is not its time")


def authorised(details, problem):
    """The types that an access token is for: its first detail says so."""
    wanted = {"type": str, "format": str, "types": list}
    require(details[0] if details else None, wanted, problem)
    locations = details[0].get("locations", ["https:"])
    is_url = lambda one: isinstance(one, str) and re.match("https?:", one)
    if not isinstance(locations, list) or not locations or not all(map(is_url, locations)):
        raise problem("it is for no place")
    if details[0]["type"] != "openid_credential" or details[0]["format"] not in FORMATS:
        raise problem("it is for something else than credentials")
    if not is_known(details[0]["types"]):
        raise problem("it is for types that are unknown")
    return set(details[0]["types"])


def is_known(types):
    """Whether these types can stand in one credential."""
    names = [name for name in types if isinstance(name, str)]
    required = {"VerifiableCredential", "VerifiableAttestation"}
    return len(names) == len(types) and required <= set(names) and all(
        name in required or re.fullmatch(TYPES, name) for name in names
    )


def is_json(media_type):
    essence, *parameters = [part.strip().lower() for part in media_type.split(";")]
    return essence == "application/json" and all(
        re.fullmatch(r'charset="?utf-8"?|(?!charset)[^=]+=.+', one) for one in parameters
    )


def strict_json(text, problem):
    """Reads JSON that repeats no member and has no number that is none."""

    def members(pairs):
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a member is repeated")
        return dict(pairs)

    def no_number(text):
        raise ValueError(f"{text} is no number")

    try:
        text = text.decode("utf-8")
        return json.loads(text, object_pairs_hook=members, parse_constant=no_number)
    except (ValueError, RecursionError):
        raise problem("this is no JSON") from None


def parts(token, problem):
    """Header and claims of a JWS, which is not verified."""
    segments = token.split(".")
    if len(segments) != 3:
        raise problem("this is no JWS")
    decoded = []
    for segment in segments:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)) if re.fullmatch(r"[\w-]*", segment, re.A) and len(segment) % 4 != 1 else b""
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != segment:
            raise problem("this is no base64url")
        decoded.append(raw)
    header, claims = (strict_json(raw, problem) for raw in decoded[:2])
    if not isinstance(header, dict) or not isinstance(claims, dict) or "crit" in header:
        raise problem("header or claims are not as they must be")
    return header, claims


def verify(token, header, key, algorithms, problem):
    if header.get("alg") not in algorithms:
        raise problem("the algorithm is not that of the key")
    # The header of a proof names its key by a long DID, and may hold what nobody knows.
    registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = 1 << 16
    try:
        jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError):
        raise problem("the signature does not verify") from None


def holder_key(multibase, problem):
    """The key in a did:key of the kind jwk_jcs-pub, and the algorithms that it is for."""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    if not multibase.startswith("z") or len(multibase) > 4096:
        raise problem("this is no did:key")
    for letter in multibase[1:]:
        if letter not in alphabet:
            raise problem("this is no base58")
        number = number * 58 + alphabet.index(letter)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if raw[:3] != b"\xd1\xd6\x03":
        raise problem("the DID holds no JWK")
    jwk = strict_json(raw[3:], problem)
    try:
        kind, algorithms = ALGORITHMS[(jwk.get("kty"), jwk.get("crv"))]
        return kind.import_key(jwk), algorithms
    except (AttributeError, KeyError, TypeError, ValueError, JoseError):
        raise problem("the DID holds no key that is known here") from None


def main(defects):
    """Answers lines until there are no more."""
    issuer = None
    for line in map(json.loads, sys.stdin):
        answer = {"id": line["id"]}
        if line.get("control") == "remember":
            issuer = Issuer(line["setup"], line["state"], defects)
        elif line.get("control") == "reset":
            issuer = None
        elif "control" in line or issuer is None:
            answer["error"] = "unsupported"
        else:
            body = base64.b64decode(line["body_base64"])
            status, headers, body = issuer.handle(line["method"], line["path"], line["headers"], body)
            answer |= {"status": status, "headers": headers, "body_base64": base64.b64encode(body).decode()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
