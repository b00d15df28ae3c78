//! What benchmarks allocate in two outputs that a bundle holds: before a change and after it.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::{Unit, percent};

use crate::{
    benchmark::{OutputChange, output_changes},
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// The benchmark whose operations allocate most otherwise in one output than in the other.
pub(crate) fn benchmark_outputs(bundle: &Bundle) -> Option<Finding> {
    let outputs = &bundle.benchmark_outputs;
    let changes = output_changes(bundle.benchmarks()?, outputs);
    let mut felt: Vec<&OutputChange> = changes.iter().filter(|change| change.is_felt()).collect();
    felt.sort_by(|a, b| factor(b).total_cmp(&factor(a)));
    let first = felt.first()?;
    let sides = sides(outputs);
    let title = format!("For each operation {}", words(first, Some(&sides)));
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = format!(
        "{} of {} benchmarks that both outputs have allocate otherwise in the one than in the other.",
        felt.len(),
        changes.len()
    );
    let others: Vec<String> = felt[1..].iter().take(SHOWN).map(|change| words(change, None)).collect();
    if !others.is_empty() {
        finding.summary += &format!(" Others: {}.", others.join(", "));
    }
    if let Some([before, after]) = first.objects {
        finding.summary += &format!(" That one makes {before} objects in the first, {after} in the second.");
    }
    finding.summary +=
        " It counts all that one operation allocates, freed or not: what GC works for, and no memory in use.";
    finding.action = "Whether times changed too, and which change is shown, says `gomem bench` of both outputs, a file each. Which lines allocate it, and \
                      why, says a profile of that benchmark from before and after (go test -run - -bench NAME -benchmem -memprofile heap.pb.gz \
                      -gcflags=-m=2 2> escape.log)."
        .to_owned();
    finding.confidence = Confidence::Medium;
    let [before, after] = first.bytes;
    finding.evidence = [("first output", before), ("second output", after)]
        .map(|(quantity, value)| Evidence::new(quantity, value, Unit::Bytes).with_source("benchmark"))
        .into();
    Some(finding)
}

/// How the two outputs are called: by their lines where they are of one text.
fn sides(outputs: &[(String, usize)]) -> [String; 2] {
    let [(first, _), (second, _)] = outputs else { return ["the first run".to_owned(), "the second".to_owned()] };
    match first.rsplit_once(", ").zip(second.rsplit_once(", ")) {
        Some(((file, line), (other, later))) if file == other => {
            [format!("the output at {line}"), format!("that at {later}")]
        }
        _ => [format!("`{first}`"), format!("`{second}`")],
    }
}

/// How many times as much in the larger as in the smaller; what allocates nothing in one is the most.
fn factor(change: &OutputChange) -> f64 {
    let [first, second] = change.bytes;
    first.max(second) / first.min(second)
}

fn words(change: &OutputChange, sides: Option<&[String; 2]>) -> String {
    let shown = |bytes: f64| Unit::Bytes.humanize(bytes);
    let [first, second] = change.bytes;
    let share = if first > 0.0 {
        let direction = if second > first { "more" } else { "less" };
        format!(" ({} {direction})", percent((second / first - 1.0).abs(), 1))
    } else {
        String::new()
    };
    match sides {
        Some([one, other]) => {
            format!("`{}` {} in {one}, {} in {other}{share}", change.benchmark, shown(first), shown(second))
        }
        None => format!("`{}` {} → {}{share}", change.benchmark, shown(first), shown(second)),
    }
}

const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Artifact;

    fn told(files: &[(&str, String)]) -> Option<String> {
        let artifact = |(name, text): &(&str, String)| Artifact {
            name: (*name).to_owned(),
            bytes: text.clone().into_bytes(),
            modified_ms: None,
        };
        let bundle = Bundle::from_artifacts("two", files.iter().map(artifact).collect());
        benchmark_outputs(&bundle).map(|finding| finding.title)
    }

    fn run(bytes: u64) -> String {
        format!("BenchmarkA-8 100 250 ns/op {bytes} B/op 1 allocs/op\n")
    }

    #[test]
    fn outputs_of_one_text_and_of_two_files() {
        let text = format!("before:\n\n```\n{}```\n\nafter:\n\n```\n{}```\n", run(64), run(640));
        assert_eq!(
            told(&[("pr.md", text)]).as_deref(),
            Some(
                "For each operation `BenchmarkA-8` 64 B in the output at line 4, 640 B in that at line 10 (900.0 % more)"
            )
        );
        assert_eq!(
            told(&[("new.txt", run(640)), ("old.txt", run(64))]).as_deref(),
            Some("For each operation `BenchmarkA-8` 640 B in `new.txt`, 64 B in `old.txt` (90.0 % less)")
        );
        assert_eq!(told(&[("a.txt", run(64)), ("b.txt", run(66))]), None);
        assert_eq!(told(&[("a.txt", run(64))]), None);
    }
}
