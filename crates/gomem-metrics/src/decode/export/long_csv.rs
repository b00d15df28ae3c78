//! Tables as notebooks and queries export them, a row a value: when, what, whose, and how much.
//!
//! ```text
//! time,metric,scope,value
//! 1795860000000,runtime.go.num_goroutine,"host:a,env:prod",12
//! ```

use std::sync::Arc;

use super::{
    panel_csv::{cells, is_row},
    records::{MOST_IDENTITIES, Records, is_identity, is_metric, is_time, is_value, time_of},
};
use crate::{
    decode::observation::Observations,
    error::{Diagnostic, Error, ErrorKind},
};

/// Whether the first line that says anything heads such a table, and the second is a row of it.
pub(crate) fn is_table(text: &[u8]) -> bool {
    let mut lines = text.split(|&byte| byte == b'\n').filter(|line| is_row(line));
    let mut next = || std::str::from_utf8(lines.next()?).ok();
    let (Some(head), Some(row)) = (next(), next()) else { return false };
    Columns::parse(head).is_some_and(|columns| columns.value_of(row).is_some())
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Observations, Error> {
    let mut records = Records::default();
    let mut observations = Observations::default();
    let mut columns = None;
    let mut lines = 0;
    for (number, line) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
        lines = number;
        let Some(line) = std::str::from_utf8(line).ok().filter(|line| is_row(line.as_bytes())) else { continue };
        let Some(columns) = &columns else {
            columns = Columns::parse(line);
            continue;
        };
        let Some(found) = columns.value_of(line) else {
            observations.tell(Diagnostic::skipped(number, 0, "not a time, a metric and a value"));
            continue;
        };
        records.push(&found.metric, &Arc::new(found.labels), found.time_ms, found.value);
    }
    observations.series = records.finish();
    if observations.count() == 0 {
        return Err(Error::new(ErrorKind::NothingFound { expected: "row of a time, a metric and a value", lines }));
    }
    Ok(observations)
}

/// Which column holds what.
struct Columns {
    time: usize,
    metric: usize,
    value: usize,
    identities: Vec<(usize, String)>,
    count: usize,
}

/// What one row says.
struct Found {
    time_ms: i64,
    metric: String,
    value: f64,
    labels: Vec<(String, String)>,
}

impl Columns {
    fn parse(head: &str) -> Option<Self> {
        let names = cells(head);
        let only = |is: fn(&str) -> bool| {
            let mut found = (0..names.len()).filter(|&at| is(names[at].trim()));
            found.next().filter(|_| found.next().is_none())
        };
        let (time, metric, value) = (only(is_time)?, only(is_metric)?, only(is_value)?);
        let identities = names.iter().enumerate().filter(|(_, name)| is_identity(name.trim()));
        let identities = identities.map(|(at, name)| (at, name.trim().to_owned())).take(MOST_IDENTITIES).collect();
        Some(Self { time, metric, value, identities, count: names.len() })
    }

    fn value_of(&self, row: &str) -> Option<Found> {
        let row = cells(row);
        let cell = |at: usize| row.get(at).map(|cell| cell.trim());
        let labels = self.identities.iter().map(|(at, name)| (name.clone(), cell(*at).unwrap_or_default().to_owned()));
        (row.len() == self.count).then_some(Found {
            time_ms: time_of(cell(self.time)?)?,
            metric: cell(self.metric)?.to_owned(),
            value: cell(self.value)?.parse().ok()?,
            labels: labels.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_value() {
        let text = "time,metric,scope,value\n1795860000000,runtime.go.num_goroutine,\"host:a,env:prod\",12\n1795860000000,runtime.go.num_cpu,\"host:a,env:prod\",4\n\
                    1795860060000,avg:runtime.go.num_goroutine{host:a},\"host:a,env:prod\",13\nsoon,x,y,z\n";
        assert!(is_table(text.as_bytes()));
        let found = decode(text.as_bytes()).unwrap();
        let points = &found.series.iter().find(|series| &*series.metric == "runtime.go.num_goroutine").unwrap().points;
        assert_eq!(*points, [(1_795_860_000_000, 12.0), (1_795_860_060_000, 13.0)]);
        assert_eq!(found.diagnostics.len(), 1);
    }

    #[test]
    fn other_tables_are_none() {
        for text in [
            "",
            "time,metric,value\n",
            "time,go_goroutines\n1795860000,12\n",
            "name,value\ngo_goroutines,12\n",
            "time,name,value\n12:00,milk,3\n",
            "time,metric,value,average\n1795860000,go_goroutines,1,2\n",
        ] {
            assert!(!is_table(text.as_bytes()), "{text}");
        }
        assert!(decode(b"time,metric,value\n").is_err());
    }
}
