//! The folder in which the command runs: forges name files from there on, as they stand in the repository.

use std::{
    fs::File,
    io::Read,
    path::{MAIN_SEPARATOR, Path},
};

use gomem_source::module_path;

/// What paths of files in the folder begin with.
#[derive(Debug, Default)]
pub(super) struct Checkout {
    beginnings: Vec<String>,
}

impl Checkout {
    /// The folder in which the command runs, and what its module makes of it in a build with `-trimpath`.
    pub(super) fn here() -> Self {
        let Ok(folder) = std::env::current_dir() else { return Self::default() };
        let whole = folder.to_string_lossy().replace(MAIN_SEPARATOR, "/");
        let beginnings = [Some(whole), module(&folder.join("go.mod"))];
        let beginning = |path: String| format!("{}/", path.trim_end_matches('/'));
        Self { beginnings: beginnings.into_iter().flatten().map(beginning).collect() }
    }

    /// A path from the folder on; another file's stays as it is.
    pub(super) fn place(&self, path: &mut String) {
        let beginnings = self.beginnings.iter().map(String::as_str).chain(["./"]);
        if let Some(rest) = beginnings.filter_map(|beginning| path.strip_prefix(beginning)).next() {
            *path = rest.to_owned();
        }
    }
}

/// The path of the module in a `go.mod`.
fn module(go_mod: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(go_mod).ok()?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    module_path(&text)
}

const MOST_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_folder_are_named_from_there_on() {
        let checkout = Checkout { beginnings: vec!["/home/me/app/".into(), "example.com/app/".into()] };
        for (path, expected) in [
            ("/home/me/app/store/a.go", "store/a.go"),
            ("example.com/app/store/a.go", "store/a.go"),
            ("./store/a.go", "store/a.go"),
            ("/home/me/application/a.go", "/home/me/application/a.go"),
            ("/usr/lib/go/src/fmt/print.go", "/usr/lib/go/src/fmt/print.go"),
        ] {
            let mut path = path.to_owned();
            checkout.place(&mut path);
            assert_eq!(path, expected);
        }
    }
}
