//! A profile in the form that a file's name tells.

use std::{ffi::OsStr, path::Path};

use gomem_pprof::{FlameHtml, Profile};

use crate::{arguments::Format, failure::Failure, render::render};

pub(crate) fn converted(profile: &Profile, index: usize, name: &str, output: &Path) -> Result<Vec<u8>, Failure> {
    let file_name = output.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let table = |format| {
        let mut bytes = Vec::new();
        render(&profile.samples_table()?, format, &mut bytes)?;
        Ok(bytes)
    };
    Ok(match file_name {
        name if name.ends_with(".pb.gz") || name.ends_with(".pprof") => profile.encode(),
        name if name.ends_with(".pb") => profile.encode_raw(),
        file if file.ends_with(".speedscope.json") => profile.to_speedscope(name).into_bytes(),
        name if name.ends_with(".json") || name.ends_with(".jsonl") => return table(Format::Json),
        name if name.ends_with(".csv") => return table(Format::Csv),
        name if name.ends_with(".folded") => profile.flame(index).to_folded().into_bytes(),
        name if name.ends_with(".callgrind") || name.starts_with("callgrind.") => {
            profile.to_callgrind(index).into_bytes()
        }
        file if file.ends_with(".html") => whole_flame(name, profile, index).document().into_bytes(),
        _ => {
            return Err(Failure::Usage(format!(
                "{}: the name does not tell the form; it ends with .pb.gz, .csv, .json, .folded, .speedscope.json, \
                 .callgrind or .html",
                output.display()
            )));
        }
    })
}

/// All sample types, so that the picture can switch; `first` is shown first.
pub(crate) fn whole_flame(title: &str, profile: &Profile, first: usize) -> FlameHtml {
    let mut shown: Vec<usize> = (0..profile.sample_types().len()).collect();
    shown.sort_by_key(|&index| index != first);
    FlameHtml::of(title, profile, &shown)
}
