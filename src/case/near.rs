//! Near-misses: values that a careless comparison takes for the right one.
//!
//! One mechanism for every compared string of every endpoint. A truncating, folding, trimming,
//! normalising, prefix or substring comparison accepts at least one of these.

use super::raw::Raw;

/// One way of almost hitting a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Near {
    /// The last character is missing: found by `expected.starts_with(given)`.
    LastMissing,
    /// The first character is missing: found by `expected.ends_with(given)`.
    FirstMissing,
    /// Only the first half.
    FirstHalf,
    /// A character more at the end: found by `given.starts_with(expected)`.
    Appended,
    /// A character more at the front: found by `given.ends_with(expected)`.
    Prepended,
    /// The last character is another one.
    LastChanged,
    /// The last dot is a dash, or without one the character in the middle another: found by an expression whose dots stand for anything.
    DotChanged,
    /// The last digit is the next one, or without one the first character another: found by rules for a family of versions or ports.
    DigitChanged,
    /// The characters in the opposite order: found by comparing what is in it and not where.
    Reversed,
    /// Letters in the other case.
    OtherCase,
    /// White space in front.
    LeadingSpace,
    /// White space behind.
    TrailingSpace,
    /// A line feed behind.
    TrailingNewline,
    /// A NUL character and more behind: found by C strings.
    NulSuffix,
    /// A slash behind.
    TrailingSlash,
    /// One character percent-encoded.
    PercentEncoded,
    /// The last letter or digit percent-encoded: found by decoding once too often, and by RFC 3986 normalisation.
    UnreservedEncoded,
    /// The last letter or digit in its full-width form: found by compatibility normalisation (NFKC).
    FullWidth,
    /// One character replaced by a Unicode look-alike.
    LookAlike,
    /// A zero-width space inside.
    ZeroWidth,
    /// The value as the only item of an array.
    InArray,
    /// The value in an array in an array: found by flattening and by conversion to text.
    InArrays,
    /// The value as the only member of an object.
    InObject,
    /// The empty string.
    EmptyString,
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// The number 0.
    Zero,
    /// The number 1.
    One,
    /// An empty array.
    EmptyArray,
    /// An empty object.
    EmptyObject,
}

impl Near {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::LastMissing,
        Self::FirstMissing,
        Self::FirstHalf,
        Self::Appended,
        Self::Prepended,
        Self::LastChanged,
        Self::DotChanged,
        Self::DigitChanged,
        Self::Reversed,
        Self::OtherCase,
        Self::LeadingSpace,
        Self::TrailingSpace,
        Self::TrailingNewline,
        Self::NulSuffix,
        Self::TrailingSlash,
        Self::PercentEncoded,
        Self::UnreservedEncoded,
        Self::FullWidth,
        Self::LookAlike,
        Self::ZeroWidth,
        Self::InArray,
        Self::InArrays,
        Self::InObject,
        Self::EmptyString,
        Self::Null,
        Self::True,
        Self::False,
        Self::Zero,
        Self::One,
        Self::EmptyArray,
        Self::EmptyObject,
    ];

    /// Stable name, part of the mutation's identifier.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::LastMissing => "last-missing",
            Self::FirstMissing => "first-missing",
            Self::FirstHalf => "first-half",
            Self::Appended => "appended",
            Self::Prepended => "prepended",
            Self::LastChanged => "last-changed",
            Self::DotChanged => "dot-changed",
            Self::DigitChanged => "digit-changed",
            Self::Reversed => "reversed",
            Self::OtherCase => "other-case",
            Self::LeadingSpace => "leading-space",
            Self::TrailingSpace => "trailing-space",
            Self::TrailingNewline => "trailing-newline",
            Self::NulSuffix => "nul-suffix",
            Self::TrailingSlash => "trailing-slash",
            Self::PercentEncoded => "percent-encoded",
            Self::UnreservedEncoded => "unreserved-encoded",
            Self::FullWidth => "full-width",
            Self::LookAlike => "look-alike",
            Self::ZeroWidth => "zero-width",
            Self::InArray => "in-array",
            Self::InArrays => "in-arrays",
            Self::InObject => "in-object",
            Self::EmptyString => "empty-string",
            Self::Null => "null",
            Self::True => "true",
            Self::False => "false",
            Self::Zero => "zero",
            Self::One => "one",
            Self::EmptyArray => "empty-array",
            Self::EmptyObject => "empty-object",
        }
    }

    /// What is done, as the end of a sentence that names the value.
    pub const fn words(self) -> &'static str {
        match self {
            Self::LastMissing => "lacks its last character",
            Self::FirstMissing => "lacks its first character",
            Self::FirstHalf => "is cut in half",
            Self::Appended => "has a character more at the end",
            Self::Prepended => "has a character more at the front",
            Self::LastChanged => "ends in another character",
            Self::DotChanged => "has a dash for a dot, or one other character inside",
            Self::DigitChanged => "has another digit, or another character at the front",
            Self::Reversed => "is written backwards",
            Self::OtherCase => "is in the other letter case",
            Self::LeadingSpace => "has a space in front",
            Self::TrailingSpace => "has a space behind",
            Self::TrailingNewline => "has a line feed behind",
            Self::NulSuffix => "has a NUL character and more behind",
            Self::TrailingSlash => "has a slash behind",
            Self::PercentEncoded => "has one character percent-encoded",
            Self::UnreservedEncoded => "has a character percent-encoded that need not be",
            Self::FullWidth => "ends in a full-width character",
            Self::LookAlike => "has one character replaced by a look-alike",
            Self::ZeroWidth => "has a zero-width space inside",
            Self::InArray => "is wrapped in an array",
            Self::InArrays => "is wrapped in an array of an array",
            Self::InObject => "is wrapped in an object",
            Self::EmptyString => "is the empty string",
            Self::Null => "is null",
            Self::True => "is true",
            Self::False => "is false",
            Self::Zero => "is 0",
            Self::One => "is 1",
            Self::EmptyArray => "is an empty array",
            Self::EmptyObject => "is an empty object",
        }
    }

    /// Whether, of a long value with digits towards its end, only the last part differs: in a key id the fragment, in a compact
    /// JWS the signature.
    pub(crate) const fn is_at_the_end(self) -> bool {
        matches!(
            self,
            Self::LastMissing
                | Self::Appended
                | Self::LastChanged
                | Self::DigitChanged
                | Self::UnreservedEncoded
                | Self::FullWidth
                | Self::TrailingSpace
                | Self::TrailingNewline
                | Self::NulSuffix
                | Self::TrailingSlash
        )
    }

    /// Whether the result is a string, so that it fits where only text can stand (headers, forms).
    pub const fn is_text(self) -> bool {
        !matches!(
            self,
            Self::InArray
                | Self::InArrays
                | Self::InObject
                | Self::Null
                | Self::True
                | Self::False
                | Self::Zero
                | Self::One
                | Self::EmptyArray
                | Self::EmptyObject
        )
    }

    /// The text that almost is `value`; `None` for kinds that are no text.
    pub fn text(self, value: &str) -> Option<String> {
        match self.apply(value) {
            Raw::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value that almost is `value`. Always differs from it.
    pub fn apply(self, value: &str) -> Raw {
        let text = match self {
            Self::LastMissing => value
                .chars()
                .take(value.chars().count().saturating_sub(1))
                .collect(),
            Self::FirstMissing => value.chars().skip(1).collect(),
            Self::FirstHalf => value.chars().take(value.chars().count() / 2).collect(),
            Self::Appended => format!("{value}x"),
            Self::Prepended => format!("x{value}"),
            Self::LastChanged => change_last(value),
            Self::DotChanged => change_at(value, value.rfind('.').unwrap_or(middle(value))),
            Self::DigitChanged => {
                // Without a dot the middle is changed already.
                let taken = (!value.contains('.')).then(|| middle(value));
                let mut backwards = value.char_indices().rev();
                let digit = backwards
                    .find(|(at, letter)| letter.is_ascii_digit() && Some(*at) != taken)
                    .map_or(0, |(at, _)| at);
                change_at(value, digit)
            }
            Self::Reversed => reversed(value),
            Self::OtherCase => other_case(value),
            Self::LeadingSpace => format!(" {value}"),
            Self::TrailingSpace => format!("{value} "),
            Self::TrailingNewline => format!("{value}\n"),
            Self::NulSuffix => format!("{value}\0x"),
            Self::TrailingSlash => format!("{value}/"),
            Self::PercentEncoded => percent_encode_one(value),
            Self::UnreservedEncoded => percent_encode_last(value),
            Self::FullWidth => full_width_last(value),
            Self::LookAlike => look_alike(value),
            Self::ZeroWidth => zero_width(value),
            Self::EmptyString => String::new(),
            Self::InArray => return Raw::Array(vec![Raw::string(value)]),
            Self::InArrays => return Raw::Array(vec![Raw::Array(vec![Raw::string(value)])]),
            Self::InObject => return Raw::Object(vec![("value".into(), Raw::string(value))]),
            Self::Null => return Raw::Null,
            Self::True => return Raw::Bool(true),
            Self::False => return Raw::Bool(false),
            Self::Zero => return Raw::number(0),
            Self::One => return Raw::number(1),
            Self::EmptyArray => return Raw::Array(Vec::new()),
            Self::EmptyObject => return Raw::Object(Vec::new()),
        };
        Raw::String(text)
    }
}

fn change_last(value: &str) -> String {
    let mut text: String = Near::LastMissing.text(value).unwrap_or_default();
    // Both are in every alphabet that is used for identifiers, base58 and base64url among them.
    text.push(if value.ends_with('b') { 'c' } else { 'b' });
    text
}

/// Another character at this place, of the same kind.
fn change_at(value: &str, at: usize) -> String {
    let (before, rest) = value.split_at(at);
    let mut rest = rest.chars();
    let other = match rest.next() {
        Some('.') => '-',
        // Base58 has no 0.
        Some('9') => '8',
        Some(digit @ '0'..='8') => char::from(digit as u8 + 1),
        Some('b') => 'c',
        _ => 'b',
    };
    format!("{before}{other}{}", rest.as_str())
}

/// Where the character in the middle begins.
fn middle(value: &str) -> usize {
    let half = value.chars().count() / 2;
    value
        .char_indices()
        .nth(half)
        .map_or(value.len(), |(at, _)| at)
}

fn reversed(value: &str) -> String {
    let backwards: String = value.chars().rev().collect();
    if backwards == value {
        change_last(value)
    } else {
        backwards
    }
}

/// The last letter or digit, and where it stands.
fn last_alphanumeric(value: &str) -> Option<(usize, char)> {
    let mut backwards = value.char_indices().rev();
    backwards.find(|(_, letter)| letter.is_ascii_alphanumeric())
}

fn percent_encode_last(value: &str) -> String {
    let Some((at, letter)) = last_alphanumeric(value) else {
        return format!("{value}%20");
    };
    format!("{}%{:02X}{}", &value[..at], letter as u32, &value[at + 1..])
}

fn full_width_last(value: &str) -> String {
    let wide = last_alphanumeric(value)
        .and_then(|(at, letter)| Some((at, char::from_u32(letter as u32 + 0xfee0)?)));
    match wide {
        Some((at, wide)) => format!("{}{wide}{}", &value[..at], &value[at + 1..]),
        None => format!("{value}\u{ff0e}"),
    }
}

fn other_case(value: &str) -> String {
    let upper = value.to_uppercase();
    let lower = value.to_lowercase();
    if upper != value {
        upper
    } else if lower != value {
        lower
    } else {
        // No letter to fold: a full-width digit folds to the same number under compatibility rules.
        look_alike(value)
    }
}

fn percent_encode_one(value: &str) -> String {
    let Some(first) = value.bytes().next() else {
        return "%00".into();
    };
    match value.find(':') {
        Some(colon) => format!("{}%3A{}", &value[..colon], &value[colon + 1..]),
        None => {
            let rest: String = value.chars().skip(1).collect();
            format!("%{first:02X}{rest}")
        }
    }
}

fn look_alike(value: &str) -> String {
    const PAIRS: &[(char, char)] = &[
        ('e', 'е'),
        ('a', 'а'),
        ('o', 'о'),
        ('c', 'с'),
        ('p', 'р'),
        ('i', 'і'),
        ('w', 'ԝ'),
        ('d', 'ԁ'),
    ];
    if let Some(at) = value.find(|letter| PAIRS.iter().any(|(plain, _)| *plain == letter)) {
        let plain = value[at..].chars().next().unwrap_or_default();
        let twin = PAIRS
            .iter()
            .find(|(from, _)| *from == plain)
            .map_or('е', |(_, to)| *to);
        return format!("{}{twin}{}", &value[..at], &value[at + plain.len_utf8()..]);
    }
    // Full-width forms stand for what is left.
    let mut chars = value.chars();
    match chars.next() {
        Some(first) if ('!'..='~').contains(&first) => {
            let wide = char::from_u32(first as u32 + 0xfee0).unwrap_or('e');
            format!("{wide}{}", chars.as_str())
        }
        _ => format!("{value}\u{ff0e}"),
    }
}

fn zero_width(value: &str) -> String {
    let middle = middle(value);
    format!("{}\u{200b}{}", &value[..middle], &value[middle..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_differs_from_the_value_and_from_the_others() {
        for value in [
            "https://issuer.example/v3",
            "did:key:z2dmzD",
            "jwt_vc",
            "1234",
            "a0b579c3-d3c1-4982-aac8",
            "did:key:zm1a1aamaaaamaam",
        ] {
            let mut seen = BTreeSet::new();
            for near in Near::ALL {
                let raw = near.apply(value);
                assert_ne!(raw, Raw::string(value), "{near:?}");
                seen.insert(format!("{raw:?}"));
            }
            // A value without letters has no other case of its own.
            assert!(seen.len() >= Near::ALL.len() - 1, "{value}");
        }
    }

    #[test]
    fn slugs_are_unique() {
        let slugs: BTreeSet<_> = Near::ALL.iter().map(|near| near.slug()).collect();
        assert_eq!(slugs.len(), Near::ALL.len());
    }
}
