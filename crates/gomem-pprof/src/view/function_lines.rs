//! What each line of some functions costs.

use std::collections::BTreeMap;

use super::{
    key::{Granularity, clean},
    top::TopOptions,
};
use crate::{error::UsageError, model::Profile, pattern::compile};

/// A function in a file, and what each of its lines costs.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let functions = profile.function_lines("parse")?;
/// assert_eq!((&*functions[0].function, functions[0].lines.len()), ("main.parse", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionLines {
    /// The function.
    pub function: String,
    /// Its file, cleaned; `None` where the profile does not say.
    pub file: Option<String>,
    /// The line it begins in, where the profile says.
    pub start_line: Option<i64>,
    /// Its lines that cost anything, by number.
    pub lines: Vec<LineSums>,
}

/// What a line costs.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let functions = profile.function_lines("parse")?;
/// let line = &functions[0].lines[0];
/// let (flat, cum) = line.sums[1];
/// assert!(line.line == 12 && flat == cum);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineSums {
    /// Its number; 0 where the profile does not say.
    pub line: i64,
    /// Flat and cum of each sample type, in the profile's order.
    pub sums: Vec<(i128, i128)>,
}

/// A function's name and file.
type FunctionInFile = (String, Option<String>);
/// Flat and cum of each sample type, by line.
type Lines = BTreeMap<i64, Vec<(i128, i128)>>;

impl Profile {
    /// The functions whose names match an expression of Go's syntax, by name and file: what `go tool pprof -list` shows of
    /// them, without the source.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let functions = profile.function_lines("parse$")?;
    /// assert_eq!(functions[0].file.as_deref(), Some("/src/app/parse.go"));
    /// assert_eq!(functions[0].lines[0].line, 12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the expression is none.
    pub fn function_lines(&self, pattern: &str) -> Result<Vec<FunctionLines>, UsageError> {
        let expression = compile(pattern).map_err(|problem| UsageError::pattern("list", pattern, &problem))?;
        let count = self.sample_types.len();
        let mut found: BTreeMap<FunctionInFile, Lines> = BTreeMap::new();
        for sample_type in 0..count {
            for row in self.top(&TopOptions::new(sample_type).by(Granularity::Line)).rows() {
                let name = row.key.function.as_deref().unwrap_or_default();
                if !expression.is_match(name) {
                    continue;
                }
                let lines = found.entry((name.to_owned(), row.key.file.clone())).or_default();
                let sums = lines.entry(row.key.line.unwrap_or(0)).or_insert_with(|| vec![(0, 0); count]);
                sums[sample_type].0 += row.flat;
                sums[sample_type].1 += row.cum;
            }
        }
        let mut starts: BTreeMap<(&str, Option<String>), i64> = BTreeMap::new();
        for function in self.functions.iter().filter(|function| function.start_line > 0) {
            let file = Some(clean(self.string(function.filename))).filter(|file| !file.is_empty());
            let start = starts.entry((self.string(function.name), file)).or_insert(function.start_line);
            *start = function.start_line.min(*start);
        }
        let function = |((function, file), lines): (FunctionInFile, Lines)| {
            let start_line = starts.get(&(function.as_str(), file.clone())).copied();
            let lines = lines.into_iter().map(|(line, sums)| LineSums { line, sums }).collect();
            FunctionLines { function, file, start_line, lines }
        };
        Ok(found.into_iter().map(function).collect())
    }
}
