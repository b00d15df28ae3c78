//! What is allocated: on lines of the user's own code, in the calls on them, and in goroutines that no line of theirs is in.

pub(crate) mod background;
pub(crate) mod called;
pub(crate) mod calls_together;
pub(crate) mod charged;
pub(crate) mod kept;
pub(crate) mod line_cost;
pub(crate) mod pool;
pub(crate) mod start;
