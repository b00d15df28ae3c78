//! A recorded core with words of it changed, as the bytes say: it is refused, or each object is somebody's.

use std::sync::LazyLock;

use gomem_heap::{Heap, HeapOptions, Limits};
use gomem_testkit::inflated;

/// A core, its program, and where the core's words are that are not zero.
static SEED: LazyLock<(Vec<u8>, Vec<u8>, Vec<usize>)> = LazyLock::new(|| {
    let file = |ending: &str| inflated(format!("testdata/heap/holders-go1.21.13.{ending}.gz"));
    let core = file("core");
    let is_set = |at: &usize| core[*at..*at + 8] != [0; 8];
    let words = (0..core.len() / 8).map(|word| 8 * word).filter(is_set).collect();
    (core, file("bin"), words)
});

pub fn core(bytes: &[u8]) {
    let (core, binary, words) = &*SEED;
    let mut core = core.clone();
    for edit in bytes.chunks_exact(EDIT) {
        let number = |at: usize| u32::from_le_bytes([edit[at], edit[at + 1], edit[at + 2], edit[at + 3]]) as usize;
        let at = words[number(1) % words.len()];
        let word = match edit[0] % 8 {
            0 => u64::MAX >> (number(5) % 64),
            1 => number(5) as u64,
            2 | 3 => u64::from_le_bytes(core[at..at + 8].try_into().unwrap()) ^ 1 << (number(5) % 64),
            4 => {
                core.truncate(at.max(1 << 16));
                break;
            }
            // What leads elsewhere leads to the wrong place.
            _ => {
                let other = words[number(5) % words.len()];
                u64::from_le_bytes(core[other..other + 8].try_into().unwrap())
            }
        };
        core[at..at + 8].copy_from_slice(&word.to_le_bytes());
    }
    let options = HeapOptions::default()
        .with_binary(binary.clone())
        .with_limits(Limits::default().with_inflated_bytes(256 << 20));
    let Ok(heap) = Heap::decode_with(core, options) else { return };
    let sums = heap.holdings().iter().fold((0, 0_u64), |(objects, bytes), holding| {
        (objects + holding.retained_objects, bytes + holding.retained_bytes)
    });
    assert_eq!(sums, (heap.objects(), heap.bytes()));
    for table in Heap::TABLES {
        let _ = table.table(&heap);
    }
    let _ = heap.to_pprof();
    assert!(heap.redacted().is_none());
}

/// What is done, where, and with what.
const EDIT: usize = 9;
