//! What a person writes down of memory: numbers in words, lists of readings, counters printed in a form of their own.

pub(crate) mod amount_line;
pub(crate) mod amount_table;
pub(crate) mod amounts;
pub(crate) mod goroutine_counts;
pub(crate) mod reading_time;
pub(crate) mod sentence_words;
pub(crate) mod spoken;
pub(crate) mod spoken_goroutines;
pub(crate) mod stated;
pub(crate) mod subject;
