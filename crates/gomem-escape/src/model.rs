//! What is published of a log: its rows, and the tables that they make.

mod captured_variable;
mod columns;
mod decision;
mod inlining;
mod leak;
mod stack_buffer;
mod store;
mod wrapped_call;

pub use captured_variable::CapturedVariable;
pub use decision::{HeapDecision, InlinedFrom};
pub use inlining::Inlining;
pub use leak::Leak;
pub use stack_buffer::StackBuffer;
pub use store::Store;
pub use wrapped_call::WrappedCall;

pub(crate) use columns::{NO_COLUMN, NO_FUNCTION, NO_LINE};
