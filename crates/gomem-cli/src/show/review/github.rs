//! Annotations of GitHub Actions: `::warning file=a.go,line=7,col=2,title=returned_pointer::message`.
//!
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use std::io::Write;

use crate::{
    failure::Failure,
    show::{
        output::Output,
        review::{Annotation, Level},
    },
};

/// One line each; generated code has no place to show it at.
pub(super) fn write(annotations: &[Annotation], out: &mut Output<'_>) -> Result<(), Failure> {
    for annotation in annotations {
        // A notice is folded away, and what may allocate wants to be looked at.
        let command = annotation.level.max(Level::Warning).name();
        let mut properties = String::new();
        if annotation.has_file() {
            properties = format!("file={},", property(&annotation.file));
            for (name, number) in [("line", annotation.line), ("col", annotation.column)] {
                number.iter().for_each(|number| properties.push_str(&format!("{name}={number},")));
            }
        } else if !annotation.file.is_empty() {
            continue;
        }
        let (title, message) = (property(&annotation.rule), data(&annotation.text()));
        writeln!(out, "::{command} {properties}title={title}::{message}")?;
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
