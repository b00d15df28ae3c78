//! How large the slot is that an allocation gets.

/// The slot of so many bytes: the next of the allocator's sizes, or whole pages.
pub(crate) fn slot_of(bytes: u64) -> u64 {
    let class = |steps: u64| CLASS_OF.get(usize::try_from(steps).ok()?);
    // Sizes of classes are whole steps, so that all in a step have one class.
    match class(bytes.div_ceil(STEP)) {
        Some(class) => u64::from(CLASSES[usize::from(*class)]),
        None => bytes.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX),
    }
}

/// The slots of a class, from 1 on.
pub(crate) fn slot_of_class(class: usize) -> Option<u64> {
    CLASSES.get(class.checked_sub(1)?).map(|bytes| u64::from(*bytes))
}

/// `SizeClassToSize` in `internal/runtime/gc/sizeclasses.go`: the same since Go 1.16.
const CLASSES: [u16; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480,
    512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864,
    5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480,
    21760, 24576, 27264, 28672, 32768,
];
/// What the sizes of all classes are made of.
const STEP: u64 = 8;
/// The class of each number of steps.
const CLASS_OF: [u8; 4097] = {
    let (mut classes, mut steps, mut class) = ([0; 4097], 0, 0);
    while steps < classes.len() {
        if CLASSES[class] as usize / 8 < steps {
            class += 1;
        }
        classes[steps] = class as u8;
        steps += 1;
    }
    classes
};
/// A page of the allocator.
pub(crate) const PAGE: u64 = 8192;
/// The largest slots with a type in front of what has pointers (`maxSmallSize` in `runtime/sizeclasses.go`).
pub(crate) const LARGEST_WITH_HEADER: u64 = 32 << 10;

#[cfg(test)]
mod tests {
    use super::{CLASSES, slot_of};

    #[test]
    fn a_slot_is_the_next_larger_one() {
        let slots = [(0, 8), (8, 8), (9, 16), (33, 48), (32_768, 32_768), (32_769, 40_960), (81_920, 81_920)];
        for (bytes, slot) in slots {
            assert_eq!(slot_of(bytes), slot, "{bytes}");
        }
        for bytes in 0..=32_768 {
            assert_eq!(
                CLASSES.iter().map(|class| u64::from(*class)).find(|class| *class >= bytes),
                Some(slot_of(bytes))
            );
        }
    }
}
