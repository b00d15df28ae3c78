//! What the functions on a stack say of why it allocates.

use gomem_finding::Confidence;
use gomem_symbol::{Origin, Symbol};

use crate::attribution::{
    evidence::{Compiler, library},
    join::allocation::Allocation,
    reason::Reason,
};

/// The reason that the functions on the stack tell by themselves.
pub(crate) fn by_frames(allocation: &Allocation<'_>, compiler: &Compiler<'_>) -> Option<(Reason, Confidence)> {
    let leaf = compiler.named(allocation.function());
    let functions = allocation.stack.frames().filter_map(|line| line.function());
    let mut functions = functions.map(|function| compiler.named(Some(function)));
    let sure = |reason| (reason, Confidence::High);
    if let Some(reason) = library::of_cgo(&leaf.symbol) {
        return Some(sure(reason));
    }
    match leaf.origin() {
        Origin::Runtime => {
            let found = functions.find_map(|function| library::of_runtime(&function.symbol));
            Some(sure(found.unwrap_or(Reason::Runtime)))
        }
        Origin::Std => {
            let functions: Vec<_> = functions.take_while(|function| function.origin() == Origin::Std).collect();
            let mut library: Vec<&Symbol> = functions.iter().map(|function| &function.symbol).collect();
            // What a reader allocates is not for what reads from it.
            let given = library.windows(2).position(|pair| library::is_given(pair[0], pair[1]));
            library.truncate(given.map_or(library.len(), |at| at + 1));
            // What the program calls tells more than what that is made of: JSON rather than reflection.
            let made = library.iter().find_map(|symbol| library::of_std(symbol));
            // What grows while text is written to a buffer of the caller's is that buffer.
            let writes_to_caller = || {
                library.last().is_some_and(|symbol| library::writes_to_caller(symbol))
                    || library.iter().any(|symbol| library::passes_on(symbol))
            };
            let is_callers = made == Some(Reason::BufferGrowth) && writes_to_caller();
            let purpose = library.last().filter(|_| !is_callers).and_then(|symbol| library::of_std(symbol));
            // What cannot be parsed makes an error, and no text: what that copies is the error's.
            let is_error = |symbol: &&Symbol| library::of_std(symbol) == Some(Reason::ErrorValue);
            if matches!(purpose, None | Some(Reason::Formatting)) && library.iter().any(is_error) {
                return Some(sure(Reason::ErrorValue));
            }
            purpose.filter(|reason| reason.is_purpose()).or(made).map(sure)
        }
        _ => None,
    }
}
