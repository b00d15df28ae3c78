//! What differs on a terminal: colours, and control characters out of the input, which must not steer it.

use std::io::{self, IsTerminal, Write};

/// How the streams look.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look {
    pub(crate) out_is_terminal: bool,
    pub(crate) colours_on_out: bool,
    pub(crate) colours_on_err: bool,
}

impl Look {
    /// Of this process. `NO_COLOR` (<https://no-color.org>) and `TERM=dumb` turn colours off.
    pub(crate) fn of_process() -> Self {
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Self { out_is_terminal: out, colours_on_out: out && !is_plain, colours_on_err: err && !is_plain }
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

/// Passes text on to a terminal, with control characters replaced by `\u{fffd}`: names come from files of strangers.
pub(crate) struct Tamed<W> {
    terminal: W,
    /// The last byte was the first of a character that may be a control of two bytes (U+0080 to U+009F).
    holds_c2: bool,
}

impl<W: Write> Tamed<W> {
    pub(crate) fn new(terminal: W) -> Self {
        Self { terminal, holds_c2: false }
    }
}

impl<W: Write> Write for Tamed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
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
        self.terminal.write_all(&tamed)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.terminal.flush()
    }
}

const REPLACEMENT: &str = "\u{fffd}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered() {
        let mut shown = Vec::new();
        let mut terminal = Tamed::new(&mut shown);
        for piece in ["a\u{1b}[31m\tb\r\n".as_bytes(), "\u{9b}2J é ".as_bytes(), b"\xc2", b"\xa0|\xc2", b"\x9b"] {
            terminal.write_all(piece).unwrap();
        }
        assert_eq!(String::from_utf8(shown).unwrap(), "a\u{fffd}[31m\tb\u{fffd}\n\u{fffd}2J é \u{a0}|\u{fffd}");
        assert_eq!(one_line("no\nsuch\u{1b}[2J"), "no\\nsuch\\u{1b}[2J");
    }
}
