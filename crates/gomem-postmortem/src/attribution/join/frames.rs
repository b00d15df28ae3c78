//! What the functions on a stack say of why it allocates.

use gomem_finding::Confidence;
use gomem_symbol::{Origin, Symbol};

use crate::attribution::{evidence::library, join::allocation::Allocation, reason::Reason};

/// The reason that the functions on the stack tell by themselves.
pub(crate) fn by_frames(allocation: &Allocation<'_>) -> Option<(Reason, Confidence)> {
    let symbol = allocation.symbol();
    let symbols = allocation.stack.frames().filter_map(|line| line.function());
    let mut symbols = symbols.map(|function| Symbol::decode(function.name()));
    let sure = |reason| (reason, Confidence::High);
    if let Some(reason) = library::of_cgo(&symbol) {
        return Some(sure(reason));
    }
    match Origin::from_package(symbol.package(), "-") {
        Origin::Runtime => {
            let found = symbols.find_map(|symbol| library::of_runtime(&symbol));
            Some(sure(found.unwrap_or(Reason::Runtime)))
        }
        Origin::Std => {
            let is_std = |symbol: &Symbol| Origin::from_package(symbol.package(), "-") == Origin::Std;
            let mut library: Vec<Symbol> = symbols.take_while(is_std).collect();
            // What a reader allocates is not for what reads from it.
            let given = library.windows(2).position(|pair| library::is_given(&pair[0], &pair[1]));
            library.truncate(given.map_or(library.len(), |at| at + 1));
            // What the program calls tells more than what that is made of: JSON rather than reflection.
            let made = library.iter().find_map(library::of_std);
            // What grows while text is written to a buffer of the caller's is that buffer.
            let writes_to_caller =
                || library.last().is_some_and(library::writes_to_caller) || library.iter().any(library::passes_on);
            let is_callers = made == Some(Reason::BufferGrowth) && writes_to_caller();
            let purpose = library.last().filter(|_| !is_callers).and_then(library::of_std);
            // What cannot be parsed makes an error, and no text: what that copies is the error's.
            let is_error = |symbol: &Symbol| library::of_std(symbol) == Some(Reason::ErrorValue);
            if matches!(purpose, None | Some(Reason::Formatting)) && library.iter().any(is_error) {
                return Some(sure(Reason::ErrorValue));
            }
            purpose.filter(|reason| reason.is_purpose()).or(made).map(sure)
        }
        _ => None,
    }
}
