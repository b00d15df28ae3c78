//! One run forecast from another.

use std::fmt;

use gomem_gogc::{GcModel, Gogc, Interval, Setting};
use gomem_metrics::GcTrace;
use gomem_postmortem::{RecordingOptions, record_metrics, record_trace};

use crate::run::{Actual, Exported, MIB, Run, gc_cpu_seconds};

/// What forecasts, from what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Forecaster {
    /// The replay, from a GC trace alone.
    Trace,
    /// The replay, from a GC trace and `runtime/metrics` of the same run.
    TraceAndMetrics,
    /// The replay, from a series of `runtime/metrics`.
    RuntimeMetrics,
    /// The replay, from twenty scrapes of the metrics that Prometheus clients export by default.
    Prometheus,
    /// The formulas of the GC guide: live heap and allocation as constants, goal = live heap · (1 + GOGC/100).
    Guide,
    /// Half the cycles and half the GC CPU for twice the GOGC.
    Inverse,
}

pub(crate) struct Forecast {
    pub(crate) forecaster: Forecaster,
    pub(crate) program: String,
    pub(crate) workload: String,
    pub(crate) gogc: u32,
    pub(crate) live_bytes: f64,
    pub(crate) cycles: Interval,
    pub(crate) peak_heap_bytes: Interval,
    pub(crate) gc_cpu_fraction: Option<Interval>,
    pub(crate) actual: Actual,
}

impl Forecaster {
    pub(crate) const ALL: [Self; 6] =
        [Self::Trace, Self::TraceAndMetrics, Self::RuntimeMetrics, Self::Prometheus, Self::Guide, Self::Inverse];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Trace => "gctrace",
            Self::TraceAndMetrics => "gctrace, metrics",
            Self::RuntimeMetrics => "runtime/metrics",
            Self::Prometheus => "default metrics",
            Self::Guide => "GC guide",
            Self::Inverse => "1/GOGC",
        }
    }

    pub(crate) fn is_replay(self) -> bool {
        !matches!(self, Self::Guide | Self::Inverse)
    }
}

/// Every base run's forecast of every run of the same program at another `GOGC`.
pub(crate) fn forecasts(runs: &[Run], forecaster: Forecaster) -> Vec<Forecast> {
    let mut made = Vec::new();
    for base in runs.iter().filter(|run| run.is_base()) {
        let model = forecaster.is_replay().then(|| model(base, forecaster));
        if matches!(model, Some(None)) {
            continue;
        }
        let targets = runs.iter().filter(|run| run.program == base.program && run.memory_limit_bytes.is_none());
        for target in targets {
            let Gogc::Percent(gogc) = target.gogc else { continue };
            if gogc == 100 {
                continue;
            }
            let (cycles, peak_heap_bytes, gc_cpu_fraction) = match &model {
                Some(Some(model)) => {
                    let prediction = model.predict(&Setting::new(target.gogc));
                    let (Some(cycles), Some(peak)) = (prediction.gc_cycles, prediction.peak_heap_bytes) else {
                        continue;
                    };
                    (cycles, peak, prediction.gc_cpu_fraction)
                }
                _ => by_rule(base, forecaster, f64::from(gogc) / 100.0),
            };
            made.push(Forecast {
                forecaster,
                program: base.program.clone(),
                workload: base.workload.clone(),
                gogc,
                live_bytes: base.live_bytes(),
                cycles,
                peak_heap_bytes,
                gc_cpu_fraction,
                actual: target.actual,
            });
        }
    }
    made
}

/// The model that one base run gives.
pub(crate) fn model(base: &Run, forecaster: Forecaster) -> Option<GcModel> {
    let options = RecordingOptions::default();
    let trace = GcTrace::from_lines(base.trace.clone());
    let recording = match forecaster {
        Forecaster::Trace => record_trace(&trace, None, &options),
        Forecaster::TraceAndMetrics => record_trace(&trace, Some(&base.metrics(Exported::Runtime).state()), &options),
        Forecaster::RuntimeMetrics => record_metrics(&base.metrics(Exported::Runtime), &options).ok()?,
        _ => record_metrics(&base.metrics(Exported::Default), &options).ok()?,
    };
    GcModel::fit(&recording).ok()
}

fn by_rule(base: &Run, forecaster: Forecaster, factor: f64) -> (Interval, Interval, Option<Interval>) {
    let exact = |value| Interval { value, low: value, high: value };
    let live: Vec<f64> = base.trace.iter().map(|line| (line.heap_live_mb as f64 + 0.5) * MIB).collect();
    let count = live.len().max(1) as f64;
    let peak = live.iter().copied().fold(0.0, f64::max) * (1.0 + factor);
    let cycles = if forecaster == Forecaster::Guide {
        let before = std::iter::once(&0.0).chain(&live);
        let allocated: f64 =
            base.trace.iter().zip(before).map(|(line, live)| (line.heap_end_mb as f64 + 0.5) * MIB - live).sum();
        let room = (live.iter().sum::<f64>() / count * factor).max(4.0 * MIB * factor);
        allocated / room
    } else {
        count / factor
    };
    let recorded: f64 = base.trace.iter().map(gc_cpu_seconds).sum();
    let end = base.trace.last().map_or(1.0, |line| line.start_seconds);
    let cpu = recorded / (base.procs * end) * cycles / count;
    (exact(cycles), exact(peak), Some(exact(cpu.min(1.0))))
}

impl fmt::Display for Forecast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { forecaster, program, gogc, live_bytes, cycles, peak_heap_bytes: peak, actual, .. } = self;
        write!(f, "{forecaster:?},{program},{gogc},{live_bytes}")?;
        let cpu = self.gc_cpu_fraction.unwrap_or(Interval { value: f64::NAN, low: f64::NAN, high: f64::NAN });
        for (interval, actual) in
            [(cycles, actual.cycles), (peak, actual.peak_heap_bytes), (&cpu, actual.gc_cpu_fraction)]
        {
            write!(f, ",{},{},{},{actual}", interval.value, interval.low, interval.high)?;
        }
        Ok(())
    }
}
