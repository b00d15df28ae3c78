//! Standard output as commands write to it: a file, a pipe, or a terminal with a width and perhaps colours.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::{
    failure::Failure,
    show::terminal::{Look, Tamed},
};

/// Standard output. What is written as text cannot steer a terminal; what is painted is tamed first.
pub(crate) struct Output<'a> {
    to: Tamed<&'a mut dyn Write>,
    look: Look,
}

impl<'a> Output<'a> {
    pub(crate) fn new(to: &'a mut dyn Write, look: Look) -> Self {
        Self { to: Tamed::new(to, look.out_is_terminal), look }
    }

    /// As a file has it.
    pub(crate) fn plain(to: &'a mut dyn Write) -> Self {
        Self::new(to, Look::default())
    }

    pub(crate) fn has_colours(&self) -> bool {
        self.look.colours_on_out
    }

    /// How wide the terminal is; nothing else has a width.
    pub(crate) fn columns(&self) -> Option<usize> {
        self.look.columns
    }

    /// Text in a style, where there are styles.
    pub(crate) fn paint(&mut self, style: Style, text: &str) -> io::Result<()> {
        if !self.has_colours() {
            return self.write_all(text.as_bytes());
        }
        self.write_styled(&style.render().to_string())?;
        self.write_all(text.as_bytes())?;
        self.write_styled(&style.render_reset().to_string())
    }

    /// Text that has styles in it, and nothing else that a terminal obeys.
    pub(crate) fn write_styled(&mut self, text: &str) -> io::Result<()> {
        self.to.bypass(text.as_bytes())
    }

    /// What is no text, and no use on a terminal.
    pub(crate) fn write_binary(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.look.out_is_terminal {
            let problem = "this form is binary: write it to a file with `-o FILE` or `> FILE`, or into a pipe";
            return Err(Failure::Usage(problem.to_owned()));
        }
        Ok(self.to.bypass(bytes)?)
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// How a word looks that says how bad something is, or which way it went.
pub(crate) fn style_of(word: &str) -> Style {
    match word {
        "critical" => AnsiColor::Red.on_default().bold(),
        "warning" => AnsiColor::Yellow.on_default().bold(),
        "info" => AnsiColor::Cyan.on_default(),
        "new" => AnsiColor::Red.on_default(),
        "gone" => AnsiColor::Green.on_default(),
        _ => Style::new(),
    }
}

pub(crate) const HEADING: Style = Style::new().bold();
