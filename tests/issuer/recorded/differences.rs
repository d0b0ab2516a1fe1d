//! The recorded rows that are not reproduced, each with its reason.

/// Rows that the issuer answers otherwise on purpose: name, its status, its `error` (or `title`), reason.
pub(crate) const DIFFERENT: &[(&str, u16, &str, &str)] = &[
    ("ct-multipart", 400, "invalid_request", MEDIA_TYPE),
    ("ct-octet", 400, "invalid_request", MEDIA_TYPE),
    ("ct-problem-json", 400, "invalid_request", MEDIA_TYPE),
    ("ct-star", 400, "invalid_request", MEDIA_TYPE),
    (
        "ct-accept-trailing-semicolon",
        400,
        "invalid_request",
        MEDIA_TYPE,
    ),
    ("ct-accept-json5", 400, "invalid_request", NEAR_TYPE),
    ("ct-accept-charset-utf16", 400, "invalid_request", NEAR_TYPE),
    ("ct-accept-jsonpatch", 400, "invalid_request", NEAR_TYPE),
    (
        "token-payload-details-types-unknown",
        400,
        "invalid_token",
        TYPE_NAMES,
    ),
    ("body-types-unknown", 400, "invalid_request", TYPE_NAMES),
    ("body-types-case", 400, "invalid_request", TYPE_NAMES),
    (
        "token-payload-details-format-wrong",
        400,
        "invalid_token",
        FORMATS,
    ),
    ("body-format-ldp_vc", 400, "invalid_request", FORMATS),
    ("body-format-upper", 400, "invalid_request", FORMATS),
    ("body-three-errors", 400, "invalid_request", FORMATS),
    ("body-format-missing", 200, "", BOTH),
    ("body-format-jwt_vc_json", 200, "", BOTH),
    (
        "token-aud-string-superstring",
        400,
        "invalid_token",
        SUBSTRING,
    ),
    (
        "rawbody-dup-proof-last-good",
        400,
        "invalid_request",
        DUPLICATES,
    ),
    (
        "proof-trailing-newline",
        400,
        "invalid_or_missing_proof",
        NEWLINE,
    ),
    ("json-trailing-comma", 400, "invalid_request", SYNTAX),
    ("json-single-quotes", 400, "invalid_request", SYNTAX),
    ("json-two-values", 400, "invalid_request", SYNTAX),
    ("json-plain-word", 400, "invalid_request", SYNTAX),
    ("json-form-body", 400, "invalid_request", SYNTAX),
    ("json-only-space", 400, "invalid_request", SYNTAX),
    ("json-control-char", 400, "invalid_request", SYNTAX),
    ("json-bad-escape", 400, "invalid_request", SYNTAX),
    ("json-malformed-no-auth", 400, "invalid_token", SYNTAX),
    ("json-proto-key", 200, "", PROTOTYPE),
    ("json-constructor-prototype", 200, "", PROTOTYPE),
    ("json-invalid-utf8", 400, "invalid_request", UTF8),
    ("json-invalid-utf8-chunked", 400, "invalid_request", UTF8),
    ("json-deep-nesting-10k", 400, "invalid_request", DEPTH),
    ("body-empty-json-ct", 400, "invalid_request", EMPTY),
    ("body-absent-json-ct", 400, "invalid_request", EMPTY),
    ("body-empty-no-auth", 400, "invalid_token", EMPTY),
    ("expect-other", 417, "Expectation Failed", FRAMEWORK),
    (
        "header-20k",
        431,
        "Request Header Fields Too Large",
        FRAMEWORK,
    ),
    ("method-DELETE", 405, "Method Not Allowed", METHOD),
    ("method-HEAD", 405, "", METHOD),
    ("method-PROPFIND", 405, "Method Not Allowed", METHOD),
    ("method-post", 405, "Method Not Allowed", METHOD),
    ("deferred-get", 405, "Method Not Allowed", METHOD),
    ("deferred-xml-ct", 400, "invalid_token", DEFERRED_BODY),
    ("deferred-no-ct-body", 400, "invalid_token", DEFERRED_BODY),
    ("meta-as", 200, "", LEGACY),
    ("initiate-none", 400, "Bad Request", TYPE_NAMES),
    ("initiate-array", 400, "Bad Request", TYPE_NAMES),
    ("token-pa-wrong-pin", 400, "invalid_request", PIN),
    ("token-pa-code-reused", 400, "invalid_request", REUSE),
];

/// Rows that no parsed request can express; `wire.rs` sends them through a raw socket.
pub(crate) const WIRE: &[(&str, &str)] = &[
    ("cl-negative", CONTENT_LENGTH),
    ("cl-nan", CONTENT_LENGTH),
    ("cl-and-te", CONTENT_LENGTH),
    ("http20-line", "the version is not in a parsed request"),
    ("header-ctl", "no parsed header holds a control character"),
];

const MEDIA_TYPE: &str =
    "recorded 500 for something the client sent: an unknown media type is step 1";
const NEAR_TYPE: &str =
    "only application/json in UTF-8 is JSON; near types and other charsets are not";
const TYPE_NAMES: &str = "the text lists the type names that the recorded server does not know, and not those of its fork";
const FORMATS: &str = "the text names both formats";
const BOTH: &str = "jwt_vc_json is a format too, and an absent format means jwt_vc";
const SUBSTRING: &str = "a string that contains the issuer is not the issuer";
const DUPLICATES: &str = "two readers could see two different requests";
const NEWLINE: &str = "base64url has no newline";
const SYNTAX: &str = "malformed JSON is step 10: an OAuth error, after the access token was judged, without the parser's text";
const PROTOTYPE: &str = "ordinary unknown members, ignored";
const UTF8: &str = "recorded 500, or accepted when chunked: what is not UTF-8 is not JSON";
const DEPTH: &str = "nesting is bounded at 128 levels";
const EMPTY: &str = "recorded 500 for something the client sent: an empty body is malformed JSON";
const FRAMEWORK: &str = "a shape of the recorded server's framework, here problem details";
const METHOD: &str = "the resource is known: 405 with Allow";
const DEFERRED_BODY: &str = "recorded 500 for something the client sent: the body is ignored, so the acceptance token is judged";
const LEGACY: &str = "the legacy members are those of the recorded fork";
const PIN: &str = "the text is that of the recorded fork";
const REUSE: &str = "a pre-authorised code is good once";
const CONTENT_LENGTH: &str = "the length of a body in transit is not in a parsed request";
