//! What is told in sentences: findings.

use std::io::{self, Write};

use gomem_metrics::{Judgement, Verdict};

use crate::show::output::{HEADING, Output, style_of};

/// Lines of prose are no longer, however wide the terminal is.
pub(crate) const MOST_COLUMNS: usize = 100;

/// The text of a post-mortem, with the titles of its findings set off.
pub(crate) fn report(text: &str, out: &mut Output<'_>) -> io::Result<()> {
    for line in text.split_inclusive('\n') {
        match title(line) {
            Some((rank, severity, title)) => {
                write!(out, "{rank}. [")?;
                out.paint(style_of(severity), severity)?;
                write!(out, "] ")?;
                out.paint(HEADING, title.trim_end())?;
                writeln!(out)?;
            }
            None => out.write_all(line.as_bytes())?,
        }
    }
    Ok(())
}

/// ` 1. [warning] what it is`
fn title(line: &str) -> Option<(&str, &str, &str)> {
    let (rank, rest) = line.split_once(". [")?;
    let (severity, title) = rest.split_once("] ")?;
    rank.trim_start().bytes().all(|byte| byte.is_ascii_digit()).then_some((rank, severity, title))
}

/// What one rule says of metrics.
pub(crate) fn judgement(judgement: &Judgement, out: &mut Output<'_>) -> io::Result<()> {
    let word = if judgement.verdict == Verdict::Fired { judgement.severity.name() } else { judgement.verdict.name() };
    write!(out, "[")?;
    out.paint(style_of(word), word)?;
    write!(out, "] ")?;
    out.paint(HEADING, judgement.rule.name())?;
    if judgement.verdict == Verdict::Fired {
        write!(out, ", {} confidence", judgement.confidence.name())?;
    }
    writeln!(out)?;
    paragraph(&judgement.summary, out)?;
    if !judgement.action.is_empty() {
        paragraph(&format!("→ {}", judgement.action), out)?;
    }
    // What cannot be judged says so itself.
    if !judgement.missing.is_empty() && judgement.verdict != Verdict::NotEvaluable {
        paragraph(&format!("Surer with {}.", judgement.missing.join(", ")), out)?;
    }
    Ok(())
}

/// Wrapped, and indented below its title.
fn paragraph(text: &str, out: &mut Output<'_>) -> io::Result<()> {
    let options = textwrap::Options::new(out.columns().unwrap_or(MOST_COLUMNS).min(MOST_COLUMNS))
        .initial_indent(INDENT)
        .subsequent_indent(INDENT)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    writeln!(out, "{}", textwrap::fill(text, options))
}

const INDENT: &str = "    ";
