//! Where something is stored that goes to the heap.

use std::sync::Arc;

use crate::decide::Step;

/// The statement that stores something in what is on the heap: a field, an element, a map, a channel, a variable of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Store {
    /// The last step of its flow to the heap.
    pub step: Step,
    /// The function that stores it as its parameter, without its package; `None` where that is the function that makes it.
    pub function: Option<Arc<str>>,
}
