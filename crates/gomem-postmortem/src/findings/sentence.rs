//! Sentences out of what is noted in a few words.

use gomem_table::Unit;

/// With a capital letter and a full stop. The name of a metric keeps its letter.
pub(crate) fn sentence(text: &str) -> String {
    if text.split(' ').next().is_some_and(|word| word.contains('_')) {
        return format!("{}.", text.trim_end_matches('.'));
    }
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// Bytes as a sentence has them.
pub(crate) fn bytes(bytes: f64) -> String {
    Unit::Bytes.humanize(bytes)
}
