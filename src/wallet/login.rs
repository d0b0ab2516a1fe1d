//! Authorization codes for whoever logs in: what the authorization request says, and what is made of the redirect that ends
//! the login.

use url::Url;

/// What a run was told of its authorization requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Login {
    /// The client's identifier; the holder's DID, if not said.
    pub client_id: Option<String>,
    /// Where the authorization server sends the browser back to; [`Login::REDIRECT_URI`], if not said.
    pub redirect_uri: Option<String>,
    /// The scope that stands for the credential. Without it the request says with `authorization_details` what is wanted.
    pub scope: Option<String>,
    /// An offer URI, for its `issuer_state`.
    pub offer: Option<String>,
}

impl Login {
    /// Where wallets are called back by default.
    pub const REDIRECT_URI: &str = "openid://callback";

    /// Where the authorization server sends the browser back to.
    pub fn redirect_uri(&self) -> &str {
        self.redirect_uri.as_deref().unwrap_or(Self::REDIRECT_URI)
    }
}

/// The authorization code of a redirect, given as the URL or as the code alone.
///
/// # Errors
/// The server refused, there is no code, or the `state` is not the one that was sent (RFC 6749, 4.1.2).
pub(super) fn code_of(text: &str, state: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the login gave neither a redirect nor a code".to_owned());
    }
    if !text.contains("://") && !text.contains('?') {
        return Ok(text.to_owned());
    }
    let url = Url::parse(text).map_err(|error| format!("the redirect is no URL: {error}"))?;
    let parameter = |name: &str| {
        let mut pairs = url.query_pairs();
        let found = pairs.find(|(known, _)| known == name);
        found.map(|(_, value)| value.into_owned())
    };
    if let Some(error) = parameter("error") {
        let more = parameter("error_description").map(|more| format!(" ({more})"));
        let more = more.unwrap_or_default();
        return Err(format!("the authorization server refused: {error}{more}"));
    }
    let code = parameter("code").ok_or("the redirect has no code")?;
    match parameter("state") {
        Some(found) if found == state => Ok(code),
        Some(_) => Err("the redirect has another state than the request".to_owned()),
        None => Err("the redirect has no state, though the request has one".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_taken_for_the_state_that_was_sent() {
        let code = |text| code_of(text, "s 1");
        assert_eq!(
            code("openid://callback?code=c%2F1&state=s%201\n"),
            Ok("c/1".into())
        );
        assert_eq!(
            code("https://w.example/cb?x=1&state=s+1&code=c"),
            Ok("c".into())
        );
        for (text, said) in [
            ("openid://callback?code=c&state=other", "another state"),
            ("openid://callback?code=c", "no state"),
            ("openid://callback?state=s%201", "no code"),
            (
                "openid://callback?error=access_denied&error_description=no&state=s%201",
                "access_denied (no)",
            ),
            ("", "neither"),
        ] {
            let error = code(text).expect_err("it is no answer to the request");
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_code_may_come_alone() {
        assert_eq!(
            code_of(" SplxlOBeZQQYbYS6WxSbIA \n", "s"),
            Ok("SplxlOBeZQQYbYS6WxSbIA".into())
        );
    }
}
