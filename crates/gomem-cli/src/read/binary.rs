//! Programs.

use std::path::Path;

use gomem_binary::Binary;
use gomem_pprof::Profile;

use crate::{failure::Failure, read::source::read};

/// The program in a file.
pub(crate) fn read_binary(path: &Path) -> Result<Binary, Failure> {
    Binary::decode(&read(path)?).map_err(|problem| Failure::input(path, problem))
}

/// The program that a profile is of, when its file is still where it ran: told by the build id.
pub(crate) fn binary_of(profile: &Profile) -> Option<Binary> {
    let program = profile.mappings().next().filter(|mapping| !mapping.build_id().is_empty())?;
    let path = Path::new(program.filename());
    let is_file = path.is_absolute() && std::fs::metadata(path).is_ok_and(|about| about.is_file());
    let bytes = if is_file { std::fs::read(path).ok()? } else { return None };
    let binary = Binary::decode(&bytes).ok()?;
    (binary.build_id() == program.build_id()).then_some(binary)
}
