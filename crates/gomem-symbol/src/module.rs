//! The Go module that a package is of.

use crate::{Origin, SourcePath};

/// The modules of a program, as the names and files of its functions show them.
///
/// A file in the module cache, and one of a `-trimpath` build, say their module: `golang.org/x/net@v0.30.0/http2/frame.go`.
/// A vendored file does not, so there the host's convention decides (`github.com/owner/repository`). What remains is the
/// program's own module, whose name is what all its packages have in common.
///
/// ```
/// use gomem_symbol::Modules;
///
/// let modules = Modules::from_packages([("example.com/app/store", "/src/app/store/map.go")]);
/// println!("{}", modules.module("example.com/app/store", "/src/app/store/map.go"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Modules {
    own: Vec<String>,
    is_known: bool,
}

impl Modules {
    /// The modules of a program with these packages, each with a file of it.
    #[must_use]
    pub fn from_packages<'a>(packages: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut modules = Self::default();
        for (package, file) in packages {
            if let Some(path) = own_path(package, file) {
                modules.narrow(&path);
            }
        }
        modules
    }

    /// The module of a package, by one of its files: without its version; `std` for the standard library. The program's
    /// own module is `main` where its name is not known.
    #[must_use]
    pub fn module(&self, package: &str, file: &str) -> String {
        if let Some(module) = foreign(package, file) {
            return module;
        }
        // One host, or nothing, is too little for a module: the program is made of several.
        match self.own.as_slice() {
            [] => by_convention(package).unwrap_or_else(|| "main".to_owned()),
            [host] if host.contains('.') => by_convention(package).unwrap_or_else(|| host.clone()),
            own => own.join("/"),
        }
    }

    /// Whose code a package is, by one of its files.
    #[must_use]
    pub fn origin(&self, package: &str, file: &str) -> Origin {
        match Origin::from_package(package, "-") {
            origin @ (Origin::Std | Origin::Runtime) => origin,
            _ if foreign(package, file).is_some() => Origin::ThirdParty,
            _ => Origin::User,
        }
    }

    /// Keeps what the program's module and `path` have in common.
    fn narrow(&mut self, path: &str) {
        if self.is_known {
            let shared = self.own.iter().zip(path.split('/')).take_while(|(ours, theirs)| ours == theirs).count();
            self.own.truncate(shared);
        } else {
            self.own = path.split('/').map(str::to_owned).collect();
            self.is_known = true;
        }
    }
}

/// The import path of a package that is the program's own. That of `main` is known from the files of a `-trimpath` build.
fn own_path(package: &str, file: &str) -> Option<String> {
    if package.is_empty() || foreign(package, file).is_some() {
        return None;
    }
    if package != "main" {
        return Some(package.trim_end_matches("_test").to_owned());
    }
    let (folder, _) = file.rsplit_once('/')?;
    let is_import_path = !folder.starts_with(['/', '.']) && !folder.contains(':');
    is_import_path.then(|| folder.to_owned())
}

/// The module of a package that is not the program's own.
fn foreign(package: &str, file: &str) -> Option<String> {
    if matches!(Origin::from_package(package, "-"), Origin::Std | Origin::Runtime) {
        return Some("std".to_owned());
    }
    let path = SourcePath::decode(file);
    if let Some((module, _)) = path.as_str().split_once('@') {
        return Some(unescaped(module));
    }
    is_vendored(path.as_str()).then(|| by_convention(package)).flatten()
}

/// Whether a file is of a dependency: in the module cache, or vendored.
///
/// ```
/// use gomem_symbol::is_of_dependency;
///
/// assert!(is_of_dependency("/home/ada/go/pkg/mod/gopkg.in/yaml.v3@v3.0.1/yaml.go"));
/// assert!(is_of_dependency("vendor/gopkg.in/yaml.v3/yaml.go"));
/// assert!(!is_of_dependency("/src/app/vendors/list.go"));
/// ```
#[must_use]
pub fn is_of_dependency(file: &str) -> bool {
    file.contains('@') || is_vendored(file)
}

fn is_vendored(file: &str) -> bool {
    file.split('/').any(|part| part == "vendor")
}

/// The module by what is usual on the host; `None` when the package has no host.
fn by_convention(package: &str) -> Option<String> {
    let parts: Vec<&str> = package.split('/').collect();
    let host = parts.first().filter(|host| host.contains('.'))?;
    let mut length = match *host {
        "github.com" | "gitlab.com" | "bitbucket.org" | "golang.org" | "codeberg.org" | "git.sr.ht" => 3,
        "gopkg.in" if parts.get(1).is_some_and(|part| !part.contains(".v")) => 3,
        _ => 2,
    };
    let is_major = |part: &&&str| {
        part.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
    };
    length += usize::from(parts.get(length).as_ref().is_some_and(is_major));
    Some(parts[..length.min(parts.len())].join("/"))
}

/// The module cache writes a capital letter as `!` and the small one.
fn unescaped(module: &str) -> String {
    let mut parts = module.split('!');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        path.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        path.push_str(letters.as_str());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_have_modules() {
        let modules = Modules::from_packages([
            ("runtime", "runtime/malloc.go"),
            ("main", "/build/cmd/app/main.go"),
            ("example.com/app/store", "/build/store/map.go"),
            ("example.com/app/api", "/build/api/api.go"),
            ("golang.org/x/net/http2", "/home/u/go/pkg/mod/golang.org/x/net@v0.30.0/http2/frame.go"),
        ]);
        for (package, file, module) in [
            ("net/http", "/usr/local/go/src/net/http/server.go", "std"),
            ("", "", "std"),
            ("main", "/build/cmd/app/main.go", "example.com/app"),
            ("example.com/app/store", "/build/store/map.go", "example.com/app"),
            ("golang.org/x/net/http2", "golang.org/x/net@v0.30.0/http2/frame.go", "golang.org/x/net"),
            (
                "github.com/BurntSushi/toml",
                "/go/pkg/mod/github.com/!burnt!sushi/toml@v1.4.0/lex.go",
                "github.com/BurntSushi/toml",
            ),
            ("github.com/a/b/v2/c", "/build/vendor/github.com/a/b/v2/c/c.go", "github.com/a/b/v2"),
            ("gopkg.in/yaml.v3", "vendor/gopkg.in/yaml.v3/yaml.go", "gopkg.in/yaml.v3"),
            ("k8s.io/api/core/v1", "vendor/k8s.io/api/core/v1/types.go", "k8s.io/api"),
        ] {
            assert_eq!(modules.module(package, file), module, "{package}");
            let origin = match module {
                "std" if package.is_empty() => Origin::Runtime,
                "std" => Origin::Std,
                "example.com/app" => Origin::User,
                _ => Origin::ThirdParty,
            };
            assert_eq!(modules.origin(package, file), origin, "{package}");
        }
    }

    #[test]
    fn a_program_of_main_alone_is_named_by_its_files() {
        assert_eq!(Modules::from_packages([("main", "/build/main.go")]).module("main", "/build/main.go"), "main");
        let trimmed = Modules::from_packages([("main", "example.com/app/cmd/main.go")]);
        assert_eq!(trimmed.module("main", "example.com/app/cmd/main.go"), "example.com/app/cmd");
        let many = Modules::from_packages([("github.com/a/b", "/x/b.go"), ("github.com/c/d/e", "/x/e.go")]);
        assert_eq!(many.module("github.com/c/d/e", "/x/e.go"), "github.com/c/d");
    }
}
