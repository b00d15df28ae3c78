//! The records of the memory profile: where objects were allocated.

use crate::{
    dump::{cursor::Cursor, names::Names, stop::Stop},
    memory::{Site, SiteFrame},
};

/// A bucket's number and what it is of.
pub(super) fn bucket<'a>(cursor: &mut Cursor<'a>, names: &mut Names<'a>) -> Result<(u64, Site), Stop> {
    let id = cursor.number()?;
    let slot_bytes = cursor.number()?;
    let count = cursor.number()?;
    let mut frames = Vec::new();
    let mut is_cleanup = false;
    for _ in 0..count {
        let function = names.get(cursor.text()?);
        let file = names.get(cursor.text()?);
        let line = cursor.number()?;
        let frame = SiteFrame { function, file, line };
        is_cleanup |= frames.is_empty() && frame.function.starts_with("runtime.AddCleanup");
        // Profiles leave out what the runtime does to allocate.
        if !frames.is_empty() || !is_allocator(&frame) {
            frames.push(frame);
        }
    }
    cursor.pass(2)?;
    Ok((id, Site { slot_bytes, frames, is_cleanup }))
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
