//! Joins Go heap profiles, escape log, metrics and GC trace into ranked findings and a report

#![forbid(unsafe_code)]
