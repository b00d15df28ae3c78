//! The profiles that a command is given.

use std::path::{Path, PathBuf};

use clap::Args;
use gomem_pprof::Profile;

use crate::{
    failure::Failure,
    read::{selection::Selection, source::Source},
};

/// Profiles, and what of them.
#[derive(Debug, Args)]
pub(crate) struct Profiles {
    /// The profile, in any form: a file, an address (`http://127.0.0.1:6060/debug/pprof/heap`), or `-` for standard input. Several
    /// are summed.
    #[arg(required = true)]
    profiles: Vec<PathBuf>,
    #[command(flatten)]
    selection: Selection,
}

impl Profiles {
    /// The sum of the profiles, filtered.
    pub(crate) fn read(&self) -> Result<Profile, Failure> {
        self.selection.profile(&Source::all(&self.profiles))
    }

    /// Another profile, filtered in the same way.
    pub(crate) fn read_other(&self, path: &Path) -> Result<Profile, Failure> {
        self.selection.profile(&[Source::Path(path.to_owned())])
    }

    /// What to call it in a title.
    pub(crate) fn title(&self) -> String {
        title(&self.profiles)
    }
}

/// What to call the picture of some profiles: as the first file.
pub(crate) fn title(profiles: &[PathBuf]) -> String {
    let first = profiles.first().and_then(|path| path.file_name());
    first.map_or_else(|| "profile".to_owned(), |name| name.to_string_lossy().into_owned())
}
