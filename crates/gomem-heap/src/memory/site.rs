//! Where objects were allocated.

use std::sync::Arc;

/// A place that allocates: the stack of one of the runtime's samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The bytes of a slot that it takes.
    pub slot_bytes: u64,
    /// The innermost first, without the runtime's own functions that allocate.
    pub frames: Vec<SiteFrame>,
    /// Whether it is what `runtime.AddCleanup` keeps for later.
    pub is_cleanup: bool,
}

/// A line of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFrame {
    /// The function whose code it is; of what is inlined, the function that it is inlined into.
    pub function: Arc<str>,
    /// The file.
    pub file: Arc<str>,
    /// The line.
    pub line: u64,
}

impl Site {
    /// The line that allocates.
    #[must_use]
    pub fn leaf(&self) -> Option<&SiteFrame> {
        self.frames.first()
    }
}
