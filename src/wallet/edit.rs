//! Edits to a raw JSON tree, with live values at hand to derive near-misses from.

use super::jws::Void;
use crate::case::{Edit, Live, Near, Raw};

/// Edits a member of an object.
pub(super) fn member(
    object: &mut Raw,
    name: &str,
    change: &Edit,
    live: &dyn Live,
) -> Result<(), Void> {
    let old = object.member(name).cloned();
    match change {
        Edit::Remove => {
            if old.is_none() {
                return Err(Void("the member to remove is not there"));
            }
            object.remove(name);
        }
        Edit::Set(value) => {
            if old.is_some_and(|old| old.to_bytes(live) == value.to_bytes(live)) {
                return Err(Void("the new value is the right one"));
            }
            object.set(name, value.clone());
        }
        Edit::Near(near) => {
            let text = old
                .and_then(|old| text(&old, live))
                .ok_or(Void("there is no string to miss nearly"))?;
            object.set(name, near_value(*near, &text)?);
        }
        Edit::NearLast(near) => {
            let Some(Raw::Array(mut items)) = old else {
                return Err(Void("there is no array to change"));
            };
            let last = items
                .pop()
                .and_then(|last| text(&last, live))
                .ok_or(Void("the array has no string"))?;
            items.push(near_value(*near, &last)?);
            object.set(name, Raw::Array(items));
        }
        Edit::Rename(new) => {
            let Raw::Object(members) = object else {
                return Err(Void("there is no member to rename"));
            };
            let Some((key, _)) = members.iter_mut().find(|(key, _)| key == name) else {
                return Err(Void("there is no member to rename"));
            };
            *key = (*new).to_owned();
        }
    }
    Ok(())
}

/// Edits a member of a nested value; dots in `path` go into members, numbers into arrays.
pub(super) fn at_path(
    value: &mut Raw,
    path: &str,
    change: &Edit,
    live: &dyn Live,
) -> Result<(), Void> {
    match (path.split_once('.'), &mut *value) {
        (None, Raw::Array(items)) => item(items, path, change, live),
        (None, _) => member(value, path, change, live),
        (Some((outer, inner)), Raw::Object(members)) => {
            let inside = members.iter_mut().find(|(key, _)| key == outer);
            let (_, inside) = inside.ok_or(Void("there is no member to go into"))?;
            at_path(inside, inner, change, live)
        }
        (Some((outer, inner)), Raw::Array(items)) => {
            let inside = outer
                .parse()
                .ok()
                .and_then(|index: usize| items.get_mut(index));
            at_path(
                inside.ok_or(Void("there is no item to go into"))?,
                inner,
                change,
                live,
            )
        }
        _ => Err(Void("there is no object to go into")),
    }
}

/// Edits an item of an array. Setting the item behind the last adds one.
fn item(items: &mut Vec<Raw>, index: &str, change: &Edit, live: &dyn Live) -> Result<(), Void> {
    let index: usize = index.parse().map_err(|_| Void("there is no such item"))?;
    if let (Edit::Set(value), true) = (change, index == items.len()) {
        items.push(value.clone());
        return Ok(());
    }
    let old = items.get(index).ok_or(Void("there is no such item"))?;
    let mut holder = Raw::Object(vec![(String::new(), old.clone())]);
    member(&mut holder, "", change, live)?;
    match holder.member("") {
        Some(new) => items[index] = new.clone(),
        None => {
            items.remove(index);
        }
    }
    Ok(())
}

/// Puts the members in the opposite order.
pub(super) fn reverse(object: &mut Raw) {
    if let Raw::Object(members) = object {
        members.reverse();
    }
}

/// The string that a value stands for. A number counts as its digits, so that a time can be missed
/// nearly too.
pub(super) fn text(value: &Raw, live: &dyn Live) -> Option<String> {
    match value {
        Raw::String(text) | Raw::Number(text) => Some(text.clone()),
        Raw::Template(text) => Some(live.fill(text)),
        Raw::Time(_) => String::from_utf8(value.to_bytes(live)).ok(),
        _ => None,
    }
}

fn near_value(near: Near, text: &str) -> Result<Raw, Void> {
    let value = near.apply(text);
    if value == Raw::string(text) {
        Err(Void("the near-miss is the value itself"))
    } else {
        Ok(value)
    }
}

/// `json` with white space wherever the grammar allows it, but not behind the value, where not every reader takes it. Strings are
/// left alone.
pub(super) fn spaced(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json {
        if in_string {
            out.push(*byte);
            (in_string, escaped) = match (byte, escaped) {
                (_, true) => (true, false),
                (b'\\', false) => (true, true),
                (b'"', false) => (false, false),
                _ => (true, false),
            };
            continue;
        }
        if matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',') {
            out.extend_from_slice(b" \n");
            out.push(*byte);
            out.extend_from_slice(b"\t\r\n ");
        } else {
            in_string = *byte == b'"';
            out.push(*byte);
        }
    }
    out.truncate(out.trim_ascii_end().len());
    out
}
