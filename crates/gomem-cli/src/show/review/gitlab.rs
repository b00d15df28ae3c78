//! A Code Quality report of GitLab, which it shows in merge requests.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::{collections::HashMap, io::Write};

use serde_json::{Value, json};

use crate::{
    failure::Failure,
    show::{
        output::Output,
        review::{Annotation, Level},
    },
};

/// One object for each that has a file: GitLab takes no other.
pub(super) fn write(annotations: &[Annotation], out: &mut Output<'_>) -> Result<(), Failure> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let issues = annotations.iter().filter(|annotation| annotation.has_file()).map(|annotation| {
        let times = seen.entry(&annotation.identity).or_default();
        *times += 1;
        issue(annotation, *times)
    });
    writeln!(out, "{:#}", Value::Array(issues.collect()))?;
    Ok(())
}

fn issue(annotation: &Annotation, times: usize) -> Value {
    let severity = match annotation.level {
        Level::Note => "info",
        Level::Warning => "minor",
        Level::Error => "major",
    };
    json!({
        "description": annotation.text(),
        "check_name": annotation.rule,
        // GitLab knows an issue by this alone: what is said twice needs two.
        "fingerprint": fingerprint(&format!("{}|{}|{times}", annotation.rule, annotation.identity)),
        "severity": severity,
        "location": {
            "path": annotation.file.strip_prefix("./").unwrap_or(&annotation.file),
            "lines": {"begin": annotation.line.unwrap_or(1)},
        },
    })
}

/// FNV-1a of 128 bits: the same in every build.
fn fingerprint(text: &str) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = text.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_issue_has_a_fingerprint_of_its_own() {
        // The value of the empty text and of "a", as the reference has them.
        assert_eq!(fingerprint(""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(fingerprint("a"), "d228cb696f1a8caf78912b704e4a8964");
        let annotation = Annotation { file: "./a.go".into(), rule: "boxing".into(), ..Annotation::default() };
        let mut bytes = Vec::new();
        write(&[annotation.clone(), annotation], &mut Output::plain(&mut bytes)).unwrap();
        let issues: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(issues[0]["location"], json!({"path": "a.go", "lines": {"begin": 1}}));
        assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
    }
}
