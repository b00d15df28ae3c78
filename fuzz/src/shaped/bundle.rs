//! Files of one program: profiles, scrapes, GC traces, the compiler's log, a dump of goroutines, a manifest.

use arbitrary::{Result, Unstructured};

use super::{metrics::scrape, name, number, profile::profile, several};

/// As the target `bundle` takes it: files parted by lines with their names.
pub(super) fn bundle(from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let files = several(from, 6, |from| {
        let time = 1_700_000_000_000 + from.int_in_range(0..=100_000_i64)?;
        Ok(match from.int_in_range(0..=6_u8)? {
            0 | 1 => (format!("heap-{time}.pb"), profile(from)?),
            2 => (format!("{time}.prom"), scrape(from)?.into_bytes()),
            3 => (format!("gc-{time}.log"), trace(from)?.into_bytes()),
            4 => ("escape.log".to_owned(), log(from)?.into_bytes()),
            5 => (format!("goroutine-{time}.txt"), dump(from)?.into_bytes()),
            _ => (
                "manifest.json".to_owned(),
                format!("{{\"version\":{},\"program\":{:?}}}", number(from)?, name(from)?).into_bytes(),
            ),
        })
    })?;
    let file = |(name, bytes): (String, Vec<u8>)| [b"\n=== ", name.as_bytes(), b"\n", &bytes].concat();
    Ok(files.into_iter().flat_map(file).collect())
}

fn trace(from: &mut Unstructured<'_>) -> Result<String> {
    let cycles = several(from, 20, |from| {
        let [cycle, second, start, end, live, goal] =
            [(); 6].map(|()| number(from).map_or(0, |number| number.unsigned_abs() % 100_000));
        let clock = "0.1+1+0.1 ms clock, 0.1+0.1/0.1/0.1+0.1 ms cpu";
        Ok(format!(
            "gc {cycle} @{second}.5s 1%: {clock}, {start}->{end}->{live} MB, {goal} MB goal, 0 MB stacks, 0 MB globals, 4 P\n"
        ))
    })?;
    Ok(cycles.concat())
}

fn log(from: &mut Unstructured<'_>) -> Result<String> {
    let lines = several(from, 20, |from| {
        let message = from.choose(&[
            "x escapes to heap",
            "moved to heap: x",
            "x escapes to heap in f:",
            "leaking param: x",
            "can inline f",
        ])?;
        Ok(format!("./a.go:{}:{}: {message}\n", number(from)?, number(from)?))
    })?;
    Ok(format!("# example.com/app\n{}", lines.concat()))
}

fn dump(from: &mut Unstructured<'_>) -> Result<String> {
    let goroutines = several(from, 8, |from| {
        let state = *from.choose(&[
            "running",
            "chan receive, 9 minutes",
            "select (no cases)",
            "IO wait, locked to thread",
            "",
        ])?;
        Ok(format!("goroutine {} [{state}]:\n{}(0x1)\n\t/a.go:{} +0x1\n\n", number(from)?, name(from)?, number(from)?))
    })?;
    Ok(goroutines.concat())
}
