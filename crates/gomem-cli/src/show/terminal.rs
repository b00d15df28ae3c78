//! What differs on a terminal: colours, and control characters out of the input, which must not steer it.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is dumb; anywhere with `CLICOLOR_FORCE`.
    #[default]
    Auto,
    Always,
    Never,
}

/// How the streams look.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    pub(crate) out_is_terminal: bool,
    pub(crate) colours_on_out: bool,
    pub(crate) colours_on_err: bool,
    /// How wide the terminal of standard output is.
    pub(crate) columns: Option<usize>,
}

impl Look {
    /// Of this process.
    pub(crate) fn from_process() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        Self {
            out_is_terminal: out.is_terminal(),
            colours_on_out: AutoStream::choice(&out) != ColorChoice::Never,
            colours_on_err: AutoStream::choice(&err) != ColorChoice::Never,
            columns: terminal_size::terminal_size_of(&out).map(|(width, _)| usize::from(width.0)),
        }
    }

    pub(crate) fn with(self, colour: Colour) -> Self {
        match colour {
            Colour::Auto => self,
            Colour::Always => Self { colours_on_out: true, colours_on_err: true, ..self },
            Colour::Never => Self { colours_on_out: false, colours_on_err: false, ..self },
        }
    }
}

/// Text in one line, without anything that a terminal obeys.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, char| {
        if char.is_control() {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
        line
    })
}

/// Passes text on, to a terminal with control characters replaced by `\u{fffd}`: names come from files of strangers.
#[derive(Debug)]
pub(crate) struct Tamed<W> {
    to: W,
    is_terminal: bool,
    /// The last byte was the first of a character that may be a control of two bytes (U+0080 to U+009F).
    holds_c2: bool,
}

impl<W: Write> Tamed<W> {
    pub(crate) fn new(to: W, is_terminal: bool) -> Self {
        Self { to, is_terminal, holds_c2: false }
    }

    /// Passes on what is safe, or meant to be obeyed.
    pub(crate) fn bypass(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes)
    }
}

impl<W: Write> Write for Tamed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.to.write(bytes);
        }
        let mut tamed = Vec::with_capacity(bytes.len() + 1);
        for &byte in bytes {
            let after_c2 = std::mem::replace(&mut self.holds_c2, byte == 0xc2);
            match byte {
                0xc2 => {}
                0x80..=0x9f if after_c2 => tamed.extend_from_slice(REPLACEMENT.as_bytes()),
                _ => {
                    if after_c2 {
                        tamed.push(0xc2);
                    }
                    match byte {
                        b'\n' | b'\t' | 0x20..=0x7e | 0x80.. => tamed.push(byte),
                        _ => tamed.extend_from_slice(REPLACEMENT.as_bytes()),
                    }
                }
            }
        }
        self.to.write_all(&tamed)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

const REPLACEMENT: &str = "\u{fffd}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered() {
        let mut shown = Vec::new();
        let mut terminal = Tamed::new(&mut shown, true);
        for piece in ["a\u{1b}[31m\tb\r\n".as_bytes(), "\u{9b}2J é ".as_bytes(), b"\xc2", b"\xa0|\xc2", b"\x9b"] {
            terminal.write_all(piece).unwrap();
        }
        assert_eq!(String::from_utf8(shown).unwrap(), "a\u{fffd}[31m\tb\u{fffd}\n\u{fffd}2J é \u{a0}|\u{fffd}");
        assert_eq!(one_line("no\nsuch\u{1b}[2J"), "no\\nsuch\\u{1b}[2J");
    }
}
