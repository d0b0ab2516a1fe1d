//! What the authorization server asked the wallet for, and how the wallet reads it.

use serde_json::Value;

use crate::transcript::Compact;

/// What the authorization server asked the wallet for.
#[derive(Debug, Clone, Default)]
pub(in crate::wallet) struct Pending {
    pub(in crate::wallet) state: Option<String>,
    pub(in crate::wallet) nonce: Option<String>,
    /// Where the answer goes.
    pub(in crate::wallet) redirect_uri: Option<String>,
    /// Where the request object is, if it was passed by reference.
    pub(in crate::wallet) request_uri: Option<String>,
    /// The request object itself.
    pub(in crate::wallet) object: Option<String>,
    /// What is to be presented.
    pub(in crate::wallet) definition: Option<Value>,
}

impl Pending {
    /// Takes what a source says, where nothing was said before.
    pub(super) fn learn(
        &mut self,
        text: impl Fn(&str) -> Option<String>,
        definition: Option<Value>,
    ) {
        let fill = |slot: &mut Option<String>, name: &str| {
            if slot.is_none() {
                *slot = text(name);
            }
        };
        fill(&mut self.state, "state");
        fill(&mut self.nonce, "nonce");
        fill(&mut self.redirect_uri, "redirect_uri");
        fill(&mut self.request_uri, "request_uri");
        self.definition = self.definition.take().or(definition);
    }

    /// Takes what a request object says.
    pub(super) fn learn_object(&mut self, jwt: &str) {
        let Some(object) = Compact::parse(jwt.trim()) else {
            return;
        };
        self.object = Some(jwt.trim().to_owned());
        let definition = object.payload.get("presentation_definition").cloned();
        let text = |name: &str| object.payload.get(name)?.as_str().map(str::to_owned);
        self.learn(text, definition);
    }

    /// Each input descriptor of the definition with the credential type it asks for.
    ///
    /// # Errors
    /// There is none, or one of them asks for something else than a type by its name.
    pub(in crate::wallet) fn wanted(&self) -> Result<Vec<(String, String)>, &'static str> {
        let descriptors = self
            .definition
            .as_ref()
            .and_then(|definition| definition.get("input_descriptors")?.as_array())
            .filter(|descriptors| !descriptors.is_empty())
            .ok_or("the server asks for a presentation without saying of what")?;
        let wanted = descriptors.iter().map(|descriptor| {
            let id = descriptor.get("id")?.as_str()?;
            let fields = descriptor.pointer("/constraints/fields")?.as_array()?;
            let name = fields
                .iter()
                .find_map(|field| named(field.get("filter")?))?;
            Some((id.to_owned(), name.to_owned()))
        });
        wanted
            .collect::<Option<_>>()
            .ok_or("the presentation definition asks in a way that this wallet does not know")
    }
}

/// The value that a JSON Schema of a field names, wherever it does.
fn named(filter: &Value) -> Option<&str> {
    let members = filter.as_object()?;
    let exact = members.get("const").and_then(Value::as_str);
    exact
        .or_else(|| members.get("enum")?.get(0)?.as_str())
        .or_else(|| members.values().find_map(named))
}
