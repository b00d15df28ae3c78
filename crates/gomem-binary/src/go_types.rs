//! Types and variables, as a program's debug information describes them.

use std::sync::Arc;

/// A type, by its place in [`DebugInfo`](crate::DebugInfo).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub(crate) u32);

impl TypeId {
    /// Its place among all types.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DebugType {
    /// Its name, with the path of the package.
    pub name: Arc<str>,
    /// The bytes of a value.
    pub bytes: u64,
    /// What a value is made of.
    pub shape: Shape,
}

/// What values of a type are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Nothing that leads elsewhere, or nothing that is known.
    Plain,
    /// A pointer to a value.
    Pointer(TypeId),
    /// A pointer to nobody says what.
    UntypedPointer,
    /// A function value: a pointer to where its code begins, and to the variables that it holds.
    Function,
    /// A type and a pointer to the value.
    Interface,
    /// A pointer to letters, and their number.
    Text,
    /// A pointer to elements, their number, and how many there is room for.
    Slice(TypeId),
    /// A pointer to the runtime's head of a map.
    Map(TypeId),
    /// A pointer to the runtime's head of a channel.
    Channel {
        /// The head's type.
        head: TypeId,
        /// That of what is sent.
        element: TypeId,
    },
    /// Values one behind the other.
    Array {
        /// Their type.
        element: TypeId,
        /// Their number.
        count: u64,
    },
    /// Fields, by offset.
    Struct(Vec<Field>),
}

/// A field of a struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Arc<str>,
    /// Where it begins.
    pub offset: u64,
    /// Its type.
    pub type_id: TypeId,
}

/// A part of a function's variable that lies on the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPart {
    /// The variable's name.
    pub name: Arc<str>,
    /// Its type.
    pub type_id: TypeId,
    /// Where the part begins, from the end of the function's frame.
    pub frame_offset: i64,
    /// Where it begins in the variable.
    pub offset: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Whether it is the variable's address: the variable itself was moved to the heap.
    pub is_address: bool,
}

/// A variable that a function value holds for its function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedVariable {
    /// Its name.
    pub name: Arc<str>,
    /// Its type; what is held may be its address.
    pub type_id: TypeId,
    /// Where it is in what the function value points to.
    pub offset: u64,
}
