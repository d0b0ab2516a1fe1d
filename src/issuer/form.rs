//! Reading queries and form bodies (`application/x-www-form-urlencoded`).
//!
//! A member that stands twice is an array to the recorded server, so it is no string.

/// The members of a query or form; those that nobody asks for are ignored.
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// The same with the first of members that stand twice alone, if `only`.
    pub(crate) fn first_of_repeated(mut self, only: bool) -> Self {
        let mut seen = std::collections::HashSet::new();
        self.0
            .retain(|(name, _)| seen.insert(name.clone()) || !only);
        self
    }

    /// How often a member stands there, and its value.
    pub(crate) fn member(&self, name: &str) -> Member<'_> {
        let mut values = self
            .0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (None, _) => Member::Absent,
            (Some(value), None) => Member::Once(value),
            (Some(_), Some(_)) => Member::Repeated,
        }
    }

    /// The value of a member that stands exactly once.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        match self.member(name) {
            Member::Once(value) => Some(value),
            Member::Absent | Member::Repeated => None,
        }
    }

    /// The value of a member that must be there.
    ///
    /// # Errors
    /// It is absent or repeated.
    pub(crate) fn string(&self, name: &str) -> Result<&str, String> {
        self.get(name)
            .ok_or_else(|| format!("{name} must be a string"))
    }

    /// The value of a member that may be absent.
    ///
    /// # Errors
    /// It is repeated.
    pub(crate) fn optional(&self, name: &str) -> Result<Option<&str>, String> {
        match self.member(name) {
            Member::Absent => Ok(None),
            Member::Once(value) => Ok(Some(value)),
            Member::Repeated => Err(format!("{name} must be a string")),
        }
    }
}

/// How often a member stands in a form.
pub(crate) enum Member<'f> {
    Absent,
    Once(&'f str),
    Repeated,
}
