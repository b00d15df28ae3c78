//! What is known of calls into libraries: what can be changed about them, and which ones the program makes.

pub(crate) mod call_advice;
pub(crate) mod module_calls;
