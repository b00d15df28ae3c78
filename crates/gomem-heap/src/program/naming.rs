//! What names of Go tell.

/// Whether a function or variable is the runtime's own. What user code puts into some of its tables is the user's: handles for C.
pub(crate) fn is_runtime(name: &str) -> bool {
    if name == "runtime/cgo.handles" {
        return false;
    }
    let is_of = |package: &str| name.strip_prefix(package).is_some_and(|rest| rest.starts_with(['.', '/']));
    RUNTIME.iter().any(|package| is_of(package)) || ["sync.allPools", "sync.oldPools"].contains(&name)
}

/// Whether what a function refers to is the runtime's own; of package sync, what empties its pools.
pub(crate) fn is_runtime_function(name: &str) -> bool {
    is_runtime(name) || ["sync.poolCleanup", "sync.(*Pool).pinSlow"].contains(&name)
}

/// Packages whose variables and goroutines serve the runtime.
const RUNTIME: [&str; 5] = ["runtime", "internal/runtime", "unique", "weak", "internal/sync"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_told_from_packages_like_it() {
        for name in ["runtime.allp", "runtime/debug.x", "internal/runtime/maps.m", "unique.uniqueMaps", "sync.allPools"]
        {
            assert!(is_runtime(name), "{name}");
        }
        for name in ["runtime/cgo.handles", "main.runtime", "runtimes.x", "sync.x", "weakly.m"] {
            assert!(!is_runtime(name), "{name}");
        }
    }
}
