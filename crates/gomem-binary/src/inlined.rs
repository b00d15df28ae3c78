//! Which functions were inlined into another one, by address (`inlineUnwinder` in `runtime/symtabinl.go`).

use crate::{functions::Function, layout::Layout};

impl Layout {
    /// The outermost function that was inlined where an address is; none if the code there is the function's own.
    #[must_use]
    pub fn inlined<'a>(&'a self, function: Function<'a>, address: u64) -> Option<&'a str> {
        let calls = self.function_data()?.checked_add(u64::from(function.data(INLINED)?))?;
        let mut number = u64::try_from(function.position(INLINED_AT, address)?).ok()?;
        for _ in 0..DEEPEST {
            let call = self.bytes_at(calls.checked_add(number.checked_mul(CALL as u64)?)?, CALL)?;
            let (name, parent) = (function.number(call, 4)?, function.number(call, 8)?);
            let outer = function.position(INLINED_AT, function.entry().checked_add(u64::from(parent))?);
            match outer.and_then(|outer| u64::try_from(outer).ok()) {
                Some(outer) => number = outer,
                None => return function.named(name),
            }
        }
        None
    }

    /// The lines that the instruction at an address is of: the innermost of inlined functions first, the function's own last.
    #[must_use]
    pub fn lines<'a>(&'a self, function: Function<'a>, address: u64) -> Vec<CodeLine<'a>> {
        let mut lines = Vec::new();
        let mut push = |name: Option<&'a str>, at| {
            lines.extend(name.zip(function.line(at)).map(|(function, (file, line))| CodeLine { function, file, line }));
        };
        let calls = self.function_data().zip(function.data(INLINED)).and_then(|(data, at)| data.checked_add(at.into()));
        let mut at = address;
        for _ in 0..DEEPEST {
            let number = function.position(INLINED_AT, at).and_then(|number| u64::try_from(number).ok());
            let place = number.and_then(|number| calls?.checked_add(number.checked_mul(CALL as u64)?));
            let call = place.and_then(|place| self.bytes_at(place, CALL));
            let of_call = |call: &[u8]| Some((function.number(call, 4)?, function.number(call, 8)?));
            let Some((name, parent)) = call.and_then(of_call) else { break };
            push(function.named(name), at);
            at = function.entry().saturating_add(u64::from(parent));
        }
        push(function.name(), at);
        lines
    }
}

/// A line of code.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// let function = layout.function_around(layout.entry()).expect("code");
/// let lines = layout.lines(function, layout.entry());
/// assert_eq!(lines.last().map(|line| line.function), Some("_rt0_amd64_linux"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLine<'a> {
    /// The function, which may be inlined into another.
    pub function: &'a str,
    /// The file.
    pub file: &'a str,
    /// The line.
    pub line: u64,
}

/// `PCDATA_InlTreeIndex` and `FUNCDATA_InlTree` in `internal/abi/symtab.go`.
const INLINED_AT: usize = 2;
const INLINED: usize = 3;
/// `inlinedCall` in `runtime/symtabinl.go`.
const CALL: usize = 16;
/// Calls within calls.
const DEEPEST: usize = 1000;
