//! Bytes → the batches of each generation.

use crate::{
    error::{Diagnostic, Error, Flaw, Limits},
    wire::{
        batch::{Batch, Item},
        cut_batch::readable_bytes,
        event::Event,
        format::{Format, HEADER_BYTES},
    },
};

/// Splits bytes, as they come, into generations.
#[derive(Debug)]
pub(crate) struct Splitter {
    format: Format,
    /// Where the next batch begins.
    at: usize,
    /// The byte of the file that `at` counts from.
    base: u64,
    open: Option<RawGeneration>,
    is_over: bool,
}

/// The batches of a generation.
#[derive(Debug)]
pub(crate) struct RawGeneration {
    pub(crate) number: u64,
    pub(crate) batches: Vec<Batch>,
    /// Whether it has its end.
    pub(crate) is_complete: bool,
    /// Whether a byte of its own says where that is.
    pub(crate) has_end_mark: bool,
    /// What ended the reading within it or behind it.
    pub(crate) end: Option<Diagnostic>,
}

/// What a look at the bytes gave.
#[derive(Debug)]
pub(crate) enum Scan {
    /// All that is there is looked at, and the generation has not ended.
    More,
    Generation(RawGeneration),
    /// There is nothing more, and it ends like this.
    Over(Option<Diagnostic>),
}

impl Splitter {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, at: HEADER_BYTES, base: 0, open: None, is_over: false }
    }

    /// The byte of the file that places in batches count from.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// Looks at the bytes from where the last look ended; `is_all` says that no others will come.
    pub(crate) fn scan(&mut self, bytes: &[u8], is_all: bool, limits: &Limits) -> Result<Scan, Error> {
        if self.is_over {
            return Ok(self.open.take().map_or(Scan::Over(None), Scan::Generation));
        }
        while self.at < bytes.len() {
            match Batch::decode(bytes, self.at) {
                Item::Batch(batch) => {
                    // A batch of another generation ends the one before it.
                    if self.open.as_ref().is_some_and(|open| open.number != batch.generation) {
                        return Ok(self.close(bytes, false));
                    }
                    self.at = batch.data.end;
                    let open = self.open.get_or_insert_with(|| RawGeneration::new(batch.generation));
                    open.batches.push(batch);
                    let first = open.batches.first().map_or(0, |batch| batch.data.start);
                    if (self.at - first) as u64 > limits.generation_bytes {
                        return Err(Error::limit(
                            "bytes of a generation",
                            limits.generation_bytes,
                            self.base + self.at as u64,
                        ));
                    }
                }
                Item::End => {
                    self.at += 1;
                    if self.open.is_some() {
                        return Ok(self.close(bytes, true));
                    }
                }
                Item::Cut(_) if !is_all => return Ok(Scan::More),
                Item::Cut(part) => {
                    let readable = |batch: &Batch| readable_bytes(&bytes[batch.data.clone()]);
                    let part = part.filter(|batch| batch.experiment.is_none() && readable(batch) > 0);
                    if let Some(mut batch) = part {
                        if self.open.as_ref().is_some_and(|open| open.number != batch.generation) {
                            return Ok(self.close(bytes, false));
                        }
                        self.at = batch.data.start + readable(&batch);
                        batch.data.end = self.at;
                        let open = self.open.get_or_insert_with(|| RawGeneration::new(batch.generation));
                        open.batches.push(batch);
                    }
                    return Ok(self.end(bytes, Some(Flaw::Cut { bytes: self.left(bytes) })));
                }
                Item::None(problem) => {
                    let flaw = Flaw::NoBatch { problem, bytes: self.left(bytes) };
                    return Ok(self.end(bytes, Some(flaw)));
                }
            }
        }
        if is_all { Ok(self.end(bytes, None)) } else { Ok(Scan::More) }
    }

    /// Tells that the bytes before the next batch are gone.
    pub(crate) fn forget(&mut self) -> usize {
        let gone = self.at;
        self.base += gone as u64;
        self.at = 0;
        gone
    }

    fn left(&self, bytes: &[u8]) -> u64 {
        (bytes.len() - self.at) as u64
    }

    fn end(&mut self, bytes: &[u8], flaw: Option<Flaw>) -> Scan {
        self.is_over = true;
        let generation = self.open.as_ref().map(|open| open.number);
        let end = flaw.map(|flaw| Diagnostic { offset: Some(self.base + self.at as u64), generation, flaw });
        match self.close(bytes, false) {
            Scan::Generation(mut raw) => {
                raw.is_complete &= end.is_none();
                raw.end = end;
                Scan::Generation(raw)
            }
            _ => Scan::Over(end),
        }
    }

    fn close(&mut self, bytes: &[u8], has_end: bool) -> Scan {
        let Some(mut raw) = self.open.take() else { return Scan::Over(None) };
        raw.has_end_mark = has_end;
        raw.is_complete = if self.format.has_ends() { has_end } else { raw.ends_in_strings(bytes) };
        Scan::Generation(raw)
    }
}

impl RawGeneration {
    fn new(number: u64) -> Self {
        Self { number, batches: Vec::new(), is_complete: false, has_end_mark: false, end: None }
    }

    /// Without an end of their own, generations end in the batch of their texts.
    fn ends_in_strings(&self, bytes: &[u8]) -> bool {
        self.batches.last().is_some_and(|batch| bytes[batch.data.clone()].first() == Some(&Event::STRINGS))
    }
}
