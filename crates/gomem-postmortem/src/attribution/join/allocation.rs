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

    /// Whether `sync.OnceValue` or `OnceValues` runs the function that makes it. Inlined, their closures are called after the caller.
    pub(crate) fn is_of_once(&self) -> bool {
        let mut functions = self.stack.frames().filter_map(|line| line.function());
        functions.any(|function| function.name().contains("OnceValue") && function.path().as_str().ends_with(ONCE_FILE))
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

const ONCE_FILE: &str = "sync/oncefunc.go";

#[cfg(test)]
mod tests {
    use gomem_pprof::Profile;

    use crate::attribution::{AttributeOptions, attribute};

    /// Whether what `main.render` makes below these frames is said to be of a `sync.OnceValue`.
    fn is_of_once(frames: [(&str, &str); 2]) -> bool {
        let [(inner, inner_file), (outer, outer_file)] = frames;
        let text = format!(
            "heap profile: 1: 4096 [1: 4096] @ heap/1\n1: 4096 [1: 4096] @ 0x40 0x41 0x42\n#\t0x40\tmain.render+0x1\t/app/main.go:34\n\
             #\t0x41\t{inner}+0x1\t{inner_file}\n#\t0x42\t{outer}+0x1\t{outer_file}\n\n"
        );
        let profile = Profile::decode(text.as_bytes()).expect("a profile");
        attribute(&profile, None, &AttributeOptions::default())[0].is_of_once
    }

    #[test]
    fn what_a_once_value_calls_for_is_its_own() {
        let once = "/go/src/sync/oncefunc.go:73";
        assert!(is_of_once([("sync.OnceValue[...].func1", once), ("main.get", "/app/main.go:30")]));
        let inlined = "main..get.OnceValue[go.shape.*uint8].func2";
        assert!(is_of_once([(inlined, once), ("main.get", "/app/main.go:30")]));
        assert!(!is_of_once([("sync.OnceFunc.func1", once), ("main.get", "/app/main.go:30")]), "gives nothing");
        assert!(!is_of_once([("main.OnceValue", "/app/main.go:20"), ("main.get", "/app/main.go:30")]));
        assert!(!is_of_once([("sync.(*Once).Do", "/go/src/sync/once.go:69"), ("main.get", "/app/main.go:30")]));
    }
}
