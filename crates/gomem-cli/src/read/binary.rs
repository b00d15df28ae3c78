//! Programs.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use clap::Args;
use gomem_binary::Binary;
use gomem_postmortem::Allowance;
use gomem_pprof::Profile;

use crate::{failure::Failure, read::source::read};

/// The program in a file.
pub(crate) fn read_binary(path: &Path) -> Result<Binary, Failure> {
    Binary::decode(&read(path)?).map_err(|problem| Failure::input(path, problem))
}

/// How far a command reaches.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// Read what is named here and nothing else: not the program that a profile names, even where it is still there.
    #[arg(long)]
    named_only: bool,
}

impl Reach {
    /// The program that a profile names, when its file is still there.
    pub(crate) fn binary_of(&self, profile: &Profile) -> Option<Binary> {
        if self.named_only { None } else { binary_of(profile) }
    }
}

/// The program that a profile is of, when its file is still where it ran: told by the build id. Whoever made the profile chose
/// the path, so that only what begins as a program is read on.
fn binary_of(profile: &Profile) -> Option<Binary> {
    let program = profile.mappings().next().filter(|mapping| !mapping.build_id().is_empty())?;
    let path = Path::new(program.filename());
    // Files of /proc say that they have no bytes, and some of them wait for ever.
    let is_file = std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() > 0);
    if !path.is_absolute() || !is_file || !Binary::is_program(&beginning(path).ok()?) {
        return None;
    }
    let binary = Binary::decode(&Allowance::read(File::open(path).ok()?, u64::MAX).ok()?).ok()?;
    (binary.build_id() == program.build_id()).then_some(binary)
}

fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(MAGIC_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

const MAGIC_BYTES: u64 = 16;
