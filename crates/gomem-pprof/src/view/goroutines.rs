//! Goroutines one by one, out of a dump (`debug=2`).

use gomem_table::{Definition, Row, Unit};

use crate::model::{Line, Profile, Sample, goroutine_label as label};

/// A goroutine of a dump.
///
/// ```
/// use gomem_pprof::Profile;
///
/// let dump = b"goroutine 7 [chan receive, 12 minutes]:\nmain.wait(0xc000012345)\n\t/src/app/main.go:20 +0x1d\n";
/// let profile = Profile::decode(dump)?;
/// let goroutine = &profile.goroutines()[0];
/// assert_eq!((goroutine.number, goroutine.state, goroutine.wait_minutes), (7, Some("chan receive"), Some(12)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Goroutine<'a> {
    /// Its number.
    pub number: i64,
    /// What it does or waits for.
    pub state: Option<&'a str>,
    /// For how long it has waited, where that is a minute or more.
    pub wait_minutes: Option<i64>,
    /// Whether the runtime found that nothing can wake it, or goleak that a test leaves it.
    pub leaked: bool,
    /// Whether it is locked to a thread of the system.
    pub locked_to_thread: bool,
    /// The function that started it.
    pub created_by: Option<&'a str>,
    /// Where it was started.
    pub created_at: Option<&'a str>,
    /// The goroutine that started it.
    pub created_by_goroutine: Option<i64>,
    /// The sample that it is in the profile.
    pub sample: Sample<'a>,
}

impl Profile {
    /// The goroutines of a dump; none for profiles that only count goroutines.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let dump = b"goroutine 7 [chan receive, 3 minutes]:\nmain.wait()\n\t/src/app/main.go:9 +0x1d\n";
    /// let profile = gomem_pprof::Profile::decode(dump)?;
    /// assert_eq!(profile.goroutines().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn goroutines(&self) -> Vec<Goroutine<'_>> {
        self.samples().filter_map(Goroutine::from_sample).collect()
    }
}

impl<'a> Goroutine<'a> {
    fn from_sample(sample: Sample<'a>) -> Option<Self> {
        let state = text(sample, label::STATE);
        Some(Self {
            number: number(sample, label::GOROUTINE).filter(|_| state.is_some())?,
            state,
            wait_minutes: number(sample, label::WAIT),
            leaked: text(sample, label::LEAKED).is_some(),
            locked_to_thread: text(sample, label::LOCKED).is_some(),
            created_by: text(sample, label::CREATED_BY),
            created_at: text(sample, label::CREATED_AT),
            created_by_goroutine: number(sample, label::CREATED_BY_GOROUTINE),
            sample,
        })
    }
}

impl Row for Goroutine<'_> {
    fn definition<'a>() -> Definition<'a, &'a Self>
    where
        Self: 'a,
    {
        let main = "the main goroutine, or one of the runtime's own";
        Definition::new("goroutines", "as in the dump")
            .about("one row a goroutine of a dump (debug=2)")
            .int64("goroutine", Unit::None, "its number", |goroutine: &&'a Self| goroutine.number)
            .optional_text("state", "never", "what it does or waits for", |goroutine| goroutine.state)
            .optional_int64(
                "wait_minutes",
                Unit::None,
                "less than a minute",
                "for how long it has waited",
                |goroutine| goroutine.wait_minutes,
            )
            .bool(
                "leaked",
                "whether the runtime found that nothing can wake it, or goleak that a test leaves it",
                |goroutine| goroutine.leaked,
            )
            .bool("locked_to_thread", "whether it is locked to a thread of the system", |goroutine| {
                goroutine.locked_to_thread
            })
            .optional_text("created_by", main, "the function that started it", |goroutine| goroutine.created_by)
            .optional_text("created_at", main, "where it was started", |goroutine| goroutine.created_at)
            .optional_int64(
                "created_by_goroutine",
                Unit::None,
                "not told before Go 1.21",
                "the goroutine that started it",
                |goroutine| goroutine.created_by_goroutine,
            )
            .texts("stack", "its functions, leaf first", |goroutine| goroutine.sample.frames().map(function_name))
            .int64("sample", Unit::None, "the sample that it is in the profile, from 0", |goroutine| {
                goroutine.sample.index() as i64
            })
    }
}

gomem_table::serialize_rows!(Goroutine<'_>);

fn function_name<'a>(line: Line<'a>) -> &'a str {
    line.function().map_or("", |function| function.name())
}

fn text<'a>(sample: Sample<'a>, key: &str) -> Option<&'a str> {
    sample.labels().find(|label| label.key == key && !label.text.is_empty()).map(|label| label.text)
}

fn number(sample: Sample<'_>, key: &str) -> Option<i64> {
    sample.labels().find(|label| label.key == key && label.text.is_empty()).map(|label| label.number)
}
