//! Profiles.

use std::path::Path;

use gomem_postmortem::stranger;
use gomem_pprof::{DecodeOptions, Profile, SampleType};

use crate::{
    failure::Failure,
    read::{kind::Kind, source::Source},
};

/// The profile in a file.
pub(crate) fn read_profile(path: &Path) -> Result<Profile, Failure> {
    read_profile_with(&Source::Path(path.to_owned()), DecodeOptions::default())
}

/// One profile.
pub(crate) fn read_profile_with(source: &Source, options: DecodeOptions) -> Result<Profile, Failure> {
    let bytes = source.bytes()?;
    Profile::decode_with(&bytes, &options).map_err(|problem| {
        if problem.is_limit() {
            return Failure::input(source.path(), problem);
        }
        let kind = Kind::Profile;
        let text = match (kind.other(&bytes), stranger(&bytes)) {
            (None, Some(what)) => format!("not a profile: {what}; {}", kind.recipe()),
            _ => format!("{problem}; {}", kind.hint(&bytes)),
        };
        Failure::input(source.path(), text)
    })
}

/// Which sample type is meant; without a name, the one that the profile itself proposes.
pub(crate) fn sample_type_index(profile: &Profile, name: Option<&str>) -> Result<usize, Failure> {
    let Some(name) = name else { return Ok(profile.default_sample_type()) };
    profile.sample_type_index(name).ok_or_else(|| {
        let names: Vec<_> = profile.sample_types().iter().map(SampleType::name).collect();
        Failure::Usage(format!("no sample type `{name}`; there are {}", names.join(", ")))
    })
}
