//! `gomem mcp`: an agent asks.

use std::{ffi::OsString, io, io::Write, path::PathBuf};

use clap::Args;
use gomem_mcp::{FolderError, Host, Options};

use crate::{failure::Failure, read::kind_of_file, show::Output};

/// Let an agent ask: a server of the Model Context Protocol over standard input and output.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem mcp --root incidents/
  gomem mcp --root incidents/ --root src/ --write reports/

A client starts it; docs/how-to/agent.md shows how to set up the common ones. It reads files below
the folders, answers with numbers, names and advice, and never with the contents of a dump. It opens
no connection, and runs no program.")]
pub(crate) struct Mcp {
    /// A folder that may be read; may be repeated. Without it, the current folder.
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: Vec<PathBuf>,
    /// A folder that reports may be written into. Without it, nothing is written.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

impl Mcp {
    pub(crate) fn answer(
        &self,
        run: fn(Vec<OsString>, &mut dyn Write, &mut dyn Write) -> u8,
        out: &mut Output<'_>,
    ) -> Result<(), Failure> {
        let failed = |problem: FolderError| Failure::Usage(problem.to_string());
        let options = Options::new(&self.root).and_then(|options| options.with_write(self.write.as_deref()));
        let host = Host { run, kind: kind_of_file };
        Ok(gomem_mcp::serve(options.map_err(failed)?, host, io::stdin(), out)?)
    }
}
