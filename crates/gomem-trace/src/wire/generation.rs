//! A generation: its tables, its clock, and the events of each thread.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    error::{Diagnostic, Flaw},
    wire::{
        batch::Batch,
        clock::{self, Clock, WallTime},
        cursor::Cursor,
        cut_batch::SAMPLE_NUMBERS,
        event::{Counts, Event},
        experiment::{self, Types},
        splitter::RawGeneration,
        stacks::{self, Stacks},
        strings::{self, Strings},
    },
};

/// A generation, with its tables read and its events not yet.
#[derive(Debug)]
pub(crate) struct Generation<'a> {
    pub(crate) strings: Strings<'a>,
    pub(crate) stacks: Stacks<'a>,
    pub(crate) types: Types<'a>,
    pub(crate) clock: Option<Clock>,
    pub(crate) wall: Option<WallTime>,
    /// The batches of events of each thread, in the thread's order.
    pub(crate) threads: Vec<(u64, Vec<&'a Batch>)>,
    /// What is not of threads.
    pub(crate) counts: Counts,
    /// The earliest time of a batch.
    pub(crate) first_ticks: Option<u64>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Generation<'a> {
    /// Reads the tables; `base` is the byte of the file that `bytes` begin at.
    pub(crate) fn decode(raw: &'a RawGeneration, bytes: &'a [u8], base: u64) -> Self {
        let mut generation = Self {
            strings: Strings::default(),
            stacks: Stacks::default(),
            types: Types::default(),
            clock: None,
            wall: None,
            threads: Vec::new(),
            counts: Counts::default(),
            first_ticks: raw.batches.iter().map(|batch| batch.ticks).min(),
            diagnostics: Vec::new(),
        };
        let mut places: HashMap<u64, usize, RandomState> = HashMap::default();
        for batch in &raw.batches {
            let data = &bytes[batch.data.clone()];
            let stop = match (batch.experiment, data.first()) {
                (Some(experiment), _) => {
                    generation.counts.add(Event::EXPERIMENTAL_BATCH);
                    generation.experimental(experiment, batch, data, raw.number, base)
                }
                (None, first) => {
                    generation.counts.add(Event::EVENT_BATCH);
                    match first {
                        None => Ok(()),
                        Some(&Event::STRINGS) => strings::decode(data, &mut generation.strings, &mut generation.counts),
                        Some(&Event::STACKS) => stacks::decode(data, &mut generation.stacks, &mut generation.counts),
                        Some(&Event::CPU_SAMPLES) => samples(data, &mut generation.counts),
                        Some(&(Event::SYNC | Event::FREQUENCY)) => clock::decode(
                            data,
                            batch.ticks,
                            &mut generation.clock,
                            &mut generation.wall,
                            &mut generation.counts,
                        ),
                        Some(_) => {
                            let place = *places.entry(batch.thread).or_insert_with(|| {
                                generation.threads.push((batch.thread, Vec::new()));
                                generation.threads.len() - 1
                            });
                            generation.threads[place].1.push(batch);
                            Ok(())
                        }
                    }
                }
            };
            if let Err(place) = stop {
                let flaw = Flaw::Damaged { problem: "a table cannot be read", bytes: (data.len() - place) as u64 };
                generation.tell(raw.number, base + (batch.data.start + place) as u64, flaw);
            }
        }
        if raw.has_end_mark {
            generation.counts.add(Event::END_OF_GENERATION);
        }
        generation
    }

    fn experimental(
        &mut self,
        experiment: u8,
        batch: &Batch,
        data: &'a [u8],
        number: u64,
        base: u64,
    ) -> Result<(), usize> {
        if experiment == experiment::ALLOC_FREE {
            return experiment::decode(data, &mut self.types);
        }
        let flaw = Flaw::UnknownExperiment { experiment, bytes: data.len() as u64 };
        self.tell(number, base + batch.data.start as u64, flaw);
        Ok(())
    }

    fn tell(&mut self, number: u64, offset: u64, flaw: Flaw) {
        self.diagnostics.push(Diagnostic { offset: Some(offset), generation: Some(number), flaw });
    }
}

/// CPU samples are counted only: profiles say more.
fn samples(data: &[u8], counts: &mut Counts) -> Result<(), usize> {
    let mut cursor = Cursor::at(data, 1);
    counts.add(Event::CPU_SAMPLES);
    while cursor.left() > 0 {
        let place = cursor.place();
        if cursor.byte() != Some(Event::CPU_SAMPLE) || cursor.pass(SAMPLE_NUMBERS).is_none() {
            return Err(place);
        }
        counts.add(Event::CPU_SAMPLE);
    }
    Ok(())
}
