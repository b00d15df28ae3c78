//! Files, addresses, and standard input under the name `-`.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, IsTerminal, Read, StdinLock},
    path::{Path, PathBuf},
};

use gomem_capture::Target;
use gomem_postmortem::{Allowance, unpacked};
use gomem_transport::Compression;

use crate::{failure::Failure, show::busy};

/// Where an input comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A file, a folder or an address; `-` is standard input.
    Path(PathBuf),
    /// What comes but once, from a pipe or a service, and was looked at already.
    Held { path: PathBuf, bytes: Vec<u8> },
}

impl Source {
    pub(crate) fn all(paths: &[PathBuf]) -> Vec<Self> {
        paths.iter().cloned().map(Self::Path).collect()
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Path(path) | Self::Held { path, .. } => path,
        }
    }

    /// A source that can be looked at before it is read.
    pub(crate) fn held(path: &Path) -> Result<Self, Failure> {
        let is_pipe = || std::fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir());
        let path = path.to_owned();
        if path == Path::new(STDIN) || url(&path).is_some() || is_pipe() {
            return Ok(Self::Held { bytes: read(&path)?, path });
        }
        Ok(Self::Path(path))
    }

    /// Its beginning.
    pub(crate) fn head(&self) -> Result<Cow<'_, [u8]>, Failure> {
        let Self::Path(path) = self else { return self.bytes() };
        let failed = |problem: io::Error| Failure::io(path, &problem);
        let mut head = Vec::new();
        File::open(path).map_err(failed)?.take(HEAD).read_to_end(&mut head).map_err(failed)?;
        // What it holds is what counts.
        if Compression::from_head(&head).is_some() { self.bytes() } else { Ok(head.into()) }
    }

    /// All of it.
    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>, Failure> {
        match self {
            Self::Path(path) => read(path).map(Cow::Owned),
            Self::Held { bytes, .. } => Ok(Cow::Borrowed(bytes)),
        }
    }
}

/// A file's bytes, up to what is read of its kind, without what was put around them on their way.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |problem: io::Error| Failure::io(path, &problem);
    if let Some(url) = url(path) {
        return fetched(url).map(unpacked);
    }
    if path != Path::new(STDIN) {
        let file = File::open(path).map_err(failed)?;
        return Allowance::read(file, u64::MAX).map(unpacked).map_err(failed);
    }
    Allowance::read(stdin()?, u64::MAX).map(unpacked).map_err(failed)
}

/// What a service answers, within the limit for what is held at once.
fn fetched(url: &str) -> Result<Vec<u8>, Failure> {
    let target = Target::parse(url).map_err(|problem| Failure::Input(problem.to_string()))?;
    busy(format!("reading {}", target.shown()), || target.fetch(MOST_FETCHED))
        .map_err(|problem| Failure::Input(problem.to_string()))
}

/// A path that is an address: `http://127.0.0.1:6060/debug/pprof/heap`.
fn url(path: &Path) -> Option<&str> {
    path.to_str().filter(|path| path.starts_with("http://") || path.starts_with("https://"))
}

/// Standard input, unless somebody would have to type it.
pub(crate) fn stdin() -> Result<StdinLock<'static>, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let problem = "-: standard input is a terminal; pipe something into it, or name a file";
        return Err(Failure::Usage(problem.to_owned()));
    }
    Ok(stdin.lock())
}

/// The name of standard input.
pub(crate) const STDIN: &str = "-";
/// As much as is read of one profile.
const MOST_FETCHED: u64 = 512 << 20;
const HEAD: u64 = 4 << 20;
