//! Variables of a program without symbols, by what refers to them.
//!
//! The linker keeps a variable only if something refers to it, and the code that writes to it refers to its begin or to one of its fields. So a
//! word belongs to the variable of the last reference before it. The linker puts variables in the order of their sizes, those of 16
//! bytes and more at multiples of 16, and those of 32 and more at multiples of 32 (`dodataSect` and `symalign` in
//! `cmd/link/internal/ld/data.go`): from the first one on that is so large, all other addresses are within variables. They are within
//! the one before, unless other packages refer to them than to that. What is larger still and is referred to in its middle, at such a
//! multiple, is taken for several.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

use gomem_binary::{Layout, Reference};
use gomem_symbol::{Symbol, shortened};

use crate::{memory::Snapshot, program::is_runtime_function};

/// Variables that have no names, by where they begin.
#[derive(Debug, Default)]
pub(crate) struct Nameless {
    variables: Vec<NamelessVariable>,
}

/// What lies from one begin to the next.
#[derive(Debug)]
pub(crate) struct NamelessVariable {
    pub(crate) start: u64,
    /// Its address, and functions that refer to it; none where only other variables do, as they do to a struct that the compiler made.
    pub(crate) name: Option<String>,
    /// Whether only functions of the runtime refer to it.
    pub(crate) is_of_runtime: bool,
}

impl Nameless {
    /// Those of a program that was loaded so far from where it was linked.
    pub(super) fn new(snapshot: &Snapshot, layout: &Layout, slide: u64) -> Self {
        let mut variables = Vec::new();
        let mut rest = layout.references();
        let mut segments: Vec<_> = snapshot.segments.iter().collect();
        segments.sort_by_key(|segment| segment.address);
        for segment in segments {
            let first = segment.address.wrapping_sub(slide);
            let end = first.saturating_add(segment.words.length as u64);
            rest = &rest[rest.partition_point(|reference| reference.address < first)..];
            let within;
            (within, rest) = rest.split_at(rest.partition_point(|reference| reference.address < end));
            let mut pointers = Vec::new();
            segment.words.for_each_pointer(&snapshot.file, snapshot.target.order, |offset, _| {
                pointers.push(first.wrapping_add(offset as u64));
            });
            pointers.sort_unstable();
            let package = |reference: &Reference| {
                let function = layout.function_around(reference.code?)?.name()?;
                Some(Symbol::decode(function).package().to_owned())
            };
            variables.extend(parts(within, first, &pointers, package).into_iter().map(|part| {
                let functions = functions(layout, part.references);
                let place = format!("{}+{:#x}", segment.kind.name(), part.start - first);
                NamelessVariable {
                    start: part.start.wrapping_add(slide),
                    is_of_runtime: !functions.is_empty() && functions.iter().all(|name| is_runtime_function(name)),
                    name: (!functions.is_empty()).then(|| format!("{place} ({})", listed(&functions))),
                }
            }));
        }
        Self { variables }
    }

    /// The one that an address of a segment is in.
    pub(crate) fn at(&self, address: u64) -> Option<&NamelessVariable> {
        self.variables[..self.next(address)].last()
    }

    /// Where the next one begins behind an address.
    pub(crate) fn end(&self, address: u64) -> u64 {
        self.variables.get(self.next(address)).map_or(u64::MAX, |variable| variable.start)
    }

    fn next(&self, address: u64) -> usize {
        self.variables.partition_point(|variable| variable.start <= address)
    }
}

/// A variable, and the references to it.
#[derive(Debug)]
struct Part<'a> {
    start: u64,
    references: &'a [Reference],
}

/// The variables of a segment, by the package that each reference is in.
fn parts<'a>(
    references: &'a [Reference],
    segment: u64,
    pointers: &[u64],
    package: impl Fn(&Reference) -> Option<String>,
) -> Vec<Part<'a>> {
    // Each variable has a pointer, and the smallest are one: a word that is none lies in a larger one, or before the first of these.
    let smallest =
        pointers.iter().zip((segment..).step_by(WORD)).take_while(|(pointer, word)| *pointer == word).count();
    let smallest = &pointers[..smallest];
    let mut begins = Vec::new();
    let (mut alignment, mut pointers) = (1, pointers);
    let mut before: Option<u64> = None;
    // Which packages refer to the variable that an address may be of, and which of its references are not looked at yet.
    let (mut packages, mut unseen): (HashSet<String>, usize) = Default::default();
    for (number, reference) in references.iter().enumerate() {
        let address = reference.address;
        let (passed, left) = pointers.split_at(pointers.partition_point(|pointer| *pointer < address));
        pointers = left;
        if smallest.last().is_none_or(|last| *last < address) {
            alignment = alignment.max(MEDIUM);
        }
        // The last pointer between two references is of what the first of them refers to.
        if before.zip(passed.last()).is_some_and(|(from, last)| last - from >= LARGE - WORD as u64) {
            alignment = LARGE;
        }
        let start = address - address % alignment;
        let is_apart = before.is_none_or(|before| before < start);
        // Nobody refers to the first field of some: then it is other packages that refer to the next than to the variable before.
        let mut is_of_others = || {
            packages.extend(references[unseen..number].iter().filter_map(&package));
            unseen = number;
            let here = references[number..].iter().take_while(|next| next.address - start < alignment);
            let here: HashSet<String> = here.filter_map(&package).collect();
            !packages.is_empty() && !here.is_empty() && packages.is_disjoint(&here)
        };
        if is_apart && (address == start || is_of_others()) {
            begins.push((start, number));
            packages.clear();
            unseen = number;
        }
        before = Some(address);
    }
    let ends = begins.iter().skip(1).map(|(_, next)| *next).chain([references.len()]);
    let part =
        |((start, first), end): (&(u64, usize), usize)| Part { start: *start, references: &references[*first..end] };
    begins.iter().zip(ends).map(part).collect()
}

/// The functions that refer to a variable, those that do so most often first.
fn functions<'a>(layout: &'a Layout, references: &[Reference]) -> Vec<&'a str> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let code = references.iter().filter_map(|reference| reference.code);
    for name in code.filter_map(|code| layout.function_around(code)?.name()) {
        *counted.entry(name).or_default() += 1;
    }
    let mut functions: Vec<(&str, usize)> = counted.into_iter().collect();
    functions.sort_by_key(|(_, count)| Reverse(*count));
    functions.into_iter().map(|(name, _)| name).collect()
}

/// A few names.
fn listed(functions: &[&str]) -> String {
    let mut names: Vec<Cow<'_, str>> = functions.iter().take(MOST_NAMES).map(|name| shortened(name)).collect();
    if functions.len() > MOST_NAMES {
        names.push(format!("{} more", functions.len() - MOST_NAMES).into());
    }
    names.join(", ")
}

/// The bytes of a pointer on machines whose references are known.
const WORD: usize = 8;
/// Variables of so many bytes lie at multiples of it.
const MEDIUM: u64 = 16;
const LARGE: u64 = 32;
/// More names than these nobody reads.
const MOST_NAMES: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    /// Where variables begin in a segment from 0x100 on, by references and the packages that they are in.
    fn begins_by(references: &[(u64, &str)], pointers: &[u64]) -> Vec<u64> {
        let package = |reference: &Reference| Some(references[reference.code? as usize].1.to_owned());
        let numbered = references.iter().zip(0..);
        let all: Vec<Reference> =
            numbered.map(|((address, _), number)| Reference { address: *address, code: Some(number) }).collect();
        parts(&all, 0x100, pointers, package).iter().map(|part| part.start).collect()
    }

    fn begins(references: &[u64], pointers: &[u64]) -> Vec<u64> {
        begins_by(&references.iter().map(|address| (*address, "main")).collect::<Vec<_>>(), pointers)
    }

    #[test]
    fn a_word_is_of_what_is_referred_to_before_it() {
        // Two pointers, and an array of four of which only the begin is known.
        let pointers = [0x100, 0x108, 0x120, 0x128, 0x130, 0x138, 0x140];
        assert_eq!(begins(&[0x100, 0x100, 0x108, 0x120, 0x140], &pointers), [0x100, 0x108, 0x120, 0x140]);
    }

    #[test]
    fn behind_a_larger_variable_none_is_small() {
        // A pointer, two strings and an interface, both of whose words are referred to.
        let pointers = [0x100, 0x110, 0x120, 0x138];
        assert_eq!(begins(&[0x100, 0x110, 0x118, 0x120, 0x128, 0x130, 0x138], &pointers), [0x100, 0x110, 0x120, 0x130]);
        // One of 32 bytes. Of the next, 0x148 and 0x158 are fields; what lies at 0x160 may be one.
        let pointers = [0x120, 0x138, 0x140, 0x148, 0x158, 0x160];
        assert_eq!(begins(&[0x120, 0x140, 0x148, 0x150, 0x158, 0x160], &pointers), [0x120, 0x140, 0x160]);
    }

    #[test]
    fn a_variable_of_another_package_begins_before_its_first_reference() {
        // One of 64 bytes, and one whose first field nobody refers to.
        let pointers = [0x108, 0x110, 0x118, 0x120, 0x148, 0x150, 0x168];
        let of = |second: &str, third: &str| {
            let references = [(0x100, "runtime"), (0x108, "runtime"), (0x148, second), (0x150, "main"), (0x168, third)];
            begins_by(&references, &pointers)
        };
        assert_eq!(of("main", "main"), [0x100, 0x140]);
        assert_eq!(of("runtime", "runtime"), [0x100], "the package refers to the variable before too");
        assert_eq!(of("main", "runtime"), [0x100, 0x140, 0x160]);
    }
}
