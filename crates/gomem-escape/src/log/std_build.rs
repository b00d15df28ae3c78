//! The standard library, compiled for its log.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{
    error::{Error, ErrorKind},
    log::reader::EscapeReader,
};

impl EscapeReader {
    /// Reads what the compiler of a Go installation says of the standard library: runs
    /// `GOROOT/bin/go build -trimpath -gcflags=all=-m=2 std` with a build cache of its own, which takes some minutes.
    ///
    /// # Errors
    /// When it cannot be run, or fails; and as for [`read`](Self::read).
    pub fn read_std(&mut self, goroot: &Path) -> Result<(), Error> {
        let cache = Cache::new().map_err(|problem| failed(&problem))?;
        let program = goroot.join("bin").join(if cfg!(windows) { "go.exe" } else { "go" });
        let mut build = Command::new(&program)
            .args(["build", "-trimpath", "-gcflags=all=-m=2", "std"])
            .current_dir(&cache.folder)
            .env("GOCACHE", &cache.folder)
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "")
            // A C compiler need not be there.
            .env("CGO_ENABLED", "0")
            .env_remove("GOROOT")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|problem| failed(&format!("{}: {problem}", program.display())))?;
        let read = build.stderr.take().map_or(Ok(()), |log| self.read(log.take(u64::MAX)));
        if read.is_err() {
            // What fails to start or to end is told by the first problem.
            let _ = build.kill();
        }
        let status = build.wait().map_err(|problem| failed(&problem))?;
        read?;
        if !status.success() {
            return Err(failed(&format!("{} build std: {status}", program.display())));
        }
        Ok(())
    }
}

/// A build cache that is gone when the build is done: the ordinary one would keep a gigabyte.
struct Cache {
    folder: PathBuf,
}

impl Cache {
    fn new() -> std::io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("gomem-std-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder)?;
        Ok(Self { folder })
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // What is left of it the system's own cleaning takes.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn failed(problem: &impl ToString) -> Error {
    Error::new(ErrorKind::Read { problem: problem.to_string() }, None)
}
