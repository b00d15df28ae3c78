//! The sizes of the objects that one place allocates, and what they tell.

use crate::attribution::evidence::{
    size_classes::{PAGE, below, nearest, rounded},
    size_counts::SizeCounts,
};

/// The sizes of the objects that one call of the allocator made, each with how many. Go keeps a record for each stack
/// and size, so the sizes of a profile are exact even when it is sampled.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sizes {
    counts: SizeCounts,
}

/// What sizes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One size only.
    Fixed(u64),
    /// Those of a map that grows: groups or buckets that double.
    Map,
    /// Those of a slice that grows: each near to twice the last, or a quarter more.
    Slice,
    /// None of these.
    Mixed,
}

impl Sizes {
    pub(crate) fn add(&mut self, bytes: i64, objects: i64) {
        if objects > 0 {
            self.add_objects(bytes / objects, objects);
        }
    }

    /// So many objects of one size.
    pub(crate) fn add_objects(&mut self, size: i64, objects: i64) {
        if objects <= 0 || size <= 0 {
            return;
        }
        self.counts.add(nearest(size as u64), objects);
    }

    /// Without the sizes of very few objects: a goroutine that has to wait while it allocates makes some of the runtime's.
    fn usual(&self) -> Self {
        let most = self.counts.each().map(|(_, objects)| objects).max().unwrap_or(0);
        let least_bytes = self.bytes() / RARE as u64;
        let is_usual =
            |&(size, objects): &(u64, i64)| objects > most / RARE || size.saturating_mul(objects as u64) > least_bytes;
        Self { counts: self.counts.each().filter(is_usual).collect() }
    }

    /// All of several calls together.
    pub(crate) fn merged<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let mut merged = Self::default();
        all.for_each(|sizes| merged.merge(sizes));
        merged
    }

    /// Takes in what another call made.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (size, objects) in other.counts.each() {
            self.add((size as i64).saturating_mul(objects), objects);
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.counts.each().fold(0, |sum: u64, (size, objects)| sum.saturating_add(size.saturating_mul(objects as u64)))
    }

    pub(crate) fn objects(&self) -> i64 {
        self.counts.each().fold(0, |sum: i64, (_, objects)| sum.saturating_add(objects))
    }

    /// All sizes, the smallest first.
    pub(crate) fn all(&self) -> Vec<u64> {
        self.counts.sizes().collect()
    }

    /// How many sizes there are.
    pub(crate) fn distinct(&self) -> usize {
        self.counts.len()
    }

    pub(crate) fn contains(&self, wanted: u64) -> bool {
        self.counts.contains(wanted)
    }

    /// Whether there are two sizes, about as many objects of one as of the other as far as a sampler tells, and one of them is
    /// among `wanted`.
    pub(crate) fn has_pair_with(&self, wanted: &[u64]) -> bool {
        let is_pair = |a: i64, b: i64| a == b || a.min(b).saturating_mul(MOST_APART) >= a.max(b);
        self.exactly().is_some_and(|[(small, a), (large, b)]| {
            let is_growth = a != b && large == 2 * small;
            is_pair(a, b) && !is_growth && (wanted.contains(&small) || wanted.contains(&large))
        })
    }

    /// Whether there were objects of each size before there were of the next, as where a slice grows from the beginning, as far
    /// as a sampler tells.
    pub(crate) fn grows_from_small(&self) -> bool {
        let mut pairs = self.counts.each().zip(self.counts.each().skip(1));
        self.smallest() <= LARGEST_FIRST
            && pairs.all(|((_, small), (_, large))| large <= small.saturating_mul(2))
            && self.doubles()
    }

    /// Whether no small size is less than twice the one before: a slice of few elements doubles, texts have any length.
    fn doubles(&self) -> bool {
        let mut pairs = self.counts.sizes().zip(self.counts.sizes().skip(1));
        pairs.all(|(small, large)| small >= LARGEST_DOUBLED || large >= 2 * small)
    }

    /// Whether sizes lie close together, as those of a text that grows by `s += x`, and not as those of doubled memory.
    pub(crate) fn is_dense(&self) -> bool {
        let pairs = self.counts.sizes().zip(self.counts.sizes().skip(1));
        let close = pairs.filter(|(small, large)| (*large as f64) < 1.4 * *small as f64).count();
        self.distinct() >= 4 && 2 * close >= self.distinct()
    }

    /// The share of the bytes of what grows that it does without when it has room enough from the beginning: memory that is
    /// replaced by larger memory. All of it when the sizes do not show that it grows.
    pub(crate) fn avoidable_fraction(&self) -> f64 {
        match self.shape() {
            Shape::Map | Shape::Slice => self.outgrown_fraction(),
            _ if !self.is_dense() => 1.0,
            _ if self.grows_in_many_steps() => self.outgrown_in_steps(),
            _ => self.outgrown_fraction(),
        }
    }

    /// Whether sizes lie close together over a wide range: a text that grows by many small pieces.
    fn grows_in_many_steps(&self) -> bool {
        self.distinct() >= MANY_SIZES && self.largest() >= self.smallest().saturating_mul(WIDE)
    }

    /// The same of what grows by pieces no larger than the smallest of it. A wide class has more of the steps than a narrow one, so that how
    /// many grow through a size is told by what is made for each byte of the class's width.
    fn outgrown_in_steps(&self) -> f64 {
        let each: Vec<(u64, i64)> = self.counts.each().collect();
        let (mut through, mut kept) = (0.0_f64, 0.0);
        for &(size, objects) in each.iter().rev() {
            let density = objects as f64 / size.saturating_sub(below(size)).clamp(1, PAGE) as f64;
            kept += size as f64 * (density - through).max(0.0);
            through = through.max(density);
        }
        1.0 - (kept * self.smallest() as f64 / self.bytes().max(1) as f64).min(1.0)
    }

    fn outgrown_fraction(&self) -> f64 {
        let next = self.counts.each().map(|(_, objects)| objects).skip(1).chain([0]);
        let kept: f64 =
            self.counts.each().zip(next).map(|((size, n), next)| size as f64 * (n - next).max(0) as f64).sum();
        1.0 - (kept / self.bytes().max(1) as f64).min(1.0)
    }

    pub(crate) fn smallest(&self) -> u64 {
        self.counts.sizes().next().unwrap_or(0)
    }

    pub(crate) fn largest(&self) -> u64 {
        self.counts.largest().unwrap_or(0)
    }

    /// The only size, when there is one.
    pub(crate) fn fixed(&self) -> Option<u64> {
        self.exactly().map(|[(size, _)]| size)
    }

    /// Whether all but very few objects have one size.
    pub(crate) fn is_nearly_fixed(&self) -> bool {
        self.usual().fixed().is_some()
    }

    /// All of them, when there are so many.
    fn exactly<const N: usize>(&self) -> Option<[(u64, i64); N]> {
        let mut each = self.counts.each();
        (self.distinct() == N).then(|| std::array::from_fn(|_| each.next().unwrap_or_default()))
    }

    pub(crate) fn shape(&self) -> Shape {
        match self.usual().exact_shape() {
            Shape::Mixed if self.has_tables() || self.is_first_table() => Shape::Map,
            shape => shape,
        }
    }

    fn exact_shape(&self) -> Shape {
        if self.distinct() == 0 || self.distinct() > MOST_SIZES {
            return Shape::Mixed;
        }
        if let Some(size) = self.fixed() {
            return Shape::Fixed(size);
        }
        if is_doubling(&self.all()) {
            return Shape::Slice;
        }
        if self.bases().any(|base| self.is_map_of(base, &is_bucket)) { Shape::Map } else { Shape::Mixed }
    }

    /// The sizes that can be of one bucket: as large as their size class.
    fn bases(&self) -> impl Iterator<Item = u64> + '_ {
        self.counts.sizes().filter(|base| *base <= LARGEST_BUCKET && rounded(*base) == *base)
    }

    /// Whether what looks like a map that grows can be one since Go 1.24: with a `table` for each array, or with groups as a map has.
    pub(crate) fn can_be_groups(&self) -> bool {
        let usual = self.usual();
        self.has_tables() || self.is_first_table() || usual.bases().any(|base| usual.is_map_of(base, &is_group))
    }

    /// Whether each larger object has a `table` (`internal/runtime/maps/table.go`, since Go 1.24) of its own.
    fn has_tables(&self) -> bool {
        // The first can have been made elsewhere, with room asked for; a large directory of tables is no table.
        let (tables, arrays) = self.tables_and_arrays();
        tables >= FEWEST_TABLES && tables.abs_diff(arrays) <= 1 + tables.unsigned_abs() / 16
    }

    /// Whether there are objects of the size of a `table`, which each map of more than one group has since Go 1.24: as many as
    /// arrays of groups, as far as a sampler tells.
    pub(crate) fn has_map_tables(&self) -> bool {
        let (tables, arrays) = self.tables_and_arrays();
        tables > 0 && tables.saturating_mul(2) >= arrays || self.has_tables() || self.is_first_table()
    }

    /// How many objects have the size of a `table`, and how many are larger than two: arrays of groups, if it is a map.
    fn tables_and_arrays(&self) -> (i64, i64) {
        let objects = |is: fn(u64) -> bool| {
            let of = self.counts.each().filter(move |(size, _)| is(*size));
            of.fold(0_i64, |sum, (_, objects)| sum.saturating_add(objects))
        };
        (objects(|size| size == TABLE), objects(|size| size > 2 * TABLE))
    }

    /// Whether each map's header is made here too, as `make(map[K]V, n)` does: a map that grows has one already.
    pub(crate) fn has_map_headers(&self) -> bool {
        let of_header = self.counts.each().find(|(size, _)| *size == MAP_HEADER);
        let headers = of_header.map_or(0, |(_, objects)| objects);
        let mut others = self.counts.each().filter(|(size, _)| *size > MAP_HEADER);
        headers > 0 && others.all(|(size, objects)| size % MAP_HEADER != 0 && objects <= headers.saturating_mul(2))
    }

    /// Whether it can be what `make(Names, n)` of a map makes: a header for each map, and for those with more than one group or
    /// bucket their array, since Go 1.24 with a `table` and a directory.
    pub(crate) fn can_be_of_made_maps(&self) -> bool {
        let (mut headers, mut arrays, mut tables) = (0_i64, 0_i64, 0_i64);
        for (size, objects) in self.usual().counts.each() {
            let of_size = match size {
                MAP_HEADER => &mut headers,
                TABLE => &mut tables,
                DIRECTORY => continue,
                SMALLEST_MADE_ARRAY.. => &mut arrays,
                _ => return false,
            };
            *of_size = of_size.saturating_add(objects);
        }
        let is_like = |a: i64, b: i64| a <= b.saturating_mul(2).saturating_add(FEWEST_TABLES);
        headers > 0 && is_like(arrays, headers) && (tables == 0 || is_like(arrays, tables) && is_like(tables, arrays))
    }

    /// Whether each array comes with the `table` and the directory of a map that got its first one.
    fn is_first_table(&self) -> bool {
        matches!(
            self.exactly(),
            Some([(DIRECTORY, directories), (TABLE, tables), (array, arrays)])
                if directories == tables && tables == arrays && array > 2 * TABLE
        )
    }

    /// Whether most of it is arrays of buckets of one size, which `is_one` tells. A map also keeps tables, directories and lists of
    /// overflow.
    fn is_map_of(&self, base: u64, is_one: &dyn Fn(u64) -> bool) -> bool {
        let (mut matched, mut largest, mut is_telling) = (0_u64, 0, base >= SMALLEST_TELLING_BUCKET);
        for (size, objects) in self.counts.each().skip_while(|(size, _)| *size < base) {
            if let Some(has_overflow) = is_bucket_array(size, base, is_one) {
                matched = size.saturating_mul(objects as u64).saturating_add(matched);
                largest = size;
                is_telling |= has_overflow;
            }
        }
        is_telling
            && largest as f64 >= LEAST_GROWTH * base as f64
            && matched as f64 >= LEAST_IN_BUCKETS * self.bytes() as f64
    }
}

/// Whether each size is about twice the one before, or for large ones a quarter more (`nextslicecap` in
/// `runtime/slice.go`), rounded to a size class.
fn is_doubling(sizes: &[u64]) -> bool {
    sizes.windows(2).all(|pair| {
        let (small, large) = (pair[0], pair[1]);
        let least = if small < 2048 { 1.45 } else { 1.1 };
        let header = if small <= MOST_WITHOUT_HEADER && large > MOST_WITHOUT_HEADER { MALLOC_HEADER } else { 0 };
        let is_doubled =
            large as f64 >= least * small as f64 && large <= rounded(small.saturating_mul(2).saturating_add(header));
        is_doubled || (small <= 16 && large <= 32)
    })
}

/// Whether a size is that of `base`-sized buckets doubled some times, and whether a sixteenth more for overflow
/// (`makeBucketArray` in `runtime/map.go` until Go 1.23). The base was rounded up to its size class itself.
fn is_bucket_array(size: u64, base: u64, is_one: &dyn Fn(u64) -> bool) -> Option<bool> {
    let exact = (below(base) / 8 + 1..=base / 8).map(|words| words * 8);
    let fits = |bytes: u64| rounded(bytes) == size || rounded(bytes + MALLOC_HEADER) == size;
    exact.into_iter().filter(|exact| is_one(*exact)).find_map(|exact| {
        (0..MOST_DOUBLINGS).find_map(|doubled| {
            let bytes = exact << doubled;
            if fits(bytes) {
                return Some(false);
            }
            (doubled >= 4 && fits(bytes / 16 * 17)).then_some(true)
        })
    })
}

/// Whether a bucket can have so many bytes: `bucketOf` until Go 1.23 keeps keys and values apart, so that no slot has room to spare.
fn is_bucket(bytes: u64) -> bool {
    bytes >= 16
}

/// Whether a group can have so many bytes: a control word and eight slots, which are whole words unless they are small.
fn is_group(bytes: u64) -> bool {
    bytes % 64 == 8 || bytes <= LARGEST_OF_HALF_WORDS && bytes % 32 == 8
}

/// Eight slots of two words.
const LARGEST_OF_HALF_WORDS: u64 = 136;
/// The size of `internal/runtime/maps.Map`, and of `runtime.hmap` before Go 1.24.
const MAP_HEADER: u64 = 48;
/// How many times as many objects of one size the sampler can seem to see of a pair.
const MOST_APART: i64 = 3;
/// The first memory of most slices is of one element, or of 8 bytes.
const LARGEST_FIRST: u64 = 128;
/// A slice of 256 elements and more grows by less (`nextslicecap` in `runtime/slice.go`), and an element has a byte at least.
const LARGEST_DOUBLED: u64 = 256;
/// A text of few pieces has fewer, and sizes of other kinds are in a narrower range.
const MANY_SIZES: usize = 12;
const WIDE: u64 = 16;
const RARE: i64 = 50;
/// More than what grows by a quarter has up to the end of all addresses.
const MOST_SIZES: usize = 160;
const TABLE: u64 = 32;
/// One pointer to a table.
const DIRECTORY: u64 = 8;
const FEWEST_TABLES: i64 = 3;

/// Two groups of eight slots with four bytes of key and of value.
const SMALLEST_MADE_ARRAY: u64 = 128;
/// Smaller buckets have sizes that slices have too.
const SMALLEST_TELLING_BUCKET: u64 = 72;
/// Keys and values beyond 128 bytes are held by pointers.
const LARGEST_BUCKET: u64 = 2304;
/// Twice as many buckets, rounded to size classes.
const LEAST_GROWTH: f64 = 1.8;
const LEAST_IN_BUCKETS: f64 = 0.8;
const MOST_DOUBLINGS: u32 = 32;
/// What objects with pointers carry since Go 1.22, beyond a size (`minSizeForMallocHeader`).
const MALLOC_HEADER: u64 = 8;
const MOST_WITHOUT_HEADER: u64 = 512;

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(sizes: &[u64]) -> Shape {
        let mut all = Sizes::default();
        for size in sizes {
            all.add(*size as i64 * 3, 3);
        }
        all.shape()
    }

    #[test]
    fn growth_has_a_shape() {
        assert_eq!(shape(&[8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 6784, 9472, 12288]), Shape::Slice);
        assert_eq!(shape(&[16, 32, 64, 128]), Shape::Slice);
        assert_eq!(shape(&[8, 16, 32, 64, 128, 256, 512, 1152, 2048, 4096]), Shape::Slice);
        assert_eq!(shape(&[24, 48, 96, 192, 384]), Shape::Slice);
        // map[int]int of Go 1.21, and of Go 1.24.
        assert_eq!(shape(&[144, 288, 576, 1152, 2688, 5376, 10240, 20480]), Shape::Map);
        assert_eq!(shape(&[8, 16, 32, 144, 288, 576, 1152, 2304, 4864, 9472, 18432]), Shape::Map);
        assert_eq!(shape(&[112]), Shape::Fixed(112));
        assert_eq!(shape(&[80, 96, 112, 128]), Shape::Mixed);
        // With lists of overflow buckets.
        assert_eq!(shape(&[8, 16, 24, 32, 64, 80, 128, 256, 512, 6144, 10880, 21760, 49152]), Shape::Map);
        assert_eq!(shape(&[24, 208, 416, 896, 1792, 4096, 8192, 14336]), Shape::Map);
        assert_eq!(shape(&[8, 32, 416]), Shape::Map);
        assert_eq!(shape(&[8, 4096]), Shape::Mixed);
        assert_eq!(shape(&[8, 1 << 40, 1 << 60]), Shape::Mixed);
        let mut tables = Sizes::default();
        for (size, objects) in [(16, 1), (32, 70), (128, 1), (256, 1), (352, 1), (704, 1), (21760, 1), (49152, 67)] {
            tables.add(size * objects, objects);
        }
        assert_eq!(tables.shape(), Shape::Map);
    }

    #[test]
    fn a_few_of_another_size_are_left_out() {
        let is_nearly_fixed = |objects: &[(i64, i64)]| {
            let mut all = Sizes::default();
            objects.iter().for_each(|(size, count)| all.add(size * count, *count));
            all.is_nearly_fixed()
        };
        assert!(is_nearly_fixed(&[(4096, 1000), (512, 3)]));
        assert!(!is_nearly_fixed(&[(4096, 1000), (8192, 300)]));
        assert!(!is_nearly_fixed(&[(4096, 1000), (1 << 20, 3)]), "few, but most of the bytes");
        assert!(!is_nearly_fixed(&[]));
    }

    #[test]
    fn what_is_outgrown() {
        let mut grown = Sizes::default();
        for (size, objects) in [(16, 10), (32, 10), (64, 4), (128, 4)] {
            grown.add(size * objects, objects);
        }
        let kept = (6 * 32 + 4 * 128) as f64;
        assert!((grown.outgrown_fraction() - (1.0 - kept / 1248.0)).abs() < 1e-9);
    }

    #[test]
    fn of_a_text_that_grows_by_small_pieces_hardly_anything_is_kept() {
        let mut grown = Sizes::default();
        for rows in 1..=300 {
            grown.add(20 * rows * 50, 50);
        }
        assert!(grown.is_dense());
        assert!(grown.avoidable_fraction() > 0.95, "{}", grown.avoidable_fraction());
        let mut few = Sizes::default();
        [64, 80, 96, 112, 128].iter().for_each(|&size| few.add(size * 100, 100));
        assert!(few.is_dense() && !few.grows_in_many_steps());
        assert!((few.avoidable_fraction() - few.outgrown_fraction()).abs() < 1e-9);
    }

    #[test]
    fn maps_that_are_made_have_headers() {
        let can_be = |objects: &[(i64, i64)]| {
            let mut all = Sizes::default();
            objects.iter().for_each(|(size, count)| all.add(size * count, *count));
            all.can_be_of_made_maps()
        };
        assert!(can_be(&[(48, 100)]), "each of at most eight elements");
        assert!(can_be(&[(8, 40), (32, 40), (48, 100), (288, 30), (1152, 10)]));
        assert!(can_be(&[(48, 100), (416, 60)]), "until Go 1.23");
        assert!(!can_be(&[(32, 19), (48, 198), (64, 182)]), "rows of two, three and four values");
        assert!(!can_be(&[(16, 24), (48, 24), (64, 4)]));
        assert!(!can_be(&[(48, 10), (256, 400)]), "more arrays than maps");
    }

    #[test]
    fn neither_texts_nor_a_slice_are_a_map() {
        let of = |objects: &[(i64, i64)]| {
            let mut all = Sizes::default();
            objects.iter().for_each(|(size, count)| all.add(size * count, *count));
            all
        };
        assert!(!of(&[(16, 1700), (24, 170), (48, 140)]).grows_from_small(), "texts of three lengths");
        assert!(of(&[(16, 1700), (32, 170), (64, 140)]).grows_from_small());
        let appended = [(32, 16), (64, 16), (256, 14), (512, 10), (1152, 10), (2304, 10), (4864, 8)];
        assert!(!of(&appended).has_map_tables(), "more arrays than tables");
        assert!(of(&[(8, 40), (32, 40), (144, 20), (288, 20)]).has_map_tables());
        let texts = of(&[(32, 32), (64, 16), (128, 28), (256, 6), (1152, 8)]);
        assert!(texts.shape() == Shape::Map && !texts.can_be_groups(), "slices of texts");
        assert!(of(&[(8, 40), (32, 40), (144, 20), (288, 20), (576, 10)]).can_be_groups());
    }

    #[test]
    fn a_text_that_grows_is_dense() {
        let dense = |sizes: &[u64]| {
            let mut all = Sizes::default();
            sizes.iter().for_each(|size| all.add(*size as i64, 1));
            all.is_dense()
        };
        assert!(dense(&[16, 24, 32, 48, 64, 80, 96, 112, 128, 144]));
        assert!(!dense(&[8, 16, 32, 64, 128, 256, 512, 848, 1280]));
        assert!(!dense(&[8, 16, 32, 144, 288, 576, 1152]));
    }
}
