//! A call of the allocator.

use gomem_binary::MadeType;
use gomem_pprof::{Function, FunctionId, Line, Location, Sample};

use crate::attribution::evidence::{Compiler, Operation, Sizes};

/// One call of the allocator: an address of the program, with all that it allocated.
#[derive(Debug, Clone)]
pub(crate) struct Allocation<'a> {
    pub(crate) location: Location<'a>,
    /// What it calls, where that is proved.
    pub(crate) operation: Option<Operation>,
    /// The type of what it makes, where that is proved.
    pub(crate) made: Option<Box<MadeType>>,
    pub(crate) sizes: Sizes,
    pub(crate) bytes: i64,
    pub(crate) objects: i64,
    pub(crate) inuse_bytes: i64,
    pub(crate) inuse_objects: i64,
    /// Bytes in use of those sizes and stacks of which nearly all stay.
    pub(crate) staying_bytes: i64,
    /// Objects made below a pool's `Get`.
    pub(crate) pool_objects: i64,
    pub(crate) stack: Sample<'a>,
}

impl<'a> Allocation<'a> {
    pub(crate) fn new(location: Location<'a>, stack: Sample<'a>, compiler: &Compiler<'_>) -> Self {
        Self {
            location,
            operation: compiler.operation(location),
            made: compiler.made_type(location).map(Box::new),
            sizes: Sizes::default(),
            bytes: 0,
            objects: 0,
            inuse_bytes: 0,
            inuse_objects: 0,
            staying_bytes: 0,
            pool_objects: 0,
            stack,
        }
    }

    /// Adds a sample, one size by one stack: bytes and objects allocated, bytes and objects in use.
    pub(crate) fn add(
        &mut self,
        [bytes, objects, inuse_bytes, inuse_objects]: [i64; 4],
        object_bytes: Option<i64>,
        is_of_pool: bool,
    ) {
        match object_bytes {
            Some(size) => self.sizes.add_objects(size, objects),
            None => self.sizes.add(bytes, objects),
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.objects = self.objects.saturating_add(objects);
        self.inuse_bytes = self.inuse_bytes.saturating_add(inuse_bytes);
        self.inuse_objects = self.inuse_objects.saturating_add(inuse_objects);
        let is_staying = inuse_bytes.saturating_mul(10) >= bytes.saturating_mul(9);
        self.staying_bytes = self.staying_bytes.saturating_add(if is_staying { inuse_bytes } else { 0 });
        self.pool_objects = self.pool_objects.saturating_add(if is_of_pool { objects } else { 0 });
    }

    /// The same call, with what it allocated by way of other stacks too.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.sizes.merge(&other.sizes);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.objects = self.objects.saturating_add(other.objects);
        self.inuse_bytes = self.inuse_bytes.saturating_add(other.inuse_bytes);
        self.staying_bytes = self.staying_bytes.saturating_add(other.staying_bytes);
    }

    /// Where its code is: of one line the code stands in the order in which it runs.
    pub(crate) fn address(&self) -> u64 {
        self.location.address()
    }

    /// Its inline chain, the innermost first.
    pub(crate) fn lines(&self) -> impl ExactSizeIterator<Item = Line<'a>> + DoubleEndedIterator + use<'a> {
        self.location.lines()
    }

    /// Whether `sync.OnceValue` or `OnceValues` runs the function that makes it.
    pub(crate) fn is_of_once(&self) -> bool {
        let mut functions = self.stack.frames().filter_map(|line| line.function());
        functions.any(|function| function.name().starts_with(ONCE_VALUE))
    }

    /// Whether both are of the same code; one expression can be inlined several times.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.places().eq(other.places())
    }

    /// What calls of the same code have in common.
    pub(crate) fn code(&self) -> Vec<(Option<FunctionId>, i64)> {
        self.places().collect()
    }

    fn places(&self) -> impl Iterator<Item = (Option<FunctionId>, i64)> {
        self.lines().map(|line| (line.function().map(|function| function.id()), line.line()))
    }

    /// The function that calls the allocator: the innermost of the inline chain.
    pub(crate) fn function(&self) -> Option<Function<'a>> {
        self.lines().next()?.function()
    }
}

const ONCE_VALUE: &str = "sync.OnceValue";
