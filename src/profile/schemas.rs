//! The JSON Schemas of a profile's answers, compiled once.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::Value;

/// A schema by name.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// What it describes, for example `token-response`.
    pub name: &'static str,
    /// The schema, as JSON (draft 2020-12).
    pub text: &'static str,
}

/// Compiled schemas. Each is compiled on first use and kept.
#[derive(Debug, Clone, Copy)]
pub struct Schemas;

static COMPILED: LazyLock<Mutex<HashMap<usize, &'static Validator>>> =
    LazyLock::new(Mutex::default);

impl Schemas {
    /// What in `value` breaks the schema, one line each, at most five. Empty if nothing does.
    ///
    /// # Panics
    /// If the schema itself is broken, which a test rules out for built-in profiles.
    pub fn errors(schema: &Schema, value: &Value) -> Vec<String> {
        Self::compiled(schema)
            .iter_errors(value)
            .take(5)
            .map(|error| {
                let at = error.instance_path().to_string();
                if at.is_empty() {
                    error.to_string()
                } else {
                    format!("{at}: {error}")
                }
            })
            .collect()
    }

    /// Whether `value` follows the schema.
    pub fn is_valid(schema: &Schema, value: &Value) -> bool {
        Self::compiled(schema).is_valid(value)
    }

    fn compiled(schema: &Schema) -> &'static Validator {
        let mut compiled = COMPILED
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        compiled
            .entry(schema.text.as_ptr() as usize)
            .or_insert_with(|| {
                let json: Value =
                    serde_json::from_str(schema.text).expect("a built-in schema is JSON");
                let validator = jsonschema::draft202012::new(&json)
                    .expect("a built-in schema is a JSON Schema");
                Box::leak(Box::new(validator))
            })
    }
}

impl super::Profile {
    /// The schema of this name.
    pub fn schema(&self, name: &str) -> Option<&'static Schema> {
        self.schemas.iter().find(|schema| schema.name == name)
    }
}
