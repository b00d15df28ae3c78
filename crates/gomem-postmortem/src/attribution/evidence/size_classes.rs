//! The sizes that memory is allocated in.

/// The size of the memory for so many bytes (`roundupsize` in `runtime/msize.go`).
pub(crate) fn rounded(bytes: u64) -> u64 {
    let at = CLASSES.partition_point(|class| *class < bytes);
    CLASSES.get(at).copied().unwrap_or_else(|| bytes.div_ceil(PAGE).saturating_mul(PAGE))
}

/// The size class that a mean size is of: scaling by the sampling rate moves it a little. The size itself when none is near.
pub(crate) fn nearest(size: u64) -> u64 {
    if rounded(size) == size {
        return size;
    }
    let class = rounded(size.saturating_sub(size / SCALING));
    if class.abs_diff(size) <= size / SCALING + 1 { class } else { size }
}

/// Whether memory of a size is allocated for an object of so many bytes: what is larger than 512 bytes and has pointers begins with
/// a word about these since Go 1.22 (`MinSizeForMallocHeader` in `internal/runtime/gc`).
pub(crate) fn is_room_for(size: u64, bytes: u64) -> bool {
    rounded(bytes) == size || bytes > 512 && rounded(bytes.saturating_add(8)) == size
}

/// The size below one of them.
pub(crate) fn below(size: u64) -> u64 {
    CLASSES.iter().rev().find(|class| **class < size).copied().unwrap_or(0)
}

pub(crate) const PAGE: u64 = 8192;

/// Bytes and objects of a sample are scaled and rounded each for itself.
const SCALING: u64 = 500;

/// `class_to_size` of `runtime/sizeclasses.go`.
const CLASSES: [u64; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480,
    512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864,
    5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480,
    21760, 24576, 27264, 28672, 32768,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_of_the_class_near_it_and_a_size_of_its_own() {
        for (size, class) in
            [(8192, 8192), (8190, 8192), (8193, 8192), (40, 40), (10 << 20, 10 << 20), (200 << 20, 200 << 20)]
        {
            assert_eq!(nearest(size), class, "{size}");
        }
    }
}
