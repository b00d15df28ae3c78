//! How likely a file of a tree is the one that a profile names.

use gomem_symbol::SourcePath;

/// What speaks for a file, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Likeness {
    /// The names of so many folders above it, and its own: what was seen of the file must confirm it.
    Name(usize),
    /// One path is the end of the other, with so many elements.
    End(usize),
    /// One of its names is the very path.
    Path,
}

impl Likeness {
    /// How a file with these names is like a path; `None` where it is another one for sure. `relative` is its path within a
    /// folder of any kind: a folder `fmt` in it need not be that of the standard library.
    pub(crate) fn new(path: &str, names: &[String], relative: &str) -> Option<Self> {
        let path = import_path(path);
        let named = names.iter().filter_map(|name| Self::of_one(&path, &import_path(name)));
        let relative = Self::of_one(&path, &import_path(relative)).map(|likeness| match likeness {
            Self::Path if path.is_std() => Self::Name(shared_parts(path.as_str(), relative)),
            likeness => likeness,
        });
        named.chain(relative).max()
    }

    fn of_one(path: &SourcePath, name: &SourcePath) -> Option<Self> {
        if path.file_name() != name.file_name() || path.file_name().is_empty() {
            return None;
        }
        if path == name {
            // A file's name alone is no path.
            return Some(if path.folder().is_empty() { Self::Name(1) } else { Self::Path });
        }
        if let (Some(one), Some(other)) = (version(path.as_str()), version(name.as_str()))
            && one != other
        {
            return None;
        }
        let shared = shared_parts(path.as_str(), name.as_str());
        match path.shared_parts(name) {
            // `fmt/print.go` of the standard library ends many paths.
            Some(parts) if parts > 1 && !path.is_std() && !name.is_std() => Some(Self::End(parts)),
            _ => Some(Self::Name(shared)),
        }
    }
}

/// A path as an import path has it: capital letters as they are, nothing of the folder that a module was vendored in.
fn import_path(path: &str) -> SourcePath {
    let path = path.strip_prefix("command-line-arguments/").unwrap_or(path);
    let clean = SourcePath::decode(&unescaped(path));
    match clean.as_str().rsplit_once("/vendor/") {
        Some((_, rest)) => SourcePath::decode(rest),
        // The standard library's own vendored packages have no folder before it.
        None => clean,
    }
}

/// `github.com/!burnt!sushi` → `github.com/BurntSushi`: how a module cache writes capital letters.
fn unescaped(path: &str) -> String {
    let mut letters = path.chars();
    let mut unescaped = String::with_capacity(path.len());
    while let Some(letter) = letters.next() {
        match letter {
            '!' => unescaped.extend(letters.next().map(|next| next.to_ascii_uppercase())),
            _ => unescaped.push(letter),
        }
    }
    unescaped
}

/// `v3.0.1` of `gopkg.in/yaml.v3@v3.0.1/yaml.go`.
fn version(path: &str) -> Option<&str> {
    path.split('/').find_map(|part| part.split_once('@')).map(|(_, version)| version)
}

/// How many elements two paths share, from the file's name on.
fn shared_parts(one: &str, other: &str) -> usize {
    one.rsplit('/').zip(other.rsplit('/')).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_one_file_are_alike() {
        for (path, name, likeness) in [
            ("/usr/local/go/src/fmt/print.go", "fmt/print.go", Some(Likeness::Path)),
            ("fmt/print.go", "internal/fmt/print.go", Some(Likeness::Name(2))),
            (
                "github.com/BurntSushi/toml@v1.4.0/decode.go",
                "github.com/!burnt!sushi/toml@v1.4.0/decode.go",
                Some(Likeness::Path),
            ),
            ("github.com/BurntSushi/toml@v1.4.0/decode.go", "github.com/!burnt!sushi/toml@v1.5.0/decode.go", None),
            ("gopkg.in/yaml.v3@v3.0.1/yaml.go", "vendor/gopkg.in/yaml.v3/yaml.go", Some(Likeness::End(3))),
            ("/b/app/vendor/gopkg.in/yaml.v3/yaml.go", "gopkg.in/yaml.v3@v3.0.1/yaml.go", Some(Likeness::End(3))),
            ("/build/app/store/map.go", "store/map.go", Some(Likeness::End(2))),
            ("/build/app/main.go", "main.go", Some(Likeness::Name(1))),
            ("command-line-arguments/main.go", "main.go", Some(Likeness::Name(1))),
            ("/build/app/store/map.go", "cache/map.go", Some(Likeness::Name(1))),
            ("/build/app/store/map.go", "store/set.go", None),
        ] {
            assert_eq!(Likeness::new(path, &[name.to_owned()], ""), likeness, "{path} {name}");
        }
        assert!(Likeness::Path > Likeness::End(9) && Likeness::End(2) > Likeness::Name(5));
    }
}
