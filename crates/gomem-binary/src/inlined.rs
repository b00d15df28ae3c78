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
}

/// `PCDATA_InlTreeIndex` and `FUNCDATA_InlTree` in `internal/abi/symtab.go`.
const INLINED_AT: usize = 2;
const INLINED: usize = 3;
/// `inlinedCall` in `runtime/symtabinl.go`.
const CALL: usize = 16;
/// Calls within calls.
const DEEPEST: usize = 1000;
