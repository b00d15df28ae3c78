//! Annotations of GitHub Actions: `::warning file=a.go,line=7,col=2,title=returned_pointer::message`.
//!
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use std::io::Write;

use gomem_escape::HeapDecision;

use crate::{failure::Failure, show::output::Output};

/// One line a decision; generated code has no place to show it at.
pub(crate) fn github<'a>(
    decisions: impl Iterator<Item = &'a HeapDecision>,
    out: &mut Output<'_>,
) -> Result<(), Failure> {
    for decision in decisions.filter(|decision| !decision.file.is_empty() && !decision.file.starts_with('<')) {
        let mut properties = format!("file={}", property(&decision.file));
        if let Some(line) = decision.line {
            properties.push_str(&format!(",line={line}"));
        }
        if let Some(column) = decision.column {
            properties.push_str(&format!(",col={column}"));
        }
        let title = property(decision.cause.name());
        let message = data(&format!("{}: {}", decision.message(), decision.advice));
        writeln!(out, "::warning {properties},title={title}::{message}")?;
    }
    Ok(())
}

/// `escapeData` of `actions/toolkit`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// `escapeProperty` of `actions/toolkit`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(data("100%\r\na:b,c"), "100%25%0D%0Aa:b,c");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
