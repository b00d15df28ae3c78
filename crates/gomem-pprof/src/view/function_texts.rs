//! Texts of functions as codes: by the function's id, so that equal ones are not looked for, which would cost more than to
//! keep them.

use std::sync::Arc;

use gomem_table::StringPool;

use crate::model::{FunctionColumns, FunctionId, LineColumns, LocationId, Profile, Sample};

/// The function names of a profile, and the code of each line's.
pub(super) struct FunctionNames {
    pub(super) pool: Arc<StringPool>,
    codes: Vec<u32>,
}

impl FunctionNames {
    pub(super) fn new(profile: &Profile) -> Self {
        let codes = profile.lines.iter().map(|line| function_code(profile, line)).collect();
        Self { pool: function_pool(profile, |function| function.name), codes }
    }

    /// The codes of a stack's functions, leaf first.
    pub(super) fn stack(&self, profile: &Profile, sample: Sample<'_>, stack: &mut Vec<u32>) {
        sample.locations().each(|id: LocationId| match &self.codes[profile.line_range(id)] {
            [code] => stack.push(*code),
            codes => stack.extend_from_slice(codes),
        });
    }
}

/// A text of each function, by its id, and the one of [none](function_code).
pub(super) fn function_pool(profile: &Profile, of: fn(&FunctionColumns) -> u32) -> Arc<StringPool> {
    let functions = profile.functions.iter().map(|function| profile.string(of(function)));
    Arc::new(functions.chain(["<unknown>"]).collect())
}

/// The code of a line's function in a [pool](function_pool).
pub(super) fn function_code(profile: &Profile, line: &LineColumns) -> u32 {
    line.function.map_or(profile.functions.len() as u32, |FunctionId(id)| id)
}
