//! Finds the vectors behind the exchanges of an HTTP archive (HAR 1.2).

use serde::Deserialize;

use super::Vector;

/// The header by which the harness tells a target which case a request belongs to.
const CASE_HEADER: &str = "x-vcispec-case";

/// What the exchanges of an archive belong to.
#[derive(Debug, Default, PartialEq)]
pub struct Archive {
    /// The identifiers of vectors, each once, in the order of their first exchange.
    pub ids: Vec<String>,
    /// What cannot be traced to a vector, in words, each once.
    pub untraceable: Vec<String>,
}

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    method: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

impl Archive {
    /// Reads an archive.
    ///
    /// # Errors
    /// The text is no HAR.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        let har: Har = serde_json::from_str(text)?;
        let mut archive = Self::default();
        for Entry { request } in har.log.entries {
            let header = request
                .headers
                .iter()
                .find(|header| header.name.eq_ignore_ascii_case(CASE_HEADER));
            match header.map(|header| header.value.as_str()) {
                Some(label) => archive.trace(label),
                None => archive.lose(format!(
                    "{} {}: has no {CASE_HEADER} header, so it is not one of the harness's requests",
                    request.method, request.url
                )),
            }
        }
        Ok(archive)
    }

    fn trace(&mut self, label: &str) {
        match label.split_once('/') {
            Some(("replay", id)) if id.contains('/') => {
                if !self.ids.iter().any(|known| known == id) {
                    self.ids.push(id.to_owned());
                }
            }
            Some((stage, number)) => self.lose(format!(
                "{CASE_HEADER}: {label}: is case {number} of the stage {stage} of a run, which the header does not say more \
                 about; report.json of that run holds the cases of its findings"
            )),
            None => self.lose(format!("{CASE_HEADER}: {label}: is no name of a case")),
        }
    }

    fn lose(&mut self, what: String) {
        if !self.untraceable.contains(&what) {
            self.untraceable.push(what);
        }
    }

    /// The vectors among these, in the order of the archive; those that are none are lost.
    pub fn vectors<'a>(&mut self, known: &'a [&'a Vector]) -> Vec<&'a Vector> {
        let mut found = Vec::new();
        for id in self.ids.clone() {
            match known.iter().find(|vector| vector.id == id) {
                Some(vector) => found.push(*vector),
                None => self.lose(format!("{CASE_HEADER}: replay/{id}: no vector has this id")),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn exchanges_are_traced_by_their_header() {
        let entry = |value: &str| {
            let headers = json!([{"name": "X-Vcispec-Case", "value": value}]);
            json!({"request": {"method": "POST", "url": "https://issuer.example/credential", "headers": headers}, "time": 1})
        };
        let bare =
            json!({"request": {"method": "GET", "url": "https://issuer.example/", "headers": []}});
        let har = json!({"log": {"version": "1.2", "entries": [
            entry("replay/proof/nonce-null"), entry("replay/proof/nonce-null"), entry("random/12"), entry("x"), bare,
        ]}});
        let archive = Archive::read(&har.to_string()).expect("an archive");
        assert_eq!(archive.ids, ["proof/nonce-null"]);
        assert_eq!(archive.untraceable.len(), 3, "{archive:?}");
        assert!(archive.untraceable[0].contains("case 12 of the stage random"));
        assert!(archive.untraceable[2].contains("GET https://issuer.example/"));
        assert!(Archive::read("{}").is_err());
    }
}
