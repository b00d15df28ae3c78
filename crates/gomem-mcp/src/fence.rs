//! The folders that a server reads in, and the one that it writes into.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::refusal::Refusal;

/// The folders that a server reads in, and the one that it writes into: real paths, without links.
#[derive(Debug, Clone)]
pub(crate) struct Fence {
    roots: Vec<PathBuf>,
    write: Option<PathBuf>,
}

/// A folder that is to be read in, or written into, is none.
///
/// ```
/// use gomem_mcp::Options;
///
/// assert!(Options::new(&["no/such/folder"]).is_err());
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", .path.display(), .problem)]
pub struct FolderError {
    path: PathBuf,
    #[source]
    problem: io::Error,
}

impl Fence {
    pub(crate) fn new<P: AsRef<Path>>(roots: &[P]) -> Result<Self, FolderError> {
        let roots: Result<Vec<_>, _> = roots.iter().map(|root| folder(root.as_ref())).collect();
        Ok(Self { roots: roots?, write: None })
    }

    pub(crate) fn with_write(self, write: Option<&Path>) -> Result<Self, FolderError> {
        Ok(Self { write: write.map(folder).transpose()?, ..self })
    }

    pub(crate) fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    pub(crate) fn may_write(&self) -> bool {
        self.write.is_some()
    }

    /// The file or folder that a client means. One that is not there is told as one that is outside.
    pub(crate) fn find(&self, path: &str) -> Result<PathBuf, Refusal> {
        if path.contains("://") {
            return Err(Refusal::path(path, "a URL, and nothing is fetched: `gomem capture` takes it into a folder"));
        }
        let real =
            self.roots.iter().find_map(|root| fs::canonicalize(root.join(path)).ok().filter(|real| self.has(real)));
        let real = real.ok_or_else(|| {
            let roots: Vec<_> = self.roots.iter().map(|root| root.display().to_string()).collect();
            let problem = format!(
                "not there, or not below {}: the tool `files` lists what is; `gomem mcp --root DIR` names folders, and \
                 links that lead out of them are not followed",
                roots.join(", ")
            );
            Refusal::path(path, problem)
        })?;
        // A pipe would be waited for, and a device has no end.
        match fs::metadata(&real) {
            Ok(about) if about.is_file() || about.is_dir() => Ok(real),
            _ => Err(Refusal::path(path, "neither a file nor a folder: a pipe or a device is not read")),
        }
    }

    /// A new file in the folder that may be written into.
    pub(crate) fn new_file(&self, name: &str) -> Result<PathBuf, Refusal> {
        let Some(write) = &self.write else {
            return Err(Refusal::argument("name", "nothing may be written: `gomem mcp --write DIR` names a folder"));
        };
        let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_');
        if name.is_empty() || name.len() > LONGEST_NAME || name.starts_with('.') || !name.chars().all(is_plain) {
            let problem = "a file's name of letters, digits, `.`, `-` and `_`, without a folder";
            return Err(Refusal::argument("name", problem));
        }
        let path = write.join(name);
        match fs::symlink_metadata(&path) {
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => Ok(path),
            _ => Err(Refusal::path(name, "there is such a file already: choose another name")),
        }
    }

    /// How a client names a real path: from the folder that was named.
    pub(crate) fn shown(&self, path: &Path) -> String {
        let below = self.roots.iter().find_map(|root| path.strip_prefix(root).ok().filter(|_| self.roots.len() == 1));
        match below {
            Some(below) if below.as_os_str().is_empty() => ".".to_owned(),
            Some(below) => below.display().to_string(),
            None => path.display().to_string(),
        }
    }

    fn has(&self, real: &Path) -> bool {
        self.roots.iter().any(|root| real.starts_with(root))
    }
}

fn folder(path: &Path) -> Result<PathBuf, FolderError> {
    let failed = |problem| FolderError { path: path.to_owned(), problem };
    let real = fs::canonicalize(path).map_err(failed)?;
    if real.is_dir() { Ok(real) } else { Err(failed(io::ErrorKind::NotADirectory.into())) }
}

const LONGEST_NAME: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lie_within() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(inside.path().join("heap.pb.gz"), "x").unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let fence = Fence::new(&[inside.path()]).unwrap();
        let found = fence.find("heap.pb.gz").unwrap();
        assert_eq!(fence.find(found.to_str().unwrap()), Ok(found.clone()));
        assert_eq!(fence.shown(&found), "heap.pb.gz");
        assert_eq!(fence.shown(&fence.find(".").unwrap()), ".");
        let secret = outside.path().join("secret").display().to_string();
        let up = format!("../{}/secret", outside.path().file_name().unwrap().to_str().unwrap());
        for path in [secret.as_str(), &up, "/etc/passwd", "nowhere", "http://a/b", "file:///etc/passwd", "a\0b"] {
            let refused = fence.find(path);
            assert!(refused.is_err(), "{path}: {refused:?}");
        }
        assert_eq!(
            fence.find(&secret).unwrap_err().to_string().replace(&secret, "X"),
            fence.find("/no/such").unwrap_err().to_string().replace("/no/such", "X"),
            "nobody learns what there is outside"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out_and_reports_do_not_go_through_them() {
        use std::os::unix::fs::symlink;

        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("secret"), "x").unwrap();
        symlink(outside.path(), inside.path().join("way")).unwrap();
        symlink(outside.path().join("secret"), inside.path().join("out.html")).unwrap();
        let fence = Fence::new(&[inside.path()]).unwrap();
        assert!(fence.find("way/secret").is_err() && fence.find("way").is_err());
        assert!(fence.new_file("report.html").is_err(), "read-only unless it is said");
        let fence = fence.with_write(Some(inside.path())).unwrap();
        assert!(fence.new_file("report.html").is_ok());
        for name in ["out.html", "../x.html", "a/b.html", ".hidden", "", "x\u{202e}.html"] {
            assert!(fence.new_file(name).is_err(), "{name}");
        }
    }
}
