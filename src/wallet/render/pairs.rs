//! Parameters of a query or a form: names with text, some of which hold JSON.

use serde_json::Value;

use crate::case::{Edit, FormEdit, Live as _, Op, Raw};
use crate::wallet::edit;
use crate::wallet::jws::Void;
use crate::wallet::live::Values;

/// Names and values, in the order in which they are sent.
pub(super) type Pairs = Vec<(String, String)>;

/// Pairs from literals and live values.
pub(super) fn pairs<const N: usize>(list: [(&str, String); N]) -> Pairs {
    list.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Where the pairs of a request stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// In the query.
    Query,
    /// In a form body.
    Form,
}

/// Carries out the changes to the pairs.
pub(super) fn change(
    pairs: &mut Pairs,
    stands: Stands,
    ops: &[&Op],
    values: &Values,
) -> Result<(), Void> {
    for op in ops {
        match (op, stands) {
            (Op::Form(name, change), Stands::Form)
            | (Op::Parameter(name, change), Stands::Query) => {
                edit_pair(pairs, name, change, values)?;
            }
            (Op::FormExtra(name, text), Stands::Form)
            | (Op::ParameterExtra(name, text), Stands::Query) => {
                pairs.push(((*name).to_owned(), values.fill(text)));
            }
            (Op::ParameterJson(name, path, change), _) => {
                edit_json(pairs, name, path, change, values)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The pairs as they are sent.
pub(super) fn encode(pairs: Pairs) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Edits the JSON that a parameter holds. An empty path means the JSON as a whole.
fn edit_json(
    pairs: &mut Pairs,
    name: &str,
    path: &str,
    change: &Edit,
    values: &Values,
) -> Result<(), Void> {
    let (_, text) = pairs
        .iter_mut()
        .find(|(key, _)| key == name)
        .ok_or(Void("the parameter to change is not sent"))?;
    let json: Value =
        serde_json::from_str(text).map_err(|_| Void("the parameter to change holds no JSON"))?;
    let mut tree = Raw::Object(vec![("".into(), Raw::from(&json))]);
    let path = if path.is_empty() {
        String::new()
    } else {
        format!(".{path}")
    };
    edit::at_path(&mut tree, &path, change, values)?;
    let changed = tree
        .member("")
        .map(|json| json.to_bytes(values))
        .ok_or(Void("the JSON as a whole cannot be removed"))?;
    *text = String::from_utf8_lossy(&changed).into_owned();
    Ok(())
}

/// Edits a parameter of a form or query.
fn edit_pair(
    pairs: &mut Pairs,
    name: &str,
    change: &FormEdit,
    values: &Values,
) -> Result<(), Void> {
    let at = pairs
        .iter()
        .position(|(key, _)| key == name)
        .ok_or(Void("the parameter to change is not sent"))?;
    if *change == FormEdit::Twice {
        pairs.push(pairs[at].clone());
        return Ok(());
    }
    match edit_text(&pairs[at].1, change, values)? {
        Some(text) => pairs[at].1 = text,
        None => {
            pairs.remove(at);
        }
    }
    Ok(())
}

/// Edits a text; `None` if it is to be absent.
pub(super) fn edit_text(
    old: &str,
    change: &FormEdit,
    values: &Values,
) -> Result<Option<String>, Void> {
    let new = match change {
        FormEdit::Remove => return Ok(None),
        FormEdit::Set(text) => values.fill(text),
        FormEdit::Near(near) => near.text(old).ok_or(Void("the near-miss is no text"))?,
        FormEdit::Twice => return Err(Void("only a parameter can be named twice")),
    };
    if new == old {
        Err(Void("the new value is the right one"))
    } else {
        Ok(Some(new))
    }
}
