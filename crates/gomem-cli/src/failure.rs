//! How a command can go wrong.

use std::{
    fmt,
    io::{self, ErrorKind},
    path::Path,
};

use gomem_postmortem::BundleError;

/// How a command can go wrong.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The output cannot be written.
    Output(io::Error),
    /// The input cannot be read: one line, with the file.
    Input(String),
    /// What was asked does not make sense.
    Usage(String),
}

impl Failure {
    pub(crate) fn input(path: &Path, problem: impl fmt::Display) -> Self {
        Self::Input(format!("{}: {problem}", path.display()))
    }

    /// What the system says of a file or folder, in words, with what to do.
    pub(crate) fn io(path: &Path, problem: &io::Error) -> Self {
        match problem.kind() {
            ErrorKind::NotFound => Self::input(path, missing(path)),
            ErrorKind::PermissionDenied => {
                Self::input(path, "permission denied: run as a user who may read and write it")
            }
            ErrorKind::IsADirectory => Self::input(
                path,
                "a folder, where files are expected: name them; `gomem postmortem` reads a whole folder",
            ),
            ErrorKind::NotADirectory => Self::input(path, "a part of this path is a file, not a folder"),
            ErrorKind::StorageFull => Self::input(path, "no space left on the device"),
            _ => Self::input(path, without_number(problem)),
        }
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Output(_) | Self::Input(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(problem) => write!(f, "cannot write the output: {}", without_number(problem)),
            Self::Input(problem) | Self::Usage(problem) => f.write_str(problem),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(problem: io::Error) -> Self {
        Self::Output(problem)
    }
}

impl From<BundleError> for Failure {
    fn from(problem: BundleError) -> Self {
        match &problem {
            BundleError::Io { path, source } => Self::io(path, source),
            _ => Self::Input(problem.to_string()),
        }
    }
}

impl From<gomem_pprof::UsageError> for Failure {
    fn from(problem: gomem_pprof::UsageError) -> Self {
        Self::Usage(problem.to_string())
    }
}

impl From<gomem_capture::Error> for Failure {
    fn from(problem: gomem_capture::Error) -> Self {
        use gomem_capture::Error;
        match &problem {
            Error::Url { .. } | Error::Header { .. } | Error::NotEmpty { .. } | Error::Unencrypted { .. } => {
                Self::Usage(problem.to_string())
            }
            Error::Io { path, source } => Self::io(path, source),
            Error::Nothing { reason, .. } if reason.starts_with("401") => {
                Self::Input(format!("{problem}; --bearer-token-env, --bearer-token-file or --header says who asks"))
            }
            _ => Self::Input(problem.to_string()),
        }
    }
}

/// Which part of a path is missing, and which name beside it looks like the one that was meant.
fn missing(path: &Path) -> String {
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(parent) else {
        return format!("no such file: there is no folder {}", parent.display());
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let likeness = |entry: std::fs::DirEntry| {
        let other = entry.file_name().to_string_lossy().into_owned();
        (strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase()), other)
    };
    let nearest = entries.take(MOST_COMPARED).flatten().map(likeness).max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, other)) if likeness >= ALIKE => {
            format!("no such file or folder; did you mean {}?", path.with_file_name(other).display())
        }
        _ => "no such file or folder".to_owned(),
    }
}

/// Without the number, which tells people nothing.
fn without_number(problem: &io::Error) -> String {
    let text = problem.to_string();
    text.split(" (os error ").next().unwrap_or(&text).to_owned()
}

/// Names in a folder that a missing one is compared with.
const MOST_COMPARED: usize = 10_000;
/// `heap.pb.gz` is that near to `heap1.pb.gz` (0.98), and not to `escape.log` (0.46).
const ALIKE: f64 = 0.85;
