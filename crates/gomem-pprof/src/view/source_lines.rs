//! Which lines of which files a profile names.

use std::collections::{BTreeMap, BTreeSet};

use super::key::clean;
use crate::model::Profile;

impl Profile {
    /// The files that the profile names, cleaned, with the lines that it knows of each and the functions that these are in:
    /// where functions begin, and what is in stacks.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert!(profile.source_lines()["/src/app/parse.go"].contains(&("main.parse", 12)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn source_lines(&self) -> BTreeMap<String, BTreeSet<(&str, i64)>> {
        let mut found: BTreeMap<String, BTreeSet<(&str, i64)>> = BTreeMap::new();
        for (_, location) in self.locations() {
            for line in location.lines() {
                let Some(function) = line.function() else { continue };
                let file = clean(function.filename());
                if file.is_empty() {
                    continue;
                }
                let lines = found.entry(file).or_default();
                let known = [function.start_line(), line.line()].into_iter().filter(|line| *line > 0);
                lines.extend(known.map(|line| (function.name(), line)));
            }
        }
        found
    }
}
