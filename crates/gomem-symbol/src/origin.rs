//! Whose code a package is.

/// Whose code a package is.
///
/// ```
/// use gomem_symbol::Origin;
///
/// assert_eq!(Origin::from_package("net/http", "example.com/app"), Origin::Std);
/// assert_eq!(Origin::from_package("example.com/app/store", "example.com/app"), Origin::User);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The Go runtime: nothing a program can change.
    Runtime,
    /// Another package of the standard library.
    Std,
    /// A dependency.
    ThirdParty,
    /// The program's own module.
    User,
}

impl Origin {
    /// Whose code `package` is, in a program whose own packages begin with `module`. An empty `module` makes everything
    /// outside the standard library the user's.
    #[must_use]
    pub fn from_package(package: &str, module: &str) -> Self {
        let first = package.split('/').next().unwrap_or_default();
        let in_module = |module: &str| {
            package.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '_', '.']))
        };
        if package == "main" || (!module.is_empty() && in_module(module)) {
            Self::User
        } else if package == "runtime" || package.starts_with("runtime/") || package.starts_with("internal/runtime/") {
            Self::Runtime
        } else if !first.contains('.') && (package.is_empty() || is_std(first)) {
            // A name without a package is assembly, or C: the runtime's.
            if package.is_empty() { Self::Runtime } else { Self::Std }
        } else if module.is_empty() {
            Self::User
        } else {
            Self::ThirdParty
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Std => "std",
            Self::ThirdParty => "third_party",
            Self::User => "user",
        }
    }
}

/// Whether a path element begins packages of the standard library. A module may be called `service` as well, so the
/// missing dot alone does not prove it.
fn is_std(first: &str) -> bool {
    STD.binary_search(&first).is_ok()
}

/// `go list std`, first elements, Go 1.21 to 1.27.
const STD: [&str; 52] = [
    "archive",
    "arena",
    "bufio",
    "bytes",
    "cmd",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "weak",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_apart() {
        let of = |package| Origin::from_package(package, "example.com/app");
        assert_eq!(of("runtime"), Origin::Runtime);
        assert_eq!(of("internal/runtime/maps"), Origin::Runtime);
        assert_eq!(of(""), Origin::Runtime);
        assert_eq!(of("net/http"), Origin::Std);
        assert_eq!(of("main"), Origin::User);
        assert_eq!(of("example.com/app"), Origin::User);
        assert_eq!(of("example.com/app/store"), Origin::User);
        assert_eq!(of("example.com/apple"), Origin::ThirdParty);
        assert_eq!(of("golang.org/x/net/http2"), Origin::ThirdParty);
        assert_eq!(of("vendorless"), Origin::ThirdParty);
        assert_eq!(Origin::from_package("github.com/a/b", ""), Origin::User);
        assert_eq!(Origin::from_package("service/api", "service"), Origin::User);
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(STD.is_sorted());
    }
}
