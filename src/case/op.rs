//! What a mutation does, as data. The wallet carries operations out when it renders a request;
//! they name logical slots, and the profile says where a slot sits in its dialect.

use std::borrow::Cow;

use super::near::Near;
use super::raw::Raw;

/// Text with placeholders such as `{token}` or `{did}`.
pub type Text = Cow<'static, str>;

/// One change to a request that would otherwise be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Op {
    /// Another HTTP method.
    Method(&'static str),
    /// Another path, given the right one.
    Path(PathEdit),
    /// A query is appended to the URL.
    Query(Text),
    /// Sets a header field, in place of any other of that name.
    Header(&'static str, Text),
    /// Sets a header field to bytes that need not be text.
    HeaderBytes(&'static str, &'static [u8]),
    /// Adds a header field in front of those of the same name.
    HeaderBefore(&'static str, Text),
    /// Adds a header field behind those of the same name.
    HeaderAfter(&'static str, Text),
    /// Removes a header field.
    NoHeader(&'static str),
    /// A change to a logical member of the JSON body.
    Member(Member, Edit),
    /// A member that no specification names is added to the body or to the proof object.
    Extra(Place, &'static str, Raw),
    /// A second member of the same name is added.
    Duplicate(Member, Position, Raw),
    /// A change to the body as a whole.
    Body(BodyEdit),
    /// A change to a JWS of the request.
    Jws(Jws, JwsEdit),
    /// A change to a parameter of a form body.
    Form(&'static str, FormEdit),
    /// A parameter is added to a form body.
    FormExtra(&'static str, Text),
    /// The id at the end of the URL.
    Id(Text),
    /// A parameter of the query.
    Parameter(&'static str, FormEdit),
    /// A parameter is added to the query.
    ParameterExtra(&'static str, Text),
    /// A change inside a parameter that holds JSON, in the query or in a form body. Dots in the path
    /// go into members, numbers into arrays.
    ParameterJson(&'static str, &'static str, Edit),
    /// The bearer token as a whole.
    Bearer(FormEdit),
}

/// A change to a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathEdit {
    /// Text behind the path.
    Append(&'static str),
    /// The last segment in upper case.
    UpperCase,
    /// One letter of the last segment percent-encoded.
    PercentEncodedLetter,
    /// The slash before the last segment percent-encoded.
    PercentEncodedSlash,
    /// The slash before the last segment doubled.
    DoubleSlash,
    /// A detour over a segment that is left again.
    DotSegments,
    /// Without its last letter.
    LastLetterMissing,
    /// The last segment replaced.
    LastSegment(&'static str),
}

/// A logical member of the request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Member {
    /// The credential format.
    Format,
    /// The requested types.
    Types,
    /// The proof object.
    Proof,
    /// The proof's type.
    ProofType,
    /// The proof's JWT.
    ProofJwt,
}

/// Where an unknown member is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The body, in front.
    BodyFront,
    /// The body, behind.
    BodyBack,
    /// The proof object.
    Proof,
}

/// On which side of the true member a duplicate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// In front of it.
    Before,
    /// Behind it.
    After,
}

/// A change to a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Edit {
    /// The member is absent.
    Remove,
    /// Another value.
    Set(Raw),
    /// A value that almost is the right one.
    Near(Near),
    /// The last item of the array almost is the right one.
    NearLast(Near),
    /// The value stays, its name changes.
    Rename(&'static str),
}

/// A change to a parameter that can only be text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FormEdit {
    /// The parameter is absent.
    Remove,
    /// Another value.
    Set(Text),
    /// A value that almost is the right one.
    Near(Near),
    /// The parameter is named twice, with the same value.
    Twice,
}

/// A change to the body as a whole, after its members are in place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BodyEdit {
    /// These bytes instead.
    Replace(&'static [u8]),
    /// The last n bytes are missing.
    CutEnd(usize),
    /// Only the first half.
    FirstHalf,
    /// Bytes in front.
    Prefix(&'static [u8]),
    /// Bytes behind.
    Suffix(&'static [u8]),
    /// The body as the only item of an array.
    InArray,
    /// The body as a JSON string.
    InString,
    /// The whole body twice.
    Twice,
    /// White space wherever the grammar allows it.
    Spaces,
    /// Members in the opposite order.
    ReverseMembers,
    /// Letters of member names written as escapes.
    EscapeNames,
    /// Letters of string values written as escapes.
    EscapeValues,
    /// A comment before the closing brace.
    Comment,
    /// A comma before the closing brace.
    TrailingComma,
    /// Single quotes instead of double ones.
    SingleQuotes,
    /// Member names without quotes.
    BareNames,
    /// In another encoding.
    Utf16,
    /// As form parameters instead of JSON.
    AsForm,
    /// White space behind until the body has this many bytes.
    PadTo(usize),
}

/// Which JWS of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Jws {
    /// The access token of a credential request.
    Token,
    /// The key proof of a credential request.
    Proof,
    /// The issuer state of an authorization request, as the offer gave it.
    IssuerState,
    /// The request object of a service wallet's authorization request.
    RequestObject,
    /// The ID token posted to the authorization server.
    IdToken,
    /// The presentation posted to the authorization server.
    VpToken,
    /// The client assertion of a service wallet's token request.
    Assertion,
    /// The pre-authorised code of a token request, as the offer gave it.
    Code,
}

impl Jws {
    /// In words, for reports.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Token => "access token",
            Self::Proof => "proof",
            Self::IssuerState => "issuer state",
            Self::RequestObject => "request object",
            Self::IdToken => "ID token",
            Self::VpToken => "presentation",
            Self::Assertion => "client assertion",
            Self::Code => "pre-authorised code",
        }
    }
}

/// A change to a JWS. Those to header and claims are made before signing, so that the signature
/// fits; those that tamper are made afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum JwsEdit {
    /// A member of the header.
    Header(&'static str, Edit),
    /// A claim; dots go into nested objects.
    Claim(&'static str, Edit),
    /// The decoded header, as bytes.
    HeaderBytes(&'static [u8]),
    /// The decoded payload, as bytes.
    PayloadBytes(&'static [u8]),
    /// The members of the header in the opposite order.
    ReverseHeader,
    /// The claims in the opposite order.
    ReverseClaims,
    /// White space inside header and payload.
    Spaces,
    /// A claim changed after signing.
    TamperClaim(&'static str, Raw),
    /// A header member changed after signing.
    TamperHeader(&'static str, Raw),
    /// Which key signs, and with what algorithm.
    Signer(Signer),
    /// What happens to the signature.
    Signature(SignatureEdit),
    /// The compact form, from `{h}`, `{p}` and `{s}`.
    Compact(Text),
    /// A character is changed in an encoded segment, so that the decoded bytes change.
    FlipCharacter(Segment),
}

/// A segment of a compact JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment {
    /// The first.
    Header,
    /// The second.
    Payload,
    /// The third.
    Signature,
}

/// Who signs a JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signer {
    /// Another key of the same type.
    OtherKey,
    /// Another key on another curve, with the algorithm of that curve but the header as it is.
    OtherCurve,
    /// HMAC-SHA-256 keyed with a form of the public key.
    Hmac(PublicKeyForm),
    /// HMAC-SHA-256 keyed with the empty string.
    HmacEmpty,
}

/// A form in which implementations hold a public key, and thus an HMAC secret that a confused
/// verifier would use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicKeyForm {
    /// The JWK in canonical JSON (RFC 8785).
    CanonicalJwk,
    /// The JWK in JSON with `kty` first, as many libraries write it.
    JwkAsWritten,
    /// SubjectPublicKeyInfo in PEM.
    Pem,
    /// SubjectPublicKeyInfo in DER.
    Der,
    /// The uncompressed point.
    Point,
    /// The x coordinate as it stands in the JWK.
    XCoordinate,
    /// The key id of the header.
    KeyId,
}

/// A change to a signature after it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureEdit {
    /// No signature.
    Empty,
    /// The first bit.
    FlipFirstBit,
    /// The last bit.
    FlipLastBit,
    /// A bit in the middle.
    FlipMiddleBit,
    /// The last byte is missing.
    CutLastByte,
    /// Only the first half.
    FirstHalf,
    /// A zero byte more.
    Extended,
    /// All bytes zero.
    Zero,
    /// R is zero.
    ZeroR,
    /// S is zero.
    ZeroS,
    /// R and S are 1.
    Ones,
    /// R and S exchanged.
    Swapped,
    /// Encoded in DER instead of R and S side by side.
    Der,
    /// The other valid S (n - S).
    HighS,
    /// A valid signature of the same key over other claims.
    OfOtherClaims,
    /// Base64url padding behind.
    Padded,
    /// The standard alphabet of base64, with padding.
    StandardBase64,
    /// A character that is in no base64 alphabet.
    StrayCharacter,
    /// The signature of the other JWS of the request.
    OfOtherJws,
    /// The unused bits of the last character set.
    TrailingBits,
}

impl Op {
    /// The slot this operation writes to. Two operations on one slot are never combined.
    pub fn slot(&self) -> Slot {
        match self {
            Self::Method(_) => Slot::Method,
            Self::Path(_) => Slot::Path,
            Self::Query(_) => Slot::Query,
            Self::Header(name, _)
            | Self::HeaderBytes(name, _)
            | Self::HeaderBefore(name, _)
            | Self::HeaderAfter(name, _)
            | Self::NoHeader(name) => Slot::Header(name),
            Self::Member(member, _) | Self::Duplicate(member, ..) => Slot::Member(*member),
            Self::Extra(_, name, _) => Slot::Extra(name),
            Self::Body(_) => Slot::Body,
            Self::Jws(jws, edit) => edit.slot(*jws),
            Self::Form(name, _) | Self::FormExtra(name, _) => Slot::Form(name),
            Self::Id(_) => Slot::Id,
            Self::Parameter(name, _)
            | Self::ParameterExtra(name, _)
            | Self::ParameterJson(name, ..) => Slot::Parameter(name),
            Self::Bearer(_) => Slot::Header("authorization"),
        }
    }
}

impl JwsEdit {
    fn slot(&self, jws: Jws) -> Slot {
        match self {
            Self::Header(name, _) | Self::TamperHeader(name, _) => Slot::JwsHeader(jws, name),
            Self::Claim(name, _) | Self::TamperClaim(name, _) => Slot::JwsClaim(jws, name),
            Self::HeaderBytes(_) | Self::ReverseHeader => Slot::JwsHeader(jws, "*"),
            Self::PayloadBytes(_) | Self::ReverseClaims => Slot::JwsClaim(jws, "*"),
            Self::Spaces | Self::Compact(_) | Self::FlipCharacter(_) => Slot::JwsForm(jws),
            Self::Signer(_) | Self::Signature(_) => Slot::JwsSignature(jws),
        }
    }
}

/// A place in a request that an operation writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The HTTP method.
    Method,
    /// The path.
    Path,
    /// The query.
    Query,
    /// A header field.
    Header(&'static str),
    /// A logical member of the body.
    Member(Member),
    /// An unknown member of the body or proof.
    Extra(&'static str),
    /// The body as a whole.
    Body,
    /// A header member of a JWS; `*` for all.
    JwsHeader(Jws, &'static str),
    /// A claim of a JWS; `*` for all.
    JwsClaim(Jws, &'static str),
    /// The compact form of a JWS.
    JwsForm(Jws),
    /// The signature of a JWS.
    JwsSignature(Jws),
    /// A form parameter.
    Form(&'static str),
    /// The id at the end of the URL.
    Id,
    /// A parameter of the query, or one of a form body that holds JSON.
    Parameter(&'static str),
}

impl std::fmt::Display for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Method => f.write_str("method"),
            Self::Path => f.write_str("path"),
            Self::Query => f.write_str("query"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Member(member) => write!(f, "body {}", member.slug()),
            Self::Extra(name) => write!(f, "unknown member {name}"),
            Self::Body => f.write_str("body"),
            Self::JwsHeader(which, name) => write!(f, "{} header {name}", which.words()),
            Self::JwsClaim(which, name) => write!(f, "{} claim {name}", which.words()),
            Self::JwsForm(which) => write!(f, "{} compact form", which.words()),
            Self::JwsSignature(which) => write!(f, "{} signature", which.words()),
            Self::Form(name) => write!(f, "form parameter {name}"),
            Self::Id => f.write_str("id in the URL"),
            Self::Parameter(name) => write!(f, "parameter {name}"),
        }
    }
}

impl Member {
    /// Stable name of the logical member.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Types => "types",
            Self::Proof => "proof",
            Self::ProofType => "proof-type",
            Self::ProofJwt => "proof-jwt",
        }
    }
}
