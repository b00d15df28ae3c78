//! Text within HTML.

use gomem_symbol::turns_text;

/// Text that stays text, in an element or in an attribute. What would turn the text around it is shown as unknown.
pub(crate) fn escape(text: &str) -> String {
    let text = text.replace(turns_text, "\u{fffd}");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
