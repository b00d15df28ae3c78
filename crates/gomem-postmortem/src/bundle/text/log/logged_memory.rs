//! What a program says of its memory in a log of its own, as CockroachDB does.

use gomem_table::ByteUnits;

/// What a program says of itself in its log, as CockroachDB does.
///
/// ```text
/// runtime stats: 2.5 GiB RSS, 60 goroutines, 60 MiB/38 MiB/245 MiB GO alloc/idle/total, 1.8 GiB/2.4 GiB CGO alloc/total, …
/// mallinfo stats: …, uordblks=980 MiB, fordblks=109 MiB, …
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LoggedMemory {
    pub(crate) lines: usize,
    /// Of the first line, where there are several.
    pub(crate) first: Option<Logged>,
    pub(crate) last: Logged,
    /// What was taken of C's allocator in each line, where all have it.
    pub(crate) c_course: Vec<f64>,
}

/// One line of it; bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Logged {
    pub(crate) resident: Option<f64>,
    pub(crate) goroutines: Option<f64>,
    pub(crate) go_alloc: Option<f64>,
    pub(crate) go_total: Option<f64>,
    pub(crate) c_alloc: Option<f64>,
    pub(crate) c_total: Option<f64>,
}

impl LoggedMemory {
    /// What a log's lines say.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let of_runtime = text.lines().filter_map(|line| Some(logged_line(line.split_once("runtime stats: ")?.1)));
        let mut found: Vec<Logged> = of_runtime.filter(|line| line.go_alloc.is_some()).collect();
        let lines = found.len();
        let c_course = found.iter().map(|line| line.c_alloc).collect::<Option<Vec<f64>>>().unwrap_or_default();
        let mut last = found.pop().unwrap_or_default();
        let of_malloc = |name: &str| {
            let (_, value) = text.rsplit_once(name)?;
            ByteUnits::Standard.parse(value.split([',', '\n']).next()?)
        };
        if last.c_alloc.is_none() && text.contains("mallinfo stats: ") {
            last.c_alloc = of_malloc("uordblks=");
            last.c_total = last.c_alloc.zip(of_malloc(" fordblks=")).map(|(used, free)| used + free);
        }
        let first = if found.is_empty() { None } else { Some(found.swap_remove(0)) };
        (lines > 0 || last.c_alloc.is_some()).then_some(Self { lines: lines.max(1), first, last, c_course })
    }
}

fn logged_line(text: &str) -> Logged {
    let mut line = Logged::default();
    for item in text.split(", ") {
        let amounts = |unit: &str| {
            let (values, _) = item.split_once(unit)?;
            let mut values = values.split('/');
            let first = ByteUnits::Standard.parse(values.next()?);
            Some((first, values.next_back().and_then(|text| ByteUnits::Standard.parse(text)).or(first)))
        };
        if let Some((alloc, total)) = amounts(" CGO alloc") {
            (line.c_alloc, line.c_total) = (alloc, total);
        } else if let Some((alloc, total)) = amounts(" GO alloc").or_else(|| amounts(" Go alloc")) {
            (line.go_alloc, line.go_total) = (alloc, total);
        } else if let Some((resident, _)) = amounts(" RSS") {
            line.resident = resident;
        } else if let Some((active, _)) = amounts(" active") {
            line.go_alloc = active;
        } else if let Some((count, _)) = item.split_once(" goroutines") {
            line.goroutines = count.trim().parse().ok();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use gomem_table::MIB;

    use super::*;

    #[test]
    fn what_a_program_logs_of_itself() {
        let log = "I1 runtime.go:160  runtime stats: 740 MiB RSS, 187 goroutines, 320 MiB active, 0.00cgo/sec\n\
                   I1 runtime.go:228  runtime stats: 2.5 GiB RSS, 60 goroutines, 60 MiB/38 MiB/245 MiB GO alloc/idle/total, 1.8 GiB/2.4 \
                   GiB CGO alloc/total, 898cgo/sec\n";
        let found = LoggedMemory::find(log).unwrap();
        assert_eq!((found.lines, found.first.unwrap().go_alloc), (2, Some(320.0 * MIB)));
        let last = found.last;
        assert_eq!((last.resident, last.goroutines), (Some(2560.0 * MIB), Some(60.0)));
        assert_eq!((last.go_alloc, last.go_total), (Some(60.0 * MIB), Some(245.0 * MIB)));
        assert_eq!((last.c_alloc, last.c_total), (Some(1.8 * 1024.0 * MIB), Some(2.4 * 1024.0 * MIB)));
        let malloc = "x mallinfo stats: ordblks=1.6 KiB, uordblks=980 MiB, fordblks=20 MiB, keepcost=10 KiB\n";
        let found = LoggedMemory::find(malloc).unwrap();
        assert_eq!((found.last.c_alloc, found.last.c_total), (Some(980.0 * MIB), Some(1000.0 * MIB)));
        assert_eq!(LoggedMemory::find("runtime stats: all is well, 7 goroutines\n"), None);
    }
}
