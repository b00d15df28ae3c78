//! Any bytes as a heap dump: each object is somebody's, every table can be made, and a redacted dump has the same objects.

use gomem_heap::{Heap, HeapOptions, Limits};

pub fn heap(bytes: &[u8]) {
    let options = || HeapOptions::default().with_limits(Limits::default().with_inflated_bytes(64 << 20));
    let Ok(heap) = Heap::decode_with(bytes.to_vec(), options()) else { return };
    let sums = heap.holdings().iter().fold((0, 0_u64), |(objects, bytes), holding| {
        (objects + holding.retained_objects, bytes + holding.retained_bytes)
    });
    assert_eq!(sums, (heap.objects(), heap.bytes()));
    for table in Heap::TABLES {
        let _ = table.table(&heap);
    }
    let _ = (heap.diff(&heap), heap.to_pprof());
    let redacted =
        Heap::decode_with(heap.redacted().expect("it is of a dump"), options()).expect("what was read is a dump");
    assert_eq!((redacted.objects(), redacted.bytes()), (heap.objects(), heap.bytes()));
}
