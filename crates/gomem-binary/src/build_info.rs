//! What `go build` writes into a program: `debug/buildinfo` of Go, the format since Go 1.18.
//!
//! ```text
//! "\xff Go buildinf:"  pointer size  flags  16 bytes unused      32 bytes, aligned to 16
//! uvarint length, version of Go
//! uvarint length, module text between two marks of 16 bytes
//! ```

use memchr::memmem;

/// What a program was built from.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// let binary = gomem_binary::Binary::decode(&program)?;
/// let info = binary.build_info();
/// assert_eq!((info.setting("GOOS"), info.setting("GOARCH")), (Some("linux"), Some("amd64")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuildInfo {
    /// The version of Go, `go1.26.8`.
    pub go_version: String,
    /// The import path of the main package.
    pub path: String,
    /// The module of the main package; its path is empty when the program was built outside of any.
    pub main: Module,
    /// The other modules.
    pub dependencies: Vec<Module>,
    /// Settings of the build: `GOOS`, `-tags`, `vcs.revision`.
    pub settings: Vec<(String, String)>,
}

/// A module of a program.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// let binary = gomem_binary::Binary::decode(&program)?;
/// let main = &binary.build_info().main;
/// assert!(main.replace.is_none() && !main.path.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Module {
    /// Its path.
    pub path: String,
    /// Its version; `(devel)`, or made of the commit, for the main module; empty for one of a workspace.
    pub version: String,
    /// What replaces it: another module, or a folder, which has no version.
    pub replace: Option<Box<Self>>,
}

impl BuildInfo {
    /// Finds it in the data of a program.
    pub(crate) fn find(section: &[u8]) -> Option<Self> {
        let at = memmem::find_iter(section, MAGIC).find(|at| at % ALIGN == 0)?;
        let flags = *section.get(at + FLAGS)?;
        if flags & INLINE == 0 {
            return None;
        }
        let (version, rest) = text(section.get(at + HEADER..)?)?;
        let (modules, _) = text(rest)?;
        let modules = modules.get(MARK..modules.len().checked_sub(MARK)?)?;
        let mut info = Self::parse(&String::from_utf8_lossy(modules));
        info.go_version = String::from_utf8_lossy(version).into_owned();
        Some(info)
    }

    /// The text that `go version -m` prints.
    fn parse(text: &str) -> Self {
        let mut info = Self::default();
        for line in text.lines() {
            let Some((word, rest)) = line.split_once('\t') else { continue };
            match word {
                "path" => rest.clone_into(&mut info.path),
                "mod" => info.main = Module::parse(rest),
                "dep" => info.dependencies.push(Module::parse(rest)),
                "=>" => {
                    let last = info.dependencies.last_mut().unwrap_or(&mut info.main);
                    last.replace = Some(Box::new(Module::parse(rest)));
                }
                "build" => {
                    if let Some((name, value)) = rest.split_once('=') {
                        info.settings.push((name.to_owned(), value.to_owned()));
                    }
                }
                _ => {}
            }
        }
        info
    }

    /// Whether a package is of a module that whoever built the program can change: the main one, one of its workspace, one
    /// that a folder replaces. `None` when it is of no module of the program, or that has none.
    #[must_use]
    pub fn is_own(&self, package: &str) -> Option<bool> {
        let holds = |module: &&Module| {
            let rest = package.strip_prefix(&*module.path).filter(|_| !module.path.is_empty());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '_']))
        };
        let modules = std::iter::once(&self.main).chain(&self.dependencies);
        // A module can lie within the path of another.
        let module = modules.filter(holds).max_by_key(|module| module.path.len())?;
        Some(module.path == self.main.path || module.is_local())
    }

    /// A setting of the build.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

impl Module {
    fn parse(columns: &str) -> Self {
        let mut columns = columns.split('\t').map(str::to_owned);
        let mut next = || columns.next().unwrap_or_default();
        Self { path: next(), version: next(), replace: None }
    }

    /// Whether its source is a folder beside that of the program: one that replaces it, or a workspace's.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match &self.replace {
            Some(replace) => replace.version.is_empty(),
            None => self.version.is_empty() || self.version == "(devel)",
        }
    }
}

/// The text at the beginning, and what follows it.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return bytes.get(at + 1..)?.split_at_checked(length);
        }
    }
    None
}

const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGN: usize = 16;
const HEADER: usize = 32;
const FLAGS: usize = 15;
/// The texts follow, instead of pointers to them.
const INLINE: u8 = 2;
const MARK: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn section(modules: &str) -> Vec<u8> {
        let mut bytes = vec![0; 16];
        bytes.extend(MAGIC);
        bytes.extend([8, INLINE]);
        bytes.resize(16 + HEADER, 0);
        bytes.extend([8]);
        bytes.extend(b"go1.26.8");
        let length = modules.len() + 2 * MARK;
        bytes.extend([(length & 0x7f) as u8 | 0x80, (length >> 7) as u8]);
        bytes.extend([b'<'; MARK]);
        bytes.extend(modules.as_bytes());
        bytes.extend([b'>'; MARK]);
        bytes
    }

    const MODULES: &str = "path\texample.com/app/cmd/api\nmod\texample.com/app\t(devel)\t\n\
        dep\texample.com/dep\tv1.2.0\th1:x=\ndep\texample.com/fork\tv0.3.0\n=>\tgithub.com/me/fork\tv0.3.1\th1:y=\n\
        dep\texample.com/app/plugin\tv1.0.0\th1:z=\ndep\texample.com/shared\tv0.0.0\n=>\t../shared\t\ndep\texample.com/tools\t(devel)\t\n\
        build\t-tags=a=b\nbuild\tGOOS=linux\n";

    #[test]
    fn says_what_a_program_was_built_from() {
        let info = BuildInfo::find(&section(MODULES)).unwrap();
        assert_eq!((&*info.go_version, &*info.path), ("go1.26.8", "example.com/app/cmd/api"));
        for (package, is_own) in [
            ("example.com/app/store", Some(true)),
            ("example.com/app_test", Some(true)),
            ("example.com/app/plugin/x", Some(false)),
            ("example.com/shared", Some(true)),
            ("example.com/tools/a", Some(true)),
            ("example.com/dep", Some(false)),
            ("example.com/fork", Some(false)),
            ("example.com/apple", None),
            ("net/http", None),
        ] {
            assert_eq!(info.is_own(package), is_own, "{package}");
        }
        assert_eq!((info.setting("GOOS"), info.setting("-tags")), (Some("linux"), Some("a=b")));
    }

    #[test]
    fn what_is_cut_or_misplaced_is_none() {
        let whole = section(MODULES);
        for end in 0..whole.len() {
            assert_eq!(BuildInfo::find(&whole[..end]), None, "{end}");
        }
        assert_eq!(BuildInfo::find(&whole[1..]), None);
    }
}
