//! Characters that turn the direction of text.

/// Whether a character makes what follows run the other way, and so look like something else: names come from strangers.
///
/// ```
/// assert!(gomem_symbol::turns_text('\u{202e}'));
/// assert!(!gomem_symbol::turns_text('a'));
/// ```
#[must_use]
pub fn turns_text(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_any_script_do_not() {
        assert!("main.\u{5d0}\u{627}\u{6f22}".chars().all(|char| !turns_text(char)));
        assert!("\u{202e}\u{2066}\u{200f}".chars().all(turns_text));
    }
}
