//! Flat and cum.

use std::ops::AddAssign;

use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

use super::key::{FrameKey, FrameKeys, Granularity};
use crate::{
    error::UsageError,
    model::{Profile, TOO_LARGE, are_comparable, int64, scale, share},
};

/// Flat and cum of every key, largest flat first.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::TopOptions;
///
/// let top = profile.top(&TopOptions::new(1));
/// assert_eq!((top.total(), top.fraction(top.rows()[0].cum)), (profile.total(1), Some(1.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Top {
    rows: Vec<TopRow>,
    by: Granularity,
    total: i128,
    unit: Unit,
    /// The unit as the profile says it.
    sample_unit: String,
    /// What values are multiplied by to be in another unit.
    factor: Option<f64>,
}

/// One key with its values.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::TopOptions;
///
/// let top = profile.top(&TopOptions::new(1));
/// assert_eq!((top.rows()[0].name(), top.rows()[0].flat), ("main.parse".into(), top.total()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TopRow {
    /// The key.
    pub key: FrameKey,
    /// The value of samples whose leaf it is: exact, where 64 bits do not hold it too.
    pub flat: i128,
    /// The value of samples in whose stack it is, each counted once.
    pub cum: i128,
}

/// What to sum, and by what.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::{Granularity, TopOptions};
///
/// let options = TopOptions::new(profile.default_sample_type()).by(Granularity::File).with_divide_by(2.0);
/// assert_eq!(profile.top(&options).rows()[0].key.file.as_deref(), Some("/src/app/parse.go"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TopOptions {
    /// The sample type's index.
    pub sample_type: usize,
    /// What makes two frames one key.
    pub by: Granularity,
    /// Whether values are divided by those of the first sample type: the mean size of an object.
    pub mean: bool,
    /// What every value is divided by.
    pub divide_by: f64,
    /// Whether fractions are of the samples that a filter left, rather than of all.
    pub relative: bool,
    /// Whether keys whose value is negative, in a difference, are left out.
    pub drop_negative: bool,
}

impl TopOptions {
    /// By function.
    #[must_use]
    pub fn new(sample_type: usize) -> Self {
        Self {
            sample_type,
            by: Granularity::Function,
            mean: false,
            divide_by: 1.0,
            relative: false,
            drop_negative: false,
        }
    }

    /// The same, by other keys.
    #[must_use]
    pub fn by(mut self, by: Granularity) -> Self {
        self.by = by;
        self
    }

    /// The same, divided by the first sample type, or not.
    #[must_use]
    pub fn with_mean(mut self, mean: bool) -> Self {
        self.mean = mean;
        self
    }

    /// The same, with every value divided.
    #[must_use]
    pub fn with_divide_by(mut self, divide_by: f64) -> Self {
        self.divide_by = divide_by;
        self
    }

    /// The same, with fractions of what a filter left, or not.
    #[must_use]
    pub fn with_relative(mut self, relative: bool) -> Self {
        self.relative = relative;
        self
    }

    /// The same, without what is negative, or not.
    #[must_use]
    pub fn with_drop_negative(mut self, drop_negative: bool) -> Self {
        self.drop_negative = drop_negative;
        self
    }

    /// A value as it is shown.
    pub(crate) fn shown(&self, value: i128, count: i128) -> i128 {
        let value = if self.mean && count != 0 { value / count } else { value };
        if self.divide_by == 1.0 { value } else { (value as f64 * (1.0 / self.divide_by)) as i128 }
    }
}

/// Sums of one key: flat and cum, and those of the first sample type. They have 128 bits only where 64 do not do, as they are
/// touched with every frame.
#[derive(Clone, Copy, Default)]
struct Sums<N> {
    flat: N,
    cum: N,
    flat_count: N,
    cum_count: N,
    /// The last sample that counted towards cum, from 1, so that recursion counts once.
    counted: usize,
}

impl Sums<i64> {
    fn widened(self) -> Sums<i128> {
        let Self { flat, cum, flat_count, cum_count, counted } = self;
        let [flat, cum, flat_count, cum_count] = [flat, cum, flat_count, cum_count].map(i128::from);
        Sums { flat, cum, flat_count, cum_count, counted }
    }
}

impl Profile {
    /// Flat and cum of every key, summed as `go tool pprof` does: a key counts once for a sample however often it is in
    /// its stack, keys without any value are left out, and so are the profile's own uninteresting frames.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_pprof::{Granularity, TopOptions};
    ///
    /// let top = profile.top(&TopOptions::new(1).by(Granularity::Line));
    /// assert_eq!(top.rows()[0].key.line, Some(12));
    /// assert_eq!(top.fraction(top.rows()[0].flat), Some(1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn top(&self, options: &TopOptions) -> Top {
        let profile = &*self.interesting();
        let FrameKeys { of_line, keys } = FrameKeys::from_profile(profile, options.by);
        let sums = match self.check_sums() {
            Ok(()) => profile.sums::<i64>(options, &of_line, keys.len()).into_iter().map(Sums::widened).collect(),
            Err(_) => profile.sums::<i128>(options, &of_line, keys.len()),
        };
        let is_negative = |sums: &Sums<i128>| sums.flat < 0 || (sums.flat == 0 && sums.cum < 0);
        let mut rows: Vec<(Sums<i128>, FrameKey)> = sums
            .into_iter()
            .zip(keys)
            .filter(|(sums, _)| sums.flat != 0 || sums.cum != 0)
            .filter(|(sums, _)| !options.drop_negative || !is_negative(sums))
            .collect();
        rows.sort_by_cached_key(|(sums, key)| {
            (std::cmp::Reverse(sums.flat.unsigned_abs()), std::cmp::Reverse(sums.cum.unsigned_abs()), key.to_string())
        });
        let shown = |(sums, key): (Sums<i128>, FrameKey)| TopRow {
            key,
            flat: options.shown(sums.flat, sums.flat_count),
            cum: options.shown(sums.cum, sums.cum_count),
        };
        let sample_unit = self.sample_types.get(options.sample_type).map_or("", |kind| kind.unit()).to_owned();
        let unit = Unit::from_pprof(&sample_unit);
        let total = match (options.mean, options.relative) {
            (true, relative) => self.mean_total(options.sample_type, relative),
            (false, true) => self.own_total(options.sample_type),
            (false, false) => self.total(options.sample_type),
        };
        let total = options.shown(total, 0);
        let rows = rows.into_iter().map(shown).collect();
        Top { rows, by: options.by, total, unit, sample_unit, factor: None }
    }

    /// Flat and cum by key; `of_line` has each line's.
    fn sums<N: Copy + Default + PartialEq + From<i64> + AddAssign>(
        &self,
        options: &TopOptions,
        of_line: &[u32],
        keys: usize,
    ) -> Vec<Sums<N>> {
        let mut sums = vec![Sums::default(); keys];
        // Most locations have one line: its key is one step away.
        let only_key = |(id, _)| match of_line[self.line_range(id)] {
            [key] => key,
            _ => SEVERAL,
        };
        let only_keys: Vec<u32> = self.locations().map(only_key).collect();
        for (number, sample) in (1..).zip(self.samples()) {
            let value = N::from(sample.value(options.sample_type));
            let count = N::from(if options.mean { sample.value(0) } else { 0 });
            if value == N::default() && count == N::default() {
                continue;
            }
            let stack = sample.locations();
            if let Some(&leaf) = stack.first().and_then(|id| of_line[self.line_range(id)].first()) {
                let sums = &mut sums[leaf as usize];
                sums.flat += value;
                sums.flat_count += count;
            }
            let mut add = |key: u32| {
                let sums = &mut sums[key as usize];
                if sums.counted != number {
                    sums.counted = number;
                    sums.cum += value;
                    sums.cum_count += count;
                }
            };
            stack.each(|id| match only_keys[id.0 as usize] {
                SEVERAL => of_line[self.line_range(id)].iter().for_each(|&key| add(key)),
                key => add(key),
            });
        }
        sums
    }
}

/// In place of the key of a location that has several lines.
const SEVERAL: u32 = u32::MAX;

impl Top {
    /// The rows: largest |flat| first, then largest |cum|, then by name.
    #[must_use]
    pub fn rows(&self) -> &[TopRow] {
        &self.rows
    }

    /// The sum of all samples' magnitudes: what fractions are of.
    #[must_use]
    pub fn total(&self) -> i128 {
        self.total
    }

    /// What the values count.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// A value's share of the total; 0 when there is none, `None` where 64 bits do not hold the value or the total.
    #[must_use]
    pub fn fraction(&self, value: i128) -> Option<f64> {
        share(value, self.total)
    }

    /// The same with tables in another unit, such as `MB` or `ms`: fractions of it, so values are no longer exact.
    ///
    /// # Errors
    /// When the sample type's unit is of another kind.
    pub fn in_unit(mut self, unit: &str) -> Result<Self, UsageError> {
        if !are_comparable(&self.sample_unit, unit) {
            return Err(UsageError::Unit { found: self.sample_unit, wanted: unit.to_owned() });
        }
        self.factor = Some(scale(1, &self.sample_unit, unit).0);
        Ok(self)
    }

    /// What the table of such keys and values promises.
    #[must_use]
    pub fn schema(by: Granularity, unit: Unit) -> TableSchema {
        Self { rows: Vec::new(), by, total: 0, unit, sample_unit: String::new(), factor: None }.definition().schema()
    }

    fn definition(&self) -> Definition<'_, &TopRow> {
        let order = "largest |flat| first, then largest |cum|, then by name";
        let about = "flat and cum of each key";
        let mut definition =
            Definition::new("top", order).about(about).embed(self.by.first_columns(), |row: &&TopRow| &row.key);
        for (name, doc, value) in [
            ("flat", "the value of samples whose leaf it is", TopRow::flat as fn(&TopRow) -> i128),
            ("cum", "the value of samples in whose stack it is, each counted once", TopRow::cum),
        ] {
            definition = match self.factor {
                None => definition.optional_int64(name, self.unit, TOO_LARGE, doc, move |row| int64(value(row))),
                Some(factor) => definition.optional_float64(name, Unit::None, TOO_LARGE, doc, move |row| {
                    int64(value(row)).map(|value| value as f64 * factor)
                }),
            };
        }
        definition
            .optional_float64("flat_fraction", Unit::Fraction, TOO_LARGE, "flat's share of the total", |row| {
                self.fraction(row.flat)
            })
            .optional_float64("cum_fraction", Unit::Fraction, TOO_LARGE, "cum's share of the total", |row| {
                self.fraction(row.cum)
            })
            .embed(self.by.last_columns(), |row| &row.key)
    }
}

/// One row a key.
impl ToTable for Top {
    fn to_table(&self) -> Table {
        self.definition().table(&self.rows)
    }
}

impl TopRow {
    fn flat(&self) -> i128 {
        self.flat
    }

    fn cum(&self) -> i128 {
        self.cum
    }

    /// The key as one text, written as `go tool pprof` writes it.
    #[must_use]
    pub fn name(&self) -> String {
        self.key.to_string()
    }
}
