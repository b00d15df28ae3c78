//! The program that a dump is of.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use gomem_binary::{Layout, StackObject, Symbol};

use crate::{
    error::Flaw,
    memory::{SegmentKind, Snapshot},
    program::{Values, is_runtime, nameless::Nameless},
};

/// The names of a program, at the addresses where it ran. Without its file they are those that the dump itself tells.
#[derive(Debug, Default)]
pub(crate) struct Program {
    layout: Option<Layout>,
    /// What was added to the file's addresses when the program was loaded.
    slide: u64,
    /// The functions that stacks name, by where they begin.
    functions: HashMap<u64, std::sync::Arc<str>, RandomState>,
    /// The variables of a file without symbols.
    nameless: Nameless,
}

/// A global variable that is known by itself, and not by what points to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variable<'a> {
    /// Its name, or where it lies and which functions refer to it.
    pub(crate) name: &'a str,
    pub(crate) start: u64,
    pub(crate) is_of_runtime: bool,
}

impl Program {
    /// What the dump itself tells.
    pub(crate) fn of_dump(snapshot: &Snapshot) -> Self {
        let frames = snapshot.goroutines.iter().flat_map(|goroutine| &goroutine.frames);
        let functions = frames.map(|frame| (frame.entry, frame.function.clone())).collect();
        Self { functions, ..Self::default() }
    }

    /// With a program's file, which must be the one that wrote the dump; else what tells that it is not.
    pub(crate) fn with_file(snapshot: &Snapshot, layout: Layout) -> Result<Self, Flaw> {
        let segment = |kind| snapshot.segments.iter().find(|segment| segment.kind == kind);
        let (Some(data), Some(bss)) = (segment(SegmentKind::Data), segment(SegmentKind::Bss)) else {
            return Err(Flaw::NoGlobals);
        };
        let mismatch = |reason| Err(Flaw::BinaryMismatch { reason });
        let extent = |range: std::ops::Range<u64>| range.end.saturating_sub(range.start);
        if data.words.length as u64 != extent(layout.data()) || bss.words.length as u64 != extent(layout.bss()) {
            return mismatch("its global variables take other room");
        }
        let slide = data.address.wrapping_sub(layout.data().start);
        if bss.address.wrapping_sub(slide) != layout.bss().start {
            return mismatch("its global variables lie elsewhere");
        }
        let mut program = Self { layout: Some(layout), slide, ..Self::of_dump(snapshot) };
        let is_function = |(entry, name): (&u64, &std::sync::Arc<str>)| {
            program.in_file(*entry).is_some_and(|(layout, entry)| {
                layout.function(entry).is_some_and(|function| function.name() == Some(name))
            })
        };
        if !program.functions.iter().all(is_function) {
            return mismatch("its functions lie elsewhere");
        }
        let sampled = snapshot.sites.iter().flat_map(|site| &site.frames).map(|frame| &*frame.function);
        // Names of generic functions are shortened in stacks.
        let has_functions = |layout: &Layout| layout.has_functions(sampled.filter(|name| !name.contains('[')));
        if !program.layout.as_ref().is_some_and(has_functions) {
            return mismatch("it lacks functions that allocated");
        }
        program.nameless =
            program.layout.as_ref().map_or_else(Nameless::default, |l| Nameless::new(snapshot, l, slide));
        Ok(program)
    }

    /// Whether global variables have names.
    pub(crate) fn has_symbols(&self) -> bool {
        self.layout.as_ref().is_some_and(|layout| !layout.symbols().is_empty())
    }

    /// Whether variables without names are known by the functions that refer to them.
    pub(crate) fn has_referrers(&self) -> bool {
        self.layout.as_ref().is_some_and(|layout| !layout.references().is_empty())
    }

    pub(crate) fn in_file(&self, address: u64) -> Option<(&Layout, u64)> {
        Some((self.layout.as_ref()?, address.wrapping_sub(self.slide)))
    }

    /// Where an address of the file was loaded.
    pub(super) fn loaded(&self, in_file: u64) -> u64 {
        in_file.wrapping_add(self.slide)
    }

    /// The global variable that an address is in, and where in it.
    pub(crate) fn global(&self, address: u64) -> Option<(&Symbol, u64)> {
        let (layout, address) = self.in_file(address)?;
        let symbol = layout.symbol(address)?;
        Some((symbol, address - symbol.address))
    }

    /// The same, with or without a name; none of what only other variables point to.
    pub(crate) fn variable(&self, address: u64) -> Option<Variable<'_>> {
        let named = self.global(address).map(|(symbol, offset)| Variable {
            name: &symbol.name,
            start: address - offset,
            is_of_runtime: is_runtime(&symbol.name),
        });
        let nameless = || {
            let found = self.nameless.at(address)?;
            Some(Variable { name: found.name.as_deref()?, start: found.start, is_of_runtime: found.is_of_runtime })
        };
        named.or_else(nameless)
    }

    /// Where a variable ends at the latest that an address is in.
    pub(crate) fn end_of_variable(&self, address: u64) -> u64 {
        let next_symbol = self.in_file(address).and_then(|(layout, address)| {
            let at = layout.symbols().partition_point(|symbol| symbol.address <= address);
            Some(self.loaded(layout.symbols().get(at)?.address))
        });
        next_symbol.unwrap_or(u64::MAX).min(self.nameless.end(address))
    }

    /// The function that begins at an address.
    pub(crate) fn function(&self, entry: u64) -> Option<&str> {
        let in_file = || {
            let (layout, entry) = self.in_file(entry)?;
            layout.function(entry)?.name()
        };
        self.functions.get(&entry).map(|name| &**name).or_else(in_file)
    }

    /// The function whose code is at an address.
    pub(crate) fn function_around(&self, address: u64) -> Option<&str> {
        let (layout, address) = self.in_file(address)?;
        layout.function_around(address)?.name()
    }

    /// The file and the line of a call, by where it returns to.
    pub(crate) fn line(&self, returns_to: u64) -> Option<(&str, u64)> {
        let (layout, address) = self.in_file(returns_to)?;
        let address = address.checked_sub(1)?;
        layout.function_around(address)?.line(address)
    }

    /// Whether the compiler made the function that begins here to call another.
    pub(crate) fn is_wrapper(&self, entry: u64) -> bool {
        self.in_file(entry)
            .is_some_and(|(layout, entry)| layout.function(entry).is_some_and(|function| layout.is_wrapper(function)))
    }

    /// The outermost function that was inlined where a call of the function that begins at `entry` returns to.
    pub(crate) fn inlined(&self, entry: u64, returns_to: u64) -> Option<&str> {
        let (layout, entry) = self.in_file(entry)?;
        let (_, address) = self.in_file(returns_to.checked_sub(1)?)?;
        layout.inlined(layout.function(entry)?, address)
    }

    /// The variables of a function's frame whose address is taken.
    pub(crate) fn stack_objects(&self, entry: u64) -> Vec<StackObject> {
        let found = self.in_file(entry).and_then(|(layout, entry)| Some((layout, layout.function(entry)?)));
        found.map_or_else(Vec::new, |(layout, function)| layout.stack_objects(function))
    }

    /// Its types, by its debug information.
    pub(crate) fn values(&self, word_bytes: usize) -> Values {
        Values::new(self.layout.as_ref().map(Layout::debug_info).unwrap_or_default(), word_bytes)
    }

    /// Where the description of a type lies, from the first one on.
    pub(crate) fn offset_of_type(&self, address: u64) -> Option<u64> {
        let (layout, address) = self.in_file(address)?;
        let types = layout.types();
        types.contains(&address).then(|| address - types.start)
    }

    /// The word of the file that lies at an address: constants, which dumps leave out.
    pub(crate) fn constant(&self, address: u64, word_bytes: usize) -> Option<&[u8]> {
        let (layout, address) = self.in_file(address)?;
        layout.bytes_at(address, word_bytes)
    }
}
