//! The one way in which JSON files of the corpus are laid out: what fits on a line stands on one, and words are filled up.

use serde::Serialize;

use super::VectorFile;

/// How wide a line may be, in bytes.
const WIDTH: usize = 120;

/// The text of a file as the corpus formats it.
pub fn format(file: &VectorFile) -> String {
    pretty(file)
}

/// Any value as JSON in the layout of the corpus: members in their order, two spaces a level, an
/// array or object on one line if it fits in 120 columns.
///
/// # Panics
/// The value cannot be written as JSON: a map whose keys are no strings.
pub fn pretty(value: &impl Serialize) -> String {
    let compact = serde_json::to_string(value).expect("the value is JSON");
    let mut out = String::with_capacity(compact.len() * 2);
    write(&compact, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes one value; `before` is how wide the line already is, with a comma that may follow.
fn write(value: &str, indent: usize, before: usize, out: &mut String) {
    let one_line = on_one_line(value);
    let is_whole = !value.starts_with(['{', '[']) || value.len() == 2;
    if is_whole || before + one_line.len() < WIDTH {
        out.push_str(&one_line);
        return;
    }
    let inside = indent + 2;
    out.push_str(&value[..1]);
    let items = items(&value[1..value.len() - 1]);
    if value.starts_with('[') && !items.iter().any(|item| item.starts_with(['{', '['])) {
        fill(&items, inside, out);
    } else {
        each_on_its_line(value, &items, inside, out);
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push_str(&value[value.len() - 1..]);
}

/// Words and numbers, as many on a line as fit.
fn fill(items: &[&str], indent: usize, out: &mut String) {
    let mut width = WIDTH;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        if width + item.len() + 2 > WIDTH {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            width = indent;
        } else {
            out.push(' ');
            width += 1;
        }
        out.push_str(item);
        width += item.len() + 1;
    }
}

fn each_on_its_line(value: &str, items: &[&str], inside: usize, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&" ".repeat(inside));
        let name = match value.starts_with('{') {
            true => end_of_string(item) + 1,
            false => 0,
        };
        let (name, item) = item.split_at(name);
        out.push_str(name);
        if !name.is_empty() {
            out.push(' ');
        }
        write(item, inside, inside + name.len() + 1, out);
    }
}

/// Compact JSON with a space behind each comma and colon.
fn on_one_line(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() + 16);
    each_outside_strings(compact, |_, text| {
        out.push_str(text);
        if text == "," || text == ":" {
            out.push(' ');
        }
    });
    out
}

/// The items of an array or the members of an object, without the brackets.
fn items(inside: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0_usize, 0, Vec::new());
    each_outside_strings(inside, |at, text| match text {
        "{" | "[" => depth += 1,
        "}" | "]" => depth -= 1,
        "," if depth == 0 => {
            items.push(&inside[start..at]);
            start = at + 1;
        }
        _ => {}
    });
    items.push(&inside[start..]);
    items
}

/// Shows each string as a whole, and every other character by itself, with its place.
fn each_outside_strings(json: &str, mut see: impl FnMut(usize, &str)) {
    let mut at = 0;
    while let Some(first) = json[at..].chars().next() {
        let length = match first {
            '"' => end_of_string(&json[at..]),
            _ => first.len_utf8(),
        };
        see(at, &json[at..at + length]);
        at += length;
    }
}

/// Where the string at the beginning ends, its quotation mark included.
fn end_of_string(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_fits_stands_on_one_line() {
        let short = json!({"a": [1, 2, "x, y: \"z\\"], "b": {}, "c": []});
        let text = pretty(&short);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert_eq!(
            text,
            "{\"a\": [1, 2, \"x, y: \\\"z\\\\\"], \"b\": {}, \"c\": []}\n"
        );
    }

    #[test]
    fn what_does_not_fit_has_a_line_for_each_item() {
        let long = json!({"first": "x".repeat(100), "second": ["ü{[".repeat(40), {}], "third": [[1], ["w".repeat(100), "v", "u", "t".repeat(20)]]});
        let text = pretty(&long);
        assert!(text.starts_with("{\n  \"first\": \"xxx"), "{text}");
        assert!(text.contains("\n  \"second\": [\n    \"ü{[ü"), "{text}");
        assert!(text.contains("\", \"v\", \"u\",\n      \"ttt"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), long);
    }
}
