//! Types and variables, as a program's debug information describes them.

use std::sync::Arc;

/// A type, by its place in [`DebugInfo`](crate::DebugInfo).
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// # let types = layout.debug_info();
/// # if types.is_empty() { return Ok(()); } // Without the feature `dwarf`.
/// let id = types.named("main.session").expect("the program's own type");
/// assert_eq!(types.types()[id.index()].name, types.debug_type(id).expect("a type").name);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// # let types = layout.debug_info();
/// # if types.is_empty() { return Ok(()); } // Without the feature `dwarf`.
/// let id = types.named("main.session").expect("the program's own type");
/// let session = types.debug_type(id).expect("a type");
/// assert_eq!(&*session.name, "main.session");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// # let types = layout.debug_info();
/// # if types.is_empty() { return Ok(()); } // Without the feature `dwarf`.
/// use gomem_binary::Shape;
///
/// let id = types.named("main.session").expect("the program's own type");
/// assert!(matches!(types.debug_type(id).expect("a type").shape, Shape::Struct(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// # let types = layout.debug_info();
/// # if types.is_empty() { return Ok(()); } // Without the feature `dwarf`.
/// use gomem_binary::Shape;
///
/// let id = types.named("main.session").expect("the program's own type");
/// let session = types.debug_type(id).expect("a type");
/// let Shape::Struct(fields) = &session.shape else { panic!("a struct") };
/// assert!(fields.iter().all(|field| field.offset < session.bytes));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// # let types = layout.debug_info();
/// # if types.is_empty() { return Ok(()); } // Without the feature `dwarf`.
/// // Functions of amd64 begin at multiples of 32.
/// let mut functions = layout.extent().step_by(32).filter_map(|address| layout.function(address));
/// let wait = functions.find(|function| function.name() == Some("main.wait")).expect("the program's own").entry();
/// // `local := make([]byte, n)`: once it is made, where its bytes are lies in the frame.
/// let mut parts = (wait..wait + 64).flat_map(|address| types.locals(wait, address));
/// let local = parts.find(|part| &*part.name == "local").expect("a variable");
/// assert!(local.frame_offset < 0 && (local.offset, local.bytes, local.is_address) == (0, 8, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// # let program = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let layout = gomem_binary::Layout::decode(&program)?;
/// # let types = layout.debug_info();
/// # if types.is_empty() { return Ok(()); } // Without the feature `dwarf`.
/// // Functions of amd64 begin at multiples of 32.
/// let mut functions = layout.extent().step_by(32).filter_map(|address| layout.function(address));
/// let closure = functions.find(|function| function.name() == Some("main.deferred.func1")).expect("the program's own");
/// let captured = types.captured(closure.entry());
/// // The address of the code comes first.
/// assert_eq!(captured.iter().map(|variable| (&*variable.name, variable.offset)).collect::<Vec<_>>(), [("buffer", 8)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedVariable {
    /// Its name.
    pub name: Arc<str>,
    /// Its type; what is held may be its address.
    pub type_id: TypeId,
    /// Where it is in what the function value points to.
    pub offset: u64,
}
