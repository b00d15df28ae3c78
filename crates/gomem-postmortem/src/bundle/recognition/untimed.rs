//! Metrics that do not say when they were taken.

use gomem_metrics::{GoState, Metrics, MetricsReader, Quantity};

use crate::bundle::{
    artifact::{Artifact, Contents},
    recognition::outcome::Outcome,
};

/// Scrapes without a time. Whether they are of use is known when all files of the bundle are read.
#[derive(Default)]
pub(crate) struct Untimed(Vec<UntimedScrape>);

/// One of them.
pub(crate) struct UntimedScrape {
    /// Its place among the outcomes.
    pub(crate) file: usize,
    /// The file that it is, or is a part of.
    text: String,
    bytes: Vec<u8>,
    modified_ms: Option<i64>,
    /// When its process began, and what that had allocated.
    started: Option<f64>,
    allocated: Option<f64>,
}

impl UntimedScrape {
    /// Of a file, or of a part of one, and the state that it alone tells.
    pub(crate) fn new(file: usize, artifact: &Artifact, state: &GoState) -> Self {
        Self {
            file,
            text: artifact.name.rsplit_once(", line ").map_or(&*artifact.name, |(text, _)| text).to_owned(),
            bytes: artifact.bytes.clone(),
            modified_ms: artifact.modified_ms,
            started: state.last(Quantity::StartTimeSeconds),
            allocated: state.last(Quantity::AllocTotalBytes),
        }
    }

    /// What it says alone.
    fn metrics(&self) -> Option<Metrics> {
        let mut metrics = Metrics::new();
        metrics.push(UNTIMED, &self.bytes).ok()?;
        Some(metrics)
    }
}

impl Untimed {
    pub(crate) fn push(&mut self, scrape: UntimedScrape) {
        self.0.push(scrape);
    }

    /// They are of use where no other metrics say when they were taken: alone, or in an order. Where the order is known and no time,
    /// the last of them is read, and the first returned.
    pub(crate) fn place(mut self, metrics: &mut MetricsReader, outcomes: &mut [Outcome]) -> Option<Metrics> {
        let has_timed = !metrics.is_empty();
        let is_one_cycle = self.is_one_cycle();
        if !has_timed && !is_one_cycle {
            self.place_snapshots(metrics, outcomes);
        }
        let has_timed = has_timed || !metrics.is_empty();
        let is_ordered = self.is_ordered();
        if !has_timed
            && !is_ordered
            && let Some(first) = self.place_last(metrics, outcomes)
        {
            return Some(first);
        }
        for scrape in self.0 {
            let outcome = &mut outcomes[scrape.file];
            if has_timed || !is_ordered {
                let others = if has_timed { "beside metrics that have one" } else { "and there are several" };
                outcome.reasons.push(format!("metrics without a time, {others}: call the file <unix ms>.prom"));
                continue;
            }
            // A file that was copied is younger than what is in it: no program is without a GC for so long (`forcegcperiod`), unless
            // it is off, by `GOGC` or as no cycle ends between snapshots.
            let moment = Metrics::moment_of_snapshot(&scrape.bytes).map(|(time_ms, _)| time_ms);
            let is_young = |time_ms: i64| moment.is_none_or(|moment| time_ms < moment + LONGEST_WITHOUT_GC_MS);
            let of_file = scrape.modified_ms.filter(|&time_ms| is_one_cycle || is_young(time_ms));
            let is_read = read(&scrape, of_file.or(moment).unwrap_or(0), metrics, outcome);
            if is_read && of_file.is_some() {
                outcome.reasons.push("metrics without a time: that of the file is taken".to_owned());
            }
        }
        None
    }

    /// Reads the last of several scrapes of one program, and returns the first of them. Their order is that of what was allocated, or
    /// of the text that has them.
    fn place_last(&mut self, metrics: &mut MetricsReader, outcomes: &mut [Outcome]) -> Option<Metrics> {
        let are_all = |alike: fn(&[UntimedScrape]) -> bool| self.0.windows(2).all(alike);
        let is_one_program = are_all(|pair| pair[0].started == pair[1].started);
        let is_one_text = are_all(|pair| pair[0].text == pair[1].text);
        let is_counted = self.0.iter().all(|scrape| scrape.allocated.is_some());
        if !is_one_program || !is_counted && !is_one_text {
            return None;
        }
        if is_counted {
            self.0.sort_by(|a, b| a.allocated.unwrap_or(0.0).total_cmp(&b.allocated.unwrap_or(0.0)));
        }
        let (first, last) = (self.0.first()?.metrics()?, self.0.last()?);
        if !read(last, UNTIMED, metrics, &mut outcomes[last.file]) {
            return None;
        }
        let count = self.0.len();
        for scrape in &self.0 {
            let outcome = &mut outcomes[scrape.file];
            if !outcome.contents.contains(&Contents::Metrics) {
                outcome.contents.push(Contents::Metrics);
            }
            outcome
                .reasons
                .push(format!("metrics without a time: of {count} the last is read, and compared with the first"));
        }
        Some(first)
    }

    /// The times at which files were written are an order when no two are nearly equal, as those of copies are, and when what had been
    /// allocated does not have another one.
    fn is_ordered(&self) -> bool {
        if self.0.len() == 1 {
            return true;
        }
        let times = self.0.iter().map(|scrape| Some((scrape.modified_ms?, scrape)));
        let Some(mut times) = times.collect::<Option<Vec<(i64, &UntimedScrape)>>>() else { return false };
        times.sort_by_key(|(time_ms, _)| *time_ms);
        let is_after = |pair: &[(i64, &UntimedScrape)]| {
            let [(earlier, before), (later, after)] = pair else { return true };
            let is_same = before.started.is_some() && before.started == after.started;
            let has_fallen = before.allocated.zip(after.allocated).is_some_and(|(before, after)| before > after);
            later - earlier >= SHORTEST_APART_MS && !(is_same && has_fallen)
        };
        times.windows(2).all(is_after)
    }

    /// Whether several snapshots remember the same last cycle, and were written in the order of what had been allocated, over a time
    /// in which GC that is not off would have run.
    fn is_one_cycle(&self) -> bool {
        let moments = self.0.iter().map(|scrape| {
            let (cycle_ms, allocated) = Metrics::moment_of_snapshot(&scrape.bytes)?;
            Some((cycle_ms, allocated, scrape.modified_ms?))
        });
        let Some(mut moments) = moments.collect::<Option<Vec<(i64, f64, i64)>>>() else { return false };
        moments.sort_by_key(|moment| moment.2);
        let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return false };
        last.2 - first.2 > LONGEST_WITHOUT_GC_MS
            && moments.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].1 <= pair[1].1 && pair[0].2 < pair[1].2)
    }

    /// Snapshots of `runtime.MemStats` say themselves when the last GC cycle had ended: that is their time, and what had been
    /// allocated is their order between two cycles.
    fn place_snapshots(&mut self, metrics: &mut MetricsReader, outcomes: &mut [Outcome]) {
        let moments: Vec<(i64, f64)> =
            self.0.iter().filter_map(|scrape| Metrics::moment_of_snapshot(&scrape.bytes)).collect();
        if moments.len() < 2 || moments.len() != self.0.len() {
            return;
        }
        let mut timed: Vec<_> = moments.into_iter().zip(std::mem::take(&mut self.0)).collect();
        timed.sort_by(|(a, _), (b, _)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut last = i64::MIN;
        for ((cycle_ms, _), scrape) in timed {
            last = cycle_ms.max(last.saturating_add(1));
            read(&scrape, last, metrics, &mut outcomes[scrape.file]);
        }
    }
}

/// Reads a scrape as of a time, and whether it could be read.
fn read(scrape: &UntimedScrape, time_ms: i64, metrics: &mut MetricsReader, outcome: &mut Outcome) -> bool {
    let read = metrics.read(time_ms, &scrape.bytes);
    match &read {
        Ok(()) => outcome.contents.push(Contents::Metrics),
        Err(err) => outcome.reasons.push(err.to_string()),
    }
    read.is_ok()
}

/// `metrics/1700000000000.prom`: the time stands in the name, since a scrape does not say it.
pub(crate) fn scrape_time(name: &str) -> Option<i64> {
    let stem = name.rsplit('/').next()?.split('.').next()?;
    // `metrics-1700000000.prom`: digits of no other number are so many.
    let digits = stem.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| matches!(digits.len(), 10 | 13));
    digits.chain([stem]).find_map(Metrics::time_of_name).filter(|&time| time >= 1_000_000_000)
}

/// No scrape was taken in 1970.
pub(crate) const UNTIMED: i64 = 0;
/// Who reads metrics by hand takes longer, and who copies files does not.
const SHORTEST_APART_MS: i64 = 100;
const LONGEST_WITHOUT_GC_MS: i64 = 10 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_scrapes() {
        assert_eq!(scrape_time("m/1700000000000.prom"), Some(1_700_000_000_000));
        assert_eq!(scrape_time("1700000000.prom.txt"), Some(1_700_000_000_000));
        assert_eq!(scrape_time("metrics-1700000000.prom"), Some(1_700_000_000_000));
        assert_eq!(scrape_time("scrape_1700000000123_a.txt"), Some(1_700_000_000_123));
        assert_eq!(scrape_time("metrics-2026112601.prom"), Some(1_795_654_800_000), "an hour, not seconds");
        assert_eq!(scrape_time("metrics-2026992601.prom"), Some(2_026_992_601_000));
        assert_eq!(scrape_time("order-17000000001.txt"), None);
        assert_eq!(scrape_time("metrics.prom"), None);
        assert_eq!(scrape_time("7.prom"), None);
    }

    fn scrape(file: usize, artifact: Artifact) -> UntimedScrape {
        let mut alone = Metrics::new();
        alone.push(UNTIMED, &artifact.bytes).unwrap();
        UntimedScrape::new(file, &artifact, &alone.state())
    }

    /// Each snapshot ten minutes after the one before; `cycle` is the minute of its last GC cycle.
    fn placed(count: i64, goal: u64, cycle: impl Fn(i64) -> i64) -> Vec<i64> {
        let begin = 1_763_166_000_000;
        let mut untimed = Untimed::default();
        let mut outcomes = Vec::new();
        for at in 0..count {
            let end = (begin + cycle(at) * 60_000) * 1_000_000;
            let text = format!(
                "{{\"memstats\":{{\"TotalAlloc\":{},\"HeapAlloc\":7,\"NumGC\":3,\"NextGC\":{goal},\"PauseEnd\":[0,{end}]}}}}",
                at + 5
            );
            let modified_ms = Some(begin + 7_200_000 + at * 600_000);
            let artifact = Artifact { name: "stats.json".to_owned(), bytes: text.into_bytes(), modified_ms };
            untimed.push(scrape(outcomes.len(), artifact));
            outcomes.push(Outcome { name: String::new(), contents: Vec::new(), reasons: Vec::new() });
        }
        let mut metrics = MetricsReader::default();
        untimed.place(&mut metrics, &mut outcomes);
        let metrics = metrics.finish();
        let series = metrics.named("memstats.HeapAlloc").next().map(|series| series.times_ms.clone());
        series.unwrap_or_default().iter().map(|time| (time - begin) / 60_000).collect()
    }

    #[test]
    fn times_of_copies_are_no_order() {
        let is_ordered = |scrapes: &[(u64, i64)]| {
            let mut untimed = Untimed::default();
            for &(allocated, modified_ms) in scrapes {
                let text = format!("go_memstats_alloc_bytes_total {allocated}e6\nprocess_start_time_seconds 7\n");
                let (name, modified_ms) = ("m.prom".to_owned(), Some(modified_ms));
                untimed.push(scrape(0, Artifact { name, bytes: text.into_bytes(), modified_ms }));
            }
            untimed.is_ordered()
        };
        assert!(is_ordered(&[(90, 5_000), (100, 9_000)]));
        assert!(!is_ordered(&[(90, 5_000), (100, 5_003)]), "copied together");
        assert!(!is_ordered(&[(100, 5_000), (90, 9_000)]), "what was allocated does not fall");
    }

    #[test]
    fn snapshots_without_gc_have_the_times_of_their_files() {
        assert_eq!(placed(3, 9_000_000, |at| at * 10), [0, 10, 20], "copied: the last cycles tell");
        assert_eq!(placed(3, 9_000_000, |_| 0), [120, 130, 140], "no cycle in twenty minutes: GC is off");
        assert_eq!(placed(3, u64::MAX, |_| 0), [120, 130, 140]);
        assert_eq!(placed(1, u64::MAX, |_| 0), [120]);
        assert_eq!(placed(1, 9_000_000, |_| 0), [0], "one file that was copied");
    }
}
