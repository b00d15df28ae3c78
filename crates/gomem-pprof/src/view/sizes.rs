//! How large the objects of a heap profile are, and how many of them are gone again.

use std::collections::BTreeMap;

use gomem_table::{Definition, Row, Unit};

use crate::model::{Profile, TOO_LARGE, int64, share};

/// Objects of a range of sizes.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let sizes = profile.sizes();
/// let of_pages = sizes.iter().find(|range| range.alloc_objects > 0).expect("an object");
/// assert!((of_pages.least_bytes..=of_pages.most_bytes).contains(&4_096));
/// assert!(of_pages.temporary_bytes() > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SizeRange {
    /// The range's smallest size; 0 where the profile does not tell the size.
    pub least_bytes: i64,
    /// The range's largest size.
    pub most_bytes: i64,
    /// Objects allocated.
    pub alloc_objects: i128,
    /// Bytes allocated.
    pub alloc_bytes: i128,
    /// Objects in use.
    pub inuse_objects: i128,
    /// Bytes in use.
    pub inuse_bytes: i128,
    /// The share of all objects allocated.
    pub objects_fraction: Option<f64>,
    /// The share of all bytes allocated.
    pub bytes_fraction: Option<f64>,
}

impl SizeRange {
    /// Bytes that were allocated and are not in use any more.
    #[must_use]
    pub fn temporary_bytes(&self) -> i128 {
        self.alloc_bytes - self.inuse_bytes
    }

    /// Their share of what was allocated in these sizes.
    #[must_use]
    pub fn temporary_fraction(&self) -> Option<f64> {
        share(self.temporary_bytes(), self.alloc_bytes)
    }
}

impl Profile {
    /// The objects of a heap profile by their size, in ranges that double; none for other profiles.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let [range] = &profile.sizes()[..] else { panic!("all objects have 4 KiB") };
    /// assert_eq!((range.least_bytes, range.most_bytes), (2049, 4096));
    /// let temporary = range.temporary_fraction().unwrap_or_default();
    /// assert!((temporary - 2.0 / 3.0).abs() < 0.01, "one of three is in use");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sizes(&self) -> Vec<SizeRange> {
        let index = |name: &str| self.sample_type_index(name);
        let names = ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"];
        let [Some(objects), Some(space), Some(in_use), Some(in_use_space)] = names.map(index) else {
            return Vec::new();
        };
        let mut sums: BTreeMap<i64, [i128; 4]> = BTreeMap::new();
        for sample in self.samples() {
            let (count, bytes) = (sample.value(objects), sample.value(space));
            let size = sample.object_bytes().or_else(|| bytes.checked_div(count)).unwrap_or(0);
            let sums = sums.entry(most_of(size)).or_default();
            for (sum, index) in sums.iter_mut().zip([objects, space, in_use, in_use_space]) {
                *sum += i128::from(sample.value(index));
            }
        }
        let (all_objects, all_bytes) = (self.total(objects), self.total(space));
        let range =
            |(most_bytes, [alloc_objects, alloc_bytes, inuse_objects, inuse_bytes]): (i64, [i128; 4])| SizeRange {
                least_bytes: if most_bytes <= SMALLEST { most_bytes.min(1) } else { most_bytes / 2 + 1 },
                most_bytes,
                alloc_objects,
                alloc_bytes,
                inuse_objects,
                inuse_bytes,
                objects_fraction: share(alloc_objects, all_objects),
                bytes_fraction: share(alloc_bytes, all_bytes),
            };
        sums.into_iter().filter(|(_, sums)| *sums != [0; 4]).map(range).collect()
    }
}

/// The largest size of the range that one is in.
fn most_of(size: i64) -> i64 {
    match size {
        ..=0 => 0,
        size => (size as u64)
            .checked_next_power_of_two()
            .and_then(|most| i64::try_from(most).ok())
            .map_or(i64::MAX, |most| most.max(SMALLEST)),
    }
}

/// The smallest size class of Go.
const SMALLEST: i64 = 8;

impl Row for SizeRange {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("sizes", "the smallest first")
            .about("the objects of a heap profile by their size, and what of them is temporary")
            .int64(
                "least_bytes",
                Unit::Bytes,
                "the smallest size; 0 where the profile does not tell",
                |range: &&'a Self| range.least_bytes,
            )
            .int64("most_bytes", Unit::Bytes, "the largest size", |range| range.most_bytes)
            .optional_int64("alloc_bytes", Unit::Bytes, TOO_LARGE, "bytes allocated", |range| int64(range.alloc_bytes))
            .optional_float64("bytes_fraction", Unit::Fraction, TOO_LARGE, "share of all bytes allocated", |range| {
                range.bytes_fraction
            })
            .optional_int64("alloc_objects", Unit::Count, TOO_LARGE, "objects allocated", |range| {
                int64(range.alloc_objects)
            })
            .optional_float64(
                "objects_fraction",
                Unit::Fraction,
                TOO_LARGE,
                "share of all objects allocated",
                |range| range.objects_fraction,
            )
            .optional_int64("inuse_bytes", Unit::Bytes, TOO_LARGE, "bytes in use", |range| int64(range.inuse_bytes))
            .optional_int64("inuse_objects", Unit::Count, TOO_LARGE, "objects in use", |range| {
                int64(range.inuse_objects)
            })
            .optional_int64(
                "temporary_bytes",
                Unit::Bytes,
                TOO_LARGE,
                "bytes allocated and not in use any more",
                |range| int64(range.temporary_bytes()),
            )
            .optional_float64(
                "temporary_fraction",
                Unit::Fraction,
                TOO_LARGE,
                "their share of the bytes allocated",
                |range| range.temporary_fraction(),
            )
    }
}

gomem_table::serialize_rows!(SizeRange);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_double() {
        for (size, most) in [(-1, 0), (0, 0), (1, 8), (8, 8), (9, 16), (4096, 4096), (4097, 8192), (i64::MAX, i64::MAX)]
        {
            assert_eq!(most_of(size), most, "{size}");
        }
    }

    #[test]
    fn all_objects_are_in_a_range() {
        let profile = Profile::decode(&gomem_testkit::file("examples/incident/before/heap-3.pb.gz")).unwrap();
        let sizes = profile.sizes();
        let total = |name: &str| profile.total(profile.sample_type_index(name).unwrap());
        assert_eq!(sizes.iter().map(|range| range.alloc_bytes).sum::<i128>(), total("alloc_space"));
        assert_eq!(sizes.iter().map(|range| range.inuse_objects).sum::<i128>(), total("inuse_objects"));
        assert!(sizes.is_sorted_by_key(|range| range.most_bytes));
        // The buffers of 96 KiB that are made for each request.
        let large = sizes.iter().find(|range| range.most_bytes == 128 << 10).unwrap();
        assert!(large.bytes_fraction.unwrap() > 0.3 && large.temporary_fraction().unwrap() > 0.99, "{large:?}");
        let cpu = Profile::decode(&gomem_testkit::file("examples/incident/before/cpu.pb.gz")).unwrap();
        assert!(cpu.sizes().is_empty());
    }
}
