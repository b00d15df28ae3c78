//! Texts of inputs, fit to be shown: names come from strangers.

use gomem_symbol::{Outlet, name_for};
use serde_json::Value;

/// Text without what breaks lines, steers a terminal or turns text.
pub(crate) fn clean(text: &str) -> String {
    name_for(Outlet::Line, text).into_owned()
}

/// The same of all texts in a value.
pub(crate) fn cleaned(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(items) => items.into_iter().map(cleaned).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (clean(&name), cleaned(value))).collect(),
        other => other,
    }
}

/// The first bytes of a text, at a character's end.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text that has at most so many bytes.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes { text.to_owned() } else { format!("{}…", head(text, bytes.saturating_sub(3))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_turn_or_break_what_stands_around_them() {
        let value = serde_json::json!({"a\u{202e}b": ["x\n\u{1b}[2J", 1, null]});
        assert_eq!(cleaned(value), serde_json::json!({"a\\u{202e}b": ["x\\n\\u{1b}[2J", 1, null]}));
        assert_eq!(cut("ééé", 5), "é…");
        assert_eq!(cut("ab", 2), "ab");
    }
}
