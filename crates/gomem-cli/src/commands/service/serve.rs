//! `gomem serve`: a bundle in a browser.

use std::{io::Write, path::PathBuf};

use clap::Args;
use gomem_serve::{Served, listen, serve};

use crate::{
    commands::service::interrupt::interrupted,
    failure::Failure,
    read::{Reach, read_bundle_with, read_source_tree},
    show::{Output, busy},
};

/// Look around in a bundle with a browser: the report, the top, the flame graph, sources; filters recompute.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gomem serve incident/
  gomem serve incident/ --source . --port 8080
  gomem serve heap.pb.gz

It stands in for `go tool pprof -http`. It listens on 127.0.0.1 only, answers nobody who calls it by
another name, and writes nothing. Others who are logged in on this machine can read what it serves.
Ctrl-C ends it.")]
pub(crate) struct Serve {
    /// The bundle: a folder, an archive, or one file.
    bundle: PathBuf,
    /// A folder with sources: a checkout, a module cache, a Go installation; may be repeated. Those in the bundle's folder
    /// `src` are used too.
    #[arg(long, value_name = "DIR")]
    source: Vec<PathBuf>,
    /// The port to listen on; without it, or as 0, any that is free.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    #[command(flatten)]
    reach: Reach,
}

impl Serve {
    pub(crate) fn answer(&self, out: &mut Output<'_>, err: &mut dyn Write) -> Result<(), Failure> {
        let interrupted = interrupted();
        // A port that is taken is told before a large bundle is read.
        let taken = |problem| Failure::Usage(format!("--port {}: {problem}", self.port));
        let listener = listen(self.port).map_err(taken)?;
        let bundle = read_bundle_with(&self.bundle, &self.reach)?.with_sources(read_source_tree(&self.source, err)?);
        let served = busy("joining".to_owned(), || Served::new(bundle)).with_origin(self.bundle.clone());
        writeln!(out, "http://{}/", listener.local_addr()?)?;
        out.flush()?;
        Ok(serve(served, listener, interrupted)?)
    }
}
