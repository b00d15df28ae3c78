//! `gomem man`: manual pages.

use std::{io, path::PathBuf};

use clap::Args;

use crate::failure::Failure;

/// Manual pages of all commands, into a folder.
#[derive(Debug, Args)]
#[command(after_help = "Example: gomem man ~/.local/share/man/man1 && man gomem-top")]
pub(crate) struct Man {
    /// The folder; it is made if there is none.
    directory: PathBuf,
}

impl Man {
    /// Of `gomem`, the whole command.
    pub(crate) fn answer(&self, gomem: clap::Command) -> Result<(), Failure> {
        let failed = |problem: io::Error| Failure::io(&self.directory, &problem);
        std::fs::create_dir_all(&self.directory).map_err(failed)?;
        clap_mangen::generate_to(gomem, &self.directory).map_err(failed)
    }
}
