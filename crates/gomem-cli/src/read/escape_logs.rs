//! The compiler's logs.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use gomem_escape::{BuildError, EscapeLog, EscapeReader, Limits, files_of};
use gomem_transport::Compression;

use crate::{
    failure::Failure,
    read::{
        kind::Kind,
        source::{STDIN, Source, stdin},
    },
    show::{busy, progress_of_bytes},
};

/// Reads logs of one build as one, with that of the standard library of a Go installation.
pub(crate) fn read_escape_logs(logs: &[Source], std_from: Option<&Path>) -> Result<EscapeLog, Failure> {
    let mut reader = EscapeReader::new(Limits::default());
    for_each_log(logs, |text| reader.read(text))?;
    if let Some(goroot) = std_from {
        let build = || reader.read_std(goroot);
        busy("compiling the standard library".to_owned(), build).map_err(|problem| Failure::input(goroot, problem))?;
    }
    reader.finish().map_err(|problem| {
        let first = logs.first().map_or(Path::new(STDIN), Source::path);
        // What was read from a pipe is gone.
        let head = logs.first().filter(|source| source.path().is_file()).and_then(|source| source.head().ok());
        match head.and_then(|head| Kind::EscapeLog.other(&head)) {
            Some(hint) => Failure::input(first, format!("{problem}; {hint}")),
            None => Failure::input(first, problem),
        }
    })
}

/// One log alone, or the folder of one.
pub(crate) fn read_escape_log(path: &Path) -> Result<EscapeLog, Failure> {
    read_escape_logs(&[Source::Path(path.to_owned())], None)
}

/// What was not compiled has no decisions: a comparison would be of less than the code.
pub(crate) fn check_built(path: &Path, log: &EscapeLog) -> Result<(), Failure> {
    match log.build_errors().first() {
        Some(error) => Err(Failure::input(path, failed_build(error))),
        None => Ok(()),
    }
}

pub(crate) fn failed_build(error: &BuildError) -> String {
    format!("line {}: the build failed: {}", error.log_line, error.text.trim())
}

/// Hands out the text of each log, as a stream; of a folder, those of its files.
pub(crate) fn for_each_log(
    logs: &[Source],
    mut take: impl FnMut(&mut dyn Read) -> Result<(), gomem_escape::Error>,
) -> Result<(), Failure> {
    for log in logs {
        let failed = |problem: io::Error| Failure::io(log.path(), &problem);
        match log {
            Source::Held { bytes, .. } => {
                take(&mut bytes.as_slice()).map_err(|problem| Failure::input(log.path(), problem))?;
            }
            Source::Path(path) if path == Path::new(STDIN) => {
                plain(stdin()?, &mut take).map_err(|problem| Failure::input(path, problem))?;
            }
            Source::Path(path) => {
                files_of(path).map_err(failed)?.files.iter().try_for_each(|path| text(path, &mut take))?;
            }
        }
    }
    Ok(())
}

fn text(path: &Path, take: &mut dyn FnMut(&mut dyn Read) -> Result<(), gomem_escape::Error>) -> Result<(), Failure> {
    let failed = |problem: io::Error| Failure::io(path, &problem);
    let file = File::open(path).map_err(failed)?;
    let bar = progress_of_bytes(file.metadata().map_err(failed)?.len()).with_message(path.display().to_string());
    let taken = plain(BufReader::new(bar.wrap_read(file)), take);
    bar.finish_and_clear();
    taken.map_err(|problem| Failure::input(path, problem))
}

/// A text that may be compressed, as it was before.
fn plain(
    mut text: impl BufRead,
    take: &mut dyn FnMut(&mut dyn Read) -> Result<(), gomem_escape::Error>,
) -> Result<(), gomem_escape::Error> {
    // What cannot be read here cannot be read by `take`, which says so.
    match text.fill_buf().ok().and_then(Compression::from_head) {
        Some(compression) => take(&mut compression.reader(text)),
        None => take(&mut text),
    }
}
