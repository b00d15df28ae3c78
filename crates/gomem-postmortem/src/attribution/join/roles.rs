//! What functions are to the stacks they are in.

use gomem_pprof::Line;
use gomem_symbol::Symbol;

use crate::attribution::evidence::Compiler;

/// What functions are to the stacks they are in: asked of every frame of every sample, and the same for all lines of a
/// function.
pub(crate) struct Roles<'c, 'l> {
    compiler: &'c Compiler<'l>,
    by_function: Vec<Option<Role>>,
}

/// What a function is to the stack it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Own,
    /// A pool that asks for a new object: what it calls then is the user's.
    PoolGet,
    /// The body of a loop over an iterator, in a library.
    LoopBody,
    /// A function that reads from or writes to what its caller gave it.
    PassesOn,
    Other,
}

impl<'c, 'l> Roles<'c, 'l> {
    pub(crate) fn new(compiler: &'c Compiler<'l>) -> Self {
        Self { compiler, by_function: Vec::new() }
    }

    pub(crate) fn of(&mut self, line: Line<'_>) -> Role {
        let Some(function) = line.function() else { return Role::Other };
        let index = function.id().index();
        if index >= self.by_function.len() {
            self.by_function.resize(index + 1, None);
        }
        *self.by_function[index].get_or_insert_with(|| {
            if self.compiler.is_own(line) {
                Role::Own
            } else if function.name() == "sync.(*Pool).Get" {
                Role::PoolGet
            } else if is_loop_body(function.name()) {
                Role::LoopBody
            } else if ["io.", "bufio."].iter().any(|package| function.name().starts_with(package)) {
                Role::PassesOn
            } else {
                Role::Other
            }
        })
    }
}

fn is_loop_body(name: &str) -> bool {
    name.contains("-range") && Symbol::decode(name).loop_function().is_some()
}
