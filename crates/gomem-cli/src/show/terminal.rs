//! What differs on a terminal: colours, and control characters out of the input, which must not steer it.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use gomem_symbol::{Outlet, name_for};

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
    name_for(Outlet::Line, text).into_owned()
}

/// Passes text on, to a terminal with what steers it or turns text replaced by `\u{fffd}`: names come from files of strangers.
#[derive(Debug)]
pub(crate) struct Tamed<W> {
    to: W,
    is_terminal: bool,
    /// The first bytes of a character that may be a control of two bytes (U+0080 to U+009F) or turn text.
    held: Vec<u8>,
}

impl<W: Write> Tamed<W> {
    pub(crate) fn new(to: W, is_terminal: bool) -> Self {
        Self { to, is_terminal, held: Vec::new() }
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
            if byte.is_ascii() || byte >= 0xc0 {
                // Another character begins.
                tamed.append(&mut self.held);
            }
            self.held.push(byte);
            match self.held.as_slice() {
                [0xc2 | 0xd8 | 0xe2] | [0xe2, 0x80 | 0x81] => continue,
                [b'\n' | b'\t' | 0x20..=0x7e] => tamed.push(byte),
                [0xc2, 0x80..=0x9f]
                | [0xd8, 0x9c]
                | [0xe2, 0x80, 0x8e | 0x8f | 0xaa..=0xae]
                | [0xe2, 0x81, 0xa6..=0xa9]
                | [0..=0x7f] => tamed.extend_from_slice(REPLACEMENT.as_bytes()),
                other => tamed.extend_from_slice(other),
            }
            self.held.clear();
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
        let mut shown = Vec::new();
        let mut terminal = Tamed::new(&mut shown, true);
        let turned = "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{2014}\u{2070}\u{640}漢".as_bytes();
        turned.chunks(1).for_each(|piece| terminal.write_all(piece).unwrap());
        let expected = "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{2014}\u{2070}\u{640}漢";
        assert_eq!(String::from_utf8(shown).unwrap(), expected);
        assert_eq!(one_line("no\nsuch\u{1b}[2J"), "no\\nsuch\\u{1b}[2J");
    }
}
