//! Where objects were allocated.

use std::sync::Arc;

/// A place that allocates: the stack of one of the runtime's samples.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let site = heap.sites().iter().find(|site| site.leaf().is_some_and(|leaf| leaf.file.ends_with("globals.go")));
/// assert!(site.is_some_and(|site| site.slot_bytes > 0 && !site.is_cleanup));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
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
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let frames = heap.sites().iter().flat_map(|site| &site.frames);
/// assert!(frames.into_iter().any(|frame| &*frame.function == "main.main" && frame.line > 0));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
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
    /// The site of a stack, the innermost function first.
    pub(crate) fn of_stack(slot_bytes: u64, frames: impl IntoIterator<Item = SiteFrame>) -> Self {
        let mut site = Self { slot_bytes, frames: Vec::new(), is_cleanup: false };
        for frame in frames {
            site.is_cleanup |= site.frames.is_empty() && frame.function.starts_with("runtime.AddCleanup");
            // Profiles leave out what the runtime does to allocate.
            if !site.frames.is_empty() || !is_allocator(&frame) {
                site.frames.push(frame);
            }
        }
        site
    }

    /// The line that allocates.
    #[must_use]
    pub fn leaf(&self) -> Option<&SiteFrame> {
        self.frames.first()
    }
}

/// Whether it is the runtime that allocates: by the file too, since what is inlined has the name of the function it is in.
fn is_allocator(frame: &SiteFrame) -> bool {
    ["runtime", "internal/runtime"].iter().any(|package| {
        let within = |text: &str| text.strip_prefix(package).is_some_and(|rest| rest.starts_with(['.', '/']));
        let in_root = frame.file.rfind("/src/").is_some_and(|at| within(&frame.file[at + "/src/".len()..]));
        within(&frame.function) || within(&frame.file) || in_root
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_told_by_name_or_file() {
        let is = |function: &str, file: &str| {
            is_allocator(&SiteFrame { function: function.into(), file: file.into(), line: 1 })
        };
        assert!(is("runtime.mallocgc", "/usr/local/go/src/runtime/malloc.go"));
        assert!(is("main.f", "/usr/local/go/src/internal/runtime/maps/map.go"));
        assert!(is("main.f", "runtime/slice.go"));
        assert!(!is("main.runtime", "/home/me/src/app/runtime.go"));
        assert!(!is("runtimes.f", "runtimes/f.go"));
    }
}
