//! Keys given on the command line.

use std::path::Path;

use serde_json::Value;

/// A JWK from a file.
pub(super) fn read(path: &Path) -> Result<Value, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("could not read the key {}: {error}", path.display()))?;
    serde_json::from_str(&text)
        .map_err(|error| format!("the key {} is no JSON: {error}", path.display()))
}
