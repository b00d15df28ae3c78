//! A process as it stood: its memory, the program that ran, and where the runtime keeps what.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use gomem_binary::Layout;

use crate::core::{
    elf::{
        memory::Memory,
        notes::{Machine, Notes},
        word::{WORD, words},
    },
    runtime::layouts::{Layouts, Place},
};

/// A process as it stood.
#[derive(Debug)]
pub(crate) struct Process<'a> {
    pub(crate) machine: Machine,
    pub(crate) memory: &'a dyn Memory,
    pub(crate) notes: Notes,
    pub(crate) program: &'a Layout,
    /// What was added to the file's addresses when the program was loaded.
    pub(crate) slide: u64,
    pub(crate) layouts: Layouts,
    /// Where variables lie that were found without symbols.
    pub(crate) found: HashMap<&'static str, u64>,
    /// How many elements of lists may still be looked at: those of a damaged core may lead into each other.
    pub(crate) steps: Cell<u64>,
}

/// A structure of the process, copied: its fields are read without looking for it again.
pub(crate) struct Record<'a> {
    process: &'a Process<'a>,
    structure: &'static str,
    bytes: Vec<u8>,
}

impl<'a> Process<'a> {
    /// By a program's file; nothing is found yet.
    pub(crate) fn new(
        machine: Machine,
        memory: &'a dyn Memory,
        notes: Notes,
        program: &'a Layout,
        layouts: Layouts,
    ) -> Self {
        let slide = notes.slide(program);
        let (found, steps) = (HashMap::default(), Cell::default());
        Self { machine, memory, notes, program, slide, layouts, found, steps }
    }
}

impl Process<'_> {
    /// Appends what lies at an address: what the core leaves out the program's file may have.
    pub(crate) fn copy(&self, address: u64, bytes: u64, out: &mut Vec<u8>) -> bool {
        self.memory.copy(address, bytes, out) || self.copy_of_file(address, bytes, out)
    }

    /// The same, of memory that is the program's own.
    pub(crate) fn contents(&self, address: u64, bytes: u64) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let is_there =
            self.memory.copy_contents(address, bytes, &mut out) || self.copy_of_file(address, bytes, &mut out);
        is_there.then_some(out)
    }

    fn copy_of_file(&self, address: u64, bytes: u64, out: &mut Vec<u8>) -> bool {
        let of_file = usize::try_from(bytes)
            .ok()
            .and_then(|length| self.program.bytes_at(address.wrapping_sub(self.slide), length));
        out.extend_from_slice(of_file.unwrap_or_default());
        of_file.is_some()
    }

    /// What lies at an address.
    pub(crate) fn bytes(&self, address: u64, bytes: u64) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        self.copy(address, bytes, &mut out).then_some(out)
    }

    /// The number of so many bytes at an address.
    pub(crate) fn number(&self, address: u64, bytes: u64) -> Option<u64> {
        let length = usize::try_from(bytes).ok()?;
        let of_file = || {
            let found = self.program.bytes_at(address.wrapping_sub(self.slide), length)?;
            let mut number = [0; 8];
            number.get_mut(..length)?.copy_from_slice(found);
            Some(u64::from_le_bytes(number))
        };
        self.memory.number(address, length).or_else(of_file)
    }

    pub(crate) fn word(&self, address: u64) -> Option<u64> {
        self.number(address, WORD)
    }

    /// Where a variable of the runtime lies.
    pub(crate) fn variable(&self, name: &str) -> Option<u64> {
        let symbol = self.program.runtime_variable(name).map(|symbol| symbol.address.wrapping_add(self.slide));
        symbol.or_else(|| self.found.get(name).copied())
    }

    /// A field of the structure at an address, by its name, as `runtime.g sched.sp`.
    pub(crate) fn field(&self, address: u64, name: &str) -> Option<u64> {
        let place = self.layouts.field(name)?;
        self.number(address.checked_add(place.offset)?, place.bytes.min(WORD))
    }

    /// Where a field lies.
    pub(crate) fn field_address(&self, address: u64, name: &str) -> Option<u64> {
        address.checked_add(self.layouts.field(name)?.offset)
    }

    /// A structure.
    pub(crate) fn record(&self, address: u64, structure: &'static str) -> Option<Record<'_>> {
        let bytes = self.bytes(address, self.layouts.bytes(structure)?)?;
        Some(Record { process: self, structure, bytes })
    }

    /// The words of a slice, all of which must be in the core.
    pub(crate) fn slice(&self, address: u64) -> Option<Vec<u64>> {
        let (start, length) = (self.word(address)?, self.word(address.checked_add(WORD)?)?);
        let bytes = self.bytes(start, length.checked_mul(WORD).filter(|_| self.take(length))?)?;
        Some(words(&bytes).collect())
    }

    /// Takes steps, while there are any.
    pub(crate) fn take(&self, steps: u64) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or_default());
        left.is_some()
    }

    /// Where the elements of a linked list lie, from its first on. A list that leads back into itself ends there.
    pub(crate) fn list(&self, first: u64, next: &'static str) -> Vec<u64> {
        let mut found = HashSet::new();
        let mut all = Vec::new();
        let mut at = Some(first);
        while let Some(address) = at.filter(|address| *address != 0 && self.take(1) && found.insert(*address)) {
            all.push(address);
            at = self.field(address, next);
        }
        all
    }
}

impl Record<'_> {
    /// A field, which is no larger than a word.
    pub(crate) fn field(&self, name: &str) -> Option<u64> {
        number(&self.bytes, self.place(name)?)
    }

    fn place(&self, name: &str) -> Option<Place> {
        let mut whole = String::with_capacity(self.structure.len() + name.len() + 1);
        whole.push_str(self.structure);
        whole.push(' ');
        whole.push_str(name);
        self.process.layouts.field(&whole)
    }
}

/// The number in a place.
pub(crate) fn number(bytes: &[u8], place: Place) -> Option<u64> {
    let start = usize::try_from(place.offset).ok()?;
    let length = usize::try_from(place.bytes.min(WORD)).ok()?;
    let mut number = [0; 8];
    number.get_mut(..length)?.copy_from_slice(bytes.get(start..start.checked_add(length)?)?);
    Some(u64::from_le_bytes(number))
}
