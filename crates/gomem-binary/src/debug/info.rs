//! What a program's debug information says: types, which of them variables have, and where a function's own variables lie.

use std::{collections::HashMap, sync::Arc};

use crate::go_types::{CapturedVariable, DebugType, LocalPart, Shape, TypeId};
#[cfg(feature = "dwarf")]
use crate::{
    debug::locals::LocalReader,
    debug::sections::Sections,
    debug::types::{FunctionPlace, TypeReader},
};

/// A program's types and variables, as its compiler described them for debuggers.
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// # let types = layout.debug_info();
/// # if types.is_empty() { return Ok(()); } // Without the feature `dwarf`.
/// let session = types.named("main.session").expect("the program's own type");
/// let (offset, field) = types.field(session, "name").expect("a field");
/// assert_eq!((offset, &*field.name, field.bytes), (8, "string", 16));
/// assert!(types.field(session, "user").is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct DebugInfo {
    types: Vec<DebugType>,
    /// The types of global variables, by address.
    globals: HashMap<u64, TypeId>,
    /// Types by where the runtime's own description of them lies, from the first of these on.
    described: HashMap<u64, TypeId>,
    /// Named numbers of the runtime.
    constants: HashMap<Arc<str>, i64>,
    /// Where each function is described.
    #[cfg(feature = "dwarf")]
    functions: HashMap<u64, FunctionPlace>,
    /// Types by where they are described.
    #[cfg(feature = "dwarf")]
    by_place: HashMap<usize, TypeId>,
    #[cfg(feature = "dwarf")]
    sections: Sections,
}

impl DebugInfo {
    /// Whether it says nothing of types.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// All types, by [`TypeId::index`].
    #[must_use]
    pub fn types(&self) -> &[DebugType] {
        &self.types
    }

    /// A type.
    #[must_use]
    pub fn debug_type(&self, id: TypeId) -> Option<&DebugType> {
        self.types.get(id.index())
    }

    /// A type by its number, from 0 on without gaps.
    #[must_use]
    pub fn numbered(&self, number: usize) -> Option<(TypeId, &DebugType)> {
        Some((TypeId(u32::try_from(number).ok()?), self.types.get(number)?))
    }

    /// A type of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<TypeId> {
        let at = self.types.iter().position(|known| &*known.name == name && known.shape != Shape::Plain)?;
        u32::try_from(at).ok().map(TypeId)
    }

    /// The types whose names begin so.
    pub fn starting_with(&self, name: &str) -> impl Iterator<Item = (TypeId, &str)> {
        let all = self.types.iter().zip(0..).filter(move |(known, _)| known.name.starts_with(name));
        all.filter(|(known, _)| known.shape != Shape::Plain).map(|(known, at)| (TypeId(at), &*known.name))
    }

    /// A field of a struct, by its path (`sched.sp`): where it begins, and its type.
    #[must_use]
    pub fn field(&self, id: TypeId, path: &str) -> Option<(u64, &DebugType)> {
        let (mut id, mut offset) = (id, 0_u64);
        for name in path.split('.') {
            let Shape::Struct(fields) = &self.debug_type(id)?.shape else { return None };
            let field = fields.iter().find(|field| &*field.name == name)?;
            offset = offset.checked_add(field.offset)?;
            id = field.type_id;
        }
        Some((offset, self.debug_type(id)?))
    }

    /// A named number of the runtime.
    #[must_use]
    pub fn constant(&self, name: &str) -> Option<i64> {
        self.constants.get(name).copied()
    }

    /// The type of the global variable at an address.
    #[must_use]
    pub fn global(&self, address: u64) -> Option<TypeId> {
        self.globals.get(&address).copied()
    }

    /// The type that the runtime describes at this offset from the first description.
    #[must_use]
    pub fn described(&self, offset: u64) -> Option<TypeId> {
        self.described.get(&offset).copied()
    }

    /// The parts of variables that lie in the frame of the function which begins at `entry`, while `address` is carried out.
    #[must_use]
    pub fn locals(&self, entry: u64, address: u64) -> Vec<LocalPart> {
        #[cfg(feature = "dwarf")]
        return self.of_function(entry, |reader| reader.parts(address));
        #[cfg(not(feature = "dwarf"))]
        {
            let _ = (entry, address);
            Vec::new()
        }
    }

    /// The variables that function values of the function which begins at `entry` hold (since Go 1.23).
    #[must_use]
    pub fn captured(&self, entry: u64) -> Vec<CapturedVariable> {
        #[cfg(feature = "dwarf")]
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime")]
        return self.of_function(entry, |reader| reader.captured());
        #[cfg(not(feature = "dwarf"))]
        {
            let _ = entry;
            Vec::new()
        }
    }

    /// The types of the parameters of the function which begins at `entry`, in order.
    #[must_use]
    pub fn parameters(&self, entry: u64) -> Vec<TypeId> {
        #[cfg(feature = "dwarf")]
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is of one lifetime")]
        return self.of_function(entry, |reader| reader.parameters());
        #[cfg(not(feature = "dwarf"))]
        {
            let _ = entry;
            Vec::new()
        }
    }
}

#[cfg(feature = "dwarf")]
impl DebugInfo {
    /// Reads the types and variables of a program; nothing where they are damaged.
    pub(crate) fn decode(sections: Sections) -> Self {
        let Ok(read) = TypeReader::read(&sections.dwarf()) else { return Self::default() };
        let TypeReader { types, globals, described, functions, constants, by_place } = read;
        Self { types, globals, described, constants, functions, by_place, sections }
    }

    fn of_function<T>(&self, entry: u64, read: impl FnOnce(&LocalReader<'_>) -> gimli::Result<Vec<T>>) -> Vec<T> {
        let Some(place) = self.functions.get(&entry) else { return Vec::new() };
        let dwarf = self.sections.dwarf();
        LocalReader::new(&dwarf, *place, &self.by_place).and_then(|reader| read(&reader)).unwrap_or_default()
    }
}
