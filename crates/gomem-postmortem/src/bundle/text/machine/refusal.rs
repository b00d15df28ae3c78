//! What the runtime's own stack says of memory that the system refused.
//!
//! ```text
//! runtime: VirtualAlloc of 299704320 bytes failed with errno=1455
//! fatal error: out of memory
//!
//! runtime stack:
//! runtime.sysMap(0xc1e0000000, 0x4000000, 0x16b3e18)
//!         /usr/local/go/src/runtime/mem_linux.go:170 +0xc7
//! runtime.(*mheap).grow(0x169b820, 0x1, 0x0)
//!         /usr/local/go/src/runtime/mheap.go:1222 +0x42
//! runtime.largeAlloc(0x72eaa000, 0x450001, 0x7f2f29813f88)
//!         /usr/lib/go-1.13/src/runtime/malloc.go:1138 +0x97
//! ```

use std::ops::Range;

use crate::bundle::text::machine::machine_bytes::of_machine;

/// What the system refused, and how large the heap was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What the allocator was asked for at once.
    pub(crate) asked_bytes: Option<u64>,
    /// Addresses that the heap had before, by that of the arena that it asked for.
    pub(crate) grown_bytes: Option<u64>,
    /// Whether the program has addresses of 32 bits.
    pub(crate) is_of_32_bits: bool,
    /// Whether all memory and paging files of Windows were promised: `ERROR_COMMITMENT_LIMIT`.
    pub(crate) is_at_commit_limit: bool,
}

impl Refusal {
    /// From the lines around `fatal error: out of memory`, those before it and the stack below it.
    pub(crate) fn find(before: &[u8], stack: &[u8]) -> Self {
        let argument = |function: &[u8], index| argument(stack, function, index);
        let pages = argument(b"runtime.(*mheap).grow(", 1).and_then(|pages| pages.checked_mul(PAGE));
        let asked = ALLOCATORS.iter().find_map(|name| argument(name, 0)).or(pages).or_else(|| of_windows(before));
        Self {
            asked_bytes: asked.filter(|&bytes| of_machine(bytes as f64).is_some()),
            grown_bytes: argument(b"runtime.sysMap(", 0).and_then(grown),
            is_of_32_bits: OF_32_BITS.iter().any(|file| memchr::memmem::find(stack, file).is_some()),
            is_at_commit_limit: memchr::memmem::find(before, COMMIT_LIMIT).is_some(),
        }
    }
}

/// How far an arena lies behind the heap's first. Before Go 1.11 the heap's begin and its steps were others.
fn grown(address: u64) -> Option<u64> {
    let heap = HEAPS.iter().find(|heap| heap.contains(&address) && address.is_multiple_of(ARENA))?;
    Some(address - heap.start).filter(|&bytes| bytes > 0)
}

/// An argument of a function on the stack; with a `?` behind it the runtime only guesses it.
fn argument(stack: &[u8], function: &[u8], index: usize) -> Option<u64> {
    let begin = memchr::memmem::find(stack, function)? + function.len();
    let arguments = stack.get(begin..)?.split(|&byte| byte == b')' || byte == b'\n').next()?;
    let word = std::str::from_utf8(arguments.split(|&byte| byte == b',').nth(index)?).ok()?;
    u64::from_str_radix(word.trim().strip_prefix("0x")?, 16).ok()
}

/// `runtime: VirtualAlloc of 299704320 bytes failed with errno=1455`.
fn of_windows(before: &[u8]) -> Option<u64> {
    let begin = memchr::memmem::rfind(before, VIRTUAL_ALLOC)? + VIRTUAL_ALLOC.len();
    let digits = before[begin..].split(|byte| !byte.is_ascii_digit()).next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// `runtime/malloc.go`: up to Go 1.16 the first, then the second.
const ALLOCATORS: [&[u8]; 2] = [b"runtime.largeAlloc(", b"runtime.mallocgc("];
/// `pageSize` of `runtime/sizeclasses.go`.
const PAGE: u64 = 8 << 10;
/// `mallocinit` of `runtime/malloc.go`: where the first arena of 64-bit systems is asked for, the second on arm64, and the step.
const HEAPS: [Range<u64>; 2] = [0x00c0 << 32..0x01c0 << 32, 0x0040 << 32..0x0140 << 32];
const ARENA: u64 = 64 << 20;
/// The runtime's assembly of systems with addresses of 32 bits.
const OF_32_BITS: [&[u8]; 4] =
    [b"runtime/asm_386.s:", b"runtime/asm_arm.s:", b"runtime/asm_mipsx.s:", b"runtime/sys_linux_arm.s:"];
/// `sysUsedOS` of `runtime/mem_windows.go`.
const VIRTUAL_ALLOC: &[u8] = b"runtime: VirtualAlloc of ";
const COMMIT_LIMIT: &[u8] = b" bytes failed with errno=1455";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_and_how_large_the_heap_was() {
        let stack = |address: &str, pages: &str| {
            format!(
                "runtime.sysMap({address}, 0x4000000, 0x16b3e18)\n\tmem.go:170\nruntime.(*mheap).grow(0x169b820, {pages}, 0x0)\n"
            )
        };
        let found = |address: &str, pages: &str| {
            let refusal = Refusal::find(b"", stack(address, pages).as_bytes());
            (refusal.grown_bytes, refusal.asked_bytes)
        };
        assert_eq!(found("0xc1e0000000", "0x1"), (Some(0x1_e000_0000), Some(8192)));
        assert_eq!(found("0xc000000000", "0x39755"), (None, Some(0x72ea_a000)), "the first arena");
        assert_eq!(found("0xc49d7c0000", "0x8f6f?"), (None, None), "of Go 1.7, and guessed");
        assert_eq!(found("0x4010000000", "0xffffffffffffffff"), (Some(256 << 20), None));
        let large = Refusal::find(b"", b"runtime.largeAlloc(0x1f4b2a15, 0x101)\n\tD:/Go/src/runtime/asm_386.s:399\n");
        assert_eq!((large.asked_bytes, large.is_of_32_bits), (Some(0x1f4b_2a15), true));
        let windows = Refusal::find(b"runtime: VirtualAlloc of 4096 bytes failed with errno=1455\n", b"");
        assert_eq!((windows.asked_bytes, windows.is_at_commit_limit), (Some(4096), true));
        assert_eq!(Refusal::find(b"runtime: VirtualAlloc of ", b"runtime.sysMap(0x"), Refusal::default());
    }
}
