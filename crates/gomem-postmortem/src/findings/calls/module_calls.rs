//! The calls of the program into a library, and the work that its goroutines do for them.

use gomem_symbol::{Modules, Symbol};

use crate::attribution::{Account, Call, Entry, Place};

/// The module of a function, by its name alone.
pub(crate) fn module_of(function: &str) -> String {
    Modules::default().module(Symbol::decode(function).package(), "")
}

/// What lines of the program call functions of a module, as far as they allocate; none of the standard library, which
/// everything calls.
pub(crate) fn calls_into<'a>(module: &str, lines: &'a [Account<'a>]) -> Vec<(&'a Place, &'a Call<'a>)> {
    if module == STD {
        return Vec::new();
    }
    let calls = lines.iter().flat_map(|line| line.calls.iter().map(|call| (line.place, call)));
    calls.filter(|(_, call)| module_of(call.callee) == module).collect()
}

/// The calls of the program into the module of `function`, in words, with how many there are; `None` where there are none, or so many
/// that naming them is no help.
pub(crate) fn calls_in_words(function: &str, lines: &[Account<'_>]) -> Option<String> {
    let module = module_of(function);
    let calls = calls_into(&module, lines);
    let words: Vec<String> = calls
        .iter()
        .map(|(place, call)| format!("{} ({})", place.short(), Symbol::decode(call.callee).short()))
        .collect();
    match words.as_slice() {
        [] => None,
        [only] => Some(format!("{only}, the only call of the program into {module} that the profile has")),
        words if words.len() <= MOST_CALLS => {
            Some(format!("one of the program's calls into {module}: {}", words.join(", ")))
        }
        _ => None,
    }
}

/// The share of all bytes that goroutines of a call's module allocate, where no other line of the program calls it: then they
/// work for this one.
pub(crate) fn in_its_goroutines(call: &Call<'_>, lines: &[Account<'_>], entries: &[Entry<'_>]) -> Option<f64> {
    let module = module_of(call.callee);
    let [_] = calls_into(&module, lines)[..] else { return None };
    let own = entries.iter().filter(|entry| !entry.is_cut && module_of(entry.function) == module);
    Some(own.map(|entry| entry.inside.bytes_fraction).sum::<f64>()).filter(|fraction| *fraction >= WORTH_SAYING)
}

pub(crate) const STD: &str = "std";
/// Of all bytes: less is printed as "< 0.1 %", and moves nobody.
const WORTH_SAYING: f64 = 0.001;
/// More are no help.
const MOST_CALLS: usize = 3;
