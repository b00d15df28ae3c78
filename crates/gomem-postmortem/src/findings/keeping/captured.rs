//! What a line gets from a call, captured by a function literal that is kept: a timer, a callback, a list of what to do later.

use std::sync::Arc;

use gomem_escape::{EscapeLog, HeapDecision, SubjectKind};
use gomem_symbol::Symbol;

use crate::{
    attribution::Place,
    findings::{
        calls::call_advice::keep_advice_of_short,
        keeping::final_store::{CALL_PARAMETER, lasting_step, store_of_parameter},
    },
};

/// A variable that a line declares, and what keeps the function literal that captured it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Captured {
    variable: Arc<str>,
    kept_by: KeptBy,
}

/// What keeps a function literal.
#[derive(Debug, PartialEq, Eq)]
struct KeptBy {
    /// The statement that stores it, or gives it to who keeps it.
    step: Arc<str>,
    /// The function that stores it as its parameter.
    function: Option<Arc<str>>,
    /// What is known of the call that keeps it.
    advice: Option<&'static str>,
}

impl Captured {
    /// What a line declares, of the one function literal that is surely kept, where the function of the line has several.
    pub(crate) fn find(place: &Place, log: &EscapeLog) -> Option<Self> {
        let function = Symbol::decode(place.function()).local();
        let file = place.file();
        let is_same_file = |other: &str| other.ends_with(file) || file.ends_with(other);
        let is_of_line = |captured: &&gomem_escape::CapturedVariable| {
            i64::from(captured.line) == place.line && *captured.function == *function && is_same_file(&captured.file)
        };
        let variable = log.captured_variables().iter().find(is_of_line)?;
        let is_literal = |decision: &&HeapDecision| {
            decision.subject_kind == SubjectKind::FuncLiteral
                && decision.function.as_deref() == Some(&*function)
                && is_same_file(&decision.file)
        };
        let mut kept = log.heap_decisions().iter().filter(is_literal).filter_map(|literal| KeptBy::find(literal, log));
        let kept_by = kept.next().filter(|_| kept.next().is_none())?;
        Some(Self { variable: Arc::clone(&variable.variable), kept_by })
    }

    pub(crate) fn words(&self) -> String {
        let Self { variable, kept_by: KeptBy { step, function, advice } } = self;
        let stored = match (function, advice) {
            (Some(function), _) => format!("is stored by `{step}` in {function}"),
            (None, Some(_)) => format!("is given to `{step}`"),
            (None, None) => format!("is stored by `{step}`"),
        };
        let advice = advice.unwrap_or(
            "Take it out where it was put when that is done, on every path, or let it capture only what it needs.",
        );
        format!(
            "`{variable}` is captured by a function literal, which {stored}, and keeps it for as long as that is there. {advice}"
        )
    }
}

impl KeptBy {
    /// Of a call of which nothing is known, none: it may run the literal and forget it.
    fn find(literal: &HeapDecision, log: &EscapeLog) -> Option<Self> {
        if let Some(store) = store_of_parameter(literal) {
            return Some(Self { step: Arc::clone(&store.step.from), function: store.function.clone(), advice: None });
        }
        let step = lasting_step(literal, Some(log))?;
        let is_given = &*step.why == CALL_PARAMETER && !step.from.starts_with("append(");
        let advice = if is_given { Some(keep_advice_of_short(literal.callee()?)?) } else { None };
        Some(Self { step: Arc::clone(&step.from), function: None, advice })
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// What to do about a growing line whose variable a function literal captures, which this step and these other lines are about.
    fn action(step: &str, more: &str) -> String {
        let profile = |step: u64| {
            let frames = [
                ("example.com/ws.newConn", "/go/pkg/mod/example.com/ws@v1.2.0/conn.go:7"),
                ("example.com/ws.(*Upgrader).Upgrade", "/go/pkg/mod/example.com/ws@v1.2.0/server.go:70"),
                ("main.serve", "/app/serve.go:9"),
            ];
            let text = gomem_testkit::growing_heap(step, &frames);
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let log = format!(
            "# main\n\
             app/serve.go:12:10: func literal escapes to heap in serve:\n\
             app/serve.go:12:10:   flow: {{heap}} ← &{{storage for func literal}}:\n\
             app/serve.go:12:10:     from func literal (spill) at app/serve.go:12:10\n\
             app/serve.go:12:10:     from {step} at app/serve.go:12:9\n\
             app/serve.go:9:2: serve capturing by value: conn (addr=false assign=false width=8)\n\
             {more}\
             app/serve.go:12:10: func literal escapes to heap\n"
        );
        let log = Artifact { name: "escape.log".into(), bytes: log.into(), modified_ms: None };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (1..=4).map(profile).chain([log]).collect()));
        let leak = report.findings().iter().find(|finding| finding.title.starts_with("Leak: app/serve.go:9"));
        leak.map(|leak| leak.action.clone()).unwrap_or_default()
    }

    #[test]
    fn what_a_kept_function_literal_captured_is_kept_by_it() {
        let stored = action("onClose = append(onClose, func literal) (assign)", "");
        assert!(
            stored.starts_with("`conn` is captured by a function literal, which is stored by `onClose"),
            "{stored}"
        );
        let timer = action("time.AfterFunc(900, func literal) (call parameter)", "");
        assert!(timer.contains("which is given to `time.AfterFunc(900, func literal)`"), "{timer}");
    }

    #[test]
    fn what_may_run_it_and_forget_it_keeps_nothing() {
        let run = action("(*sync.WaitGroup).Go(wg, func literal) (call parameter)", "");
        assert!(!run.is_empty() && !run.contains("captured"), "{run}");
        let two = "app/serve.go:15:10: func literal escapes to heap in serve:\n\
                   app/serve.go:15:10:   flow: {heap} ← &{storage for func literal}:\n\
                   app/serve.go:15:10:     from func literal (spill) at app/serve.go:15:10\n\
                   app/serve.go:15:10:     from onOpen = append(onOpen, func literal) (assign) at app/serve.go:15:9\n\
                   app/serve.go:15:10: func literal escapes to heap\n";
        let unknown = action("onClose = append(onClose, func literal) (assign)", two);
        assert!(!unknown.is_empty() && !unknown.contains("captured"), "which of both is not known: {unknown}");
    }
}
