//! `gomem completions`: scripts for shells.

use std::io::Write;

use clap::Args;
use clap_complete::Shell;

use crate::{failure::Failure, show::Output};

/// Completions for a shell, on standard output.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem completions bash > ~/.local/share/bash-completion/completions/gomem
  gomem completions zsh > ~/.zfunc/_gomem
  gomem completions fish > ~/.config/fish/completions/gomem.fish
  gomem completions powershell >> $PROFILE")]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Of `gomem`, the whole command.
    pub(crate) fn answer(&self, mut gomem: clap::Command, out: &mut Output<'_>) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut gomem, "gomem", &mut script);
        Ok(out.write_all(&script)?)
    }
}
