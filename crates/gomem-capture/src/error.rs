//! Why a capture cannot be made.

use std::{io, path::PathBuf};

/// Why a capture cannot be made. No message holds a credential.
///
/// ```
/// use gomem_capture::{Error, Target};
///
/// assert!(matches!(Target::parse("ftp://127.0.0.1").unwrap_err(), Error::Url { .. }));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be used.
    #[error("not the URL of a service: {reason}; expected something like http://127.0.0.1:6060")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// Authorities cannot be trusted.
    #[error("not the certificates of authorities, in PEM: {reason}")]
    Authorities {
        /// What is wrong with them.
        reason: String,
    },
    /// A header cannot be sent.
    #[error("header {name:?}: {reason}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A secret would go over the network for anyone to read.
    #[error(
        "headers or credentials would go unencrypted to {url}: use https or a tunnel, or allow it (--insecure-token)"
    )]
    Unencrypted {
        /// The service.
        url: String,
    },
    /// The folder holds something already.
    #[error("{}: not empty; a capture needs a folder of its own", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("{}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not a single answer could be stored.
    #[error("nothing could be taken from {url}: {reason}")]
    Nothing {
        /// The service.
        url: String,
        /// What the first request failed of.
        reason: String,
    },
    /// There is no such process.
    #[error("there is no process {pid}")]
    NoProcess {
        /// Its number.
        pid: i32,
    },
    /// A process cannot be stopped, or what the system says of it cannot be read.
    #[error("process {pid}: {reason}")]
    Stop {
        /// Its number.
        pid: i32,
        /// What the system says, and what to do.
        reason: String,
    },
    /// A process is not one of Go, or of a version that is not known.
    #[error("process {pid}: {source}")]
    Program {
        /// Its number.
        pid: i32,
        /// Why it cannot be read.
        source: gomem_heap::Error,
    },
}

#[cfg(target_os = "linux")]
impl Error {
    pub(crate) fn process(pid: i32, problem: &procfs::ProcError) -> Self {
        match problem {
            procfs::ProcError::NotFound(_) => Self::NoProcess { pid },
            procfs::ProcError::PermissionDenied(_) => Self::not_permitted(pid),
            other => Self::Stop { pid, reason: other.to_string() },
        }
    }

    /// The file that a process runs cannot be read.
    pub(crate) fn program_file(pid: i32, problem: &io::Error) -> Self {
        match problem.kind() {
            io::ErrorKind::PermissionDenied => Self::not_permitted(pid),
            io::ErrorKind::NotFound => Self::Stop {
                pid,
                reason: "it runs no program's file: it has ended, or is a thread of the kernel".to_owned(),
            },
            _ => Self::Stop { pid, reason: format!("the file that it runs cannot be read: {problem}") },
        }
    }

    fn not_permitted(pid: i32) -> Self {
        let reason = "not permitted to look into it: run as its user, as root, or with CAP_SYS_PTRACE";
        Self::Stop { pid, reason: reason.to_owned() }
    }
}
