//! The compiler's decisions, as they are told at their lines.

use gomem_escape::{Certainty, HeapDecision};
use serde_json::json;

use crate::show::review::{Annotation, Level, Step};

impl From<&HeapDecision> for Annotation {
    fn from(decision: &HeapDecision) -> Self {
        let cause = decision.cause.name();
        let properties = json!({
            "package": &*decision.package,
            "alloc_certainty": decision.alloc_certainty.name(),
            "copies": decision.copies,
        });
        let step = |step: &gomem_escape::Step| Step {
            file: step.file.to_string(),
            line: step.line,
            column: step.column,
            text: format!("{} ({})", step.from, step.why),
        };
        Self {
            level: if decision.alloc_certainty == Certainty::Yes { Level::Warning } else { Level::Note },
            rule: cause.to_owned(),
            rule_text: format!("Goes to the heap: {}", cause.replace('_', " ")),
            file: decision.file.to_string(),
            line: decision.line,
            column: decision.column,
            message: decision.message(),
            reason: decision.advice.to_string(),
            identity: format!("{}|{}|{}|{cause}", decision.package, decision.file, decision.message()),
            steps: decision.steps.iter().map(step).collect(),
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }
}
