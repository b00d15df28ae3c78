//! The text of a build and its `-json` files are about the same decisions.
//!
//! The text knows what was moved, the files know the inline stack and absolute paths. Paths in the text are relative to
//! the folder of the build: it is the one for which most of them are paths of the files.

use foldhash::{HashMap, HashSet};

use crate::{
    read::{
        interner::Interner,
        logopt::{LogOptDecision, LogOptFacts, LogOptLeak},
        raw::{RawDecision, RawLeak},
        xpos::{TextId, XPos},
    },
    text::Variant,
};

/// What the files say of decisions that the text has as well.
#[derive(Debug, Default)]
pub(crate) struct JsonFacts {
    origins: HashMap<(XPos, TextId), Origin>,
    iteration_variables: HashSet<(XPos, TextId)>,
}

/// Where the code of a decision stands.
#[derive(Debug)]
pub(crate) struct Origin {
    /// The file as the build saw it.
    pub(crate) file: TextId,
    /// The calls that were inlined, the outermost first.
    pub(crate) inlined: Vec<XPos>,
}

impl JsonFacts {
    pub(crate) fn origin(&self, decision: &RawDecision) -> Option<&Origin> {
        self.origins.get(&(decision.at, decision.subject))
    }

    pub(crate) fn is_iteration_variable(&self, decision: &RawDecision) -> bool {
        self.iteration_variables.contains(&(decision.at, decision.subject))
    }
}

/// Moves what the `-json` files say into the decisions and leaks of the text: those that both have are one.
pub(crate) fn merge(
    logopt: LogOptFacts,
    decisions: &mut Vec<RawDecision>,
    leaks: &mut Vec<RawLeak>,
    texts: &Interner,
) -> JsonFacts {
    let paths = Paths::new(decisions, &logopt.decisions, texts);
    let mut json = JsonFacts::default();
    for (at, variable) in logopt.iteration_variables {
        json.iteration_variables.insert((at, variable));
        json.iteration_variables.insert((paths.in_text(at), variable));
    }
    let known: HashMap<(XPos, TextId), usize> =
        decisions.iter().enumerate().map(|(index, decision)| ((decision.at, decision.subject), index)).collect();
    // Since Go 1.25 the text calls a variable that only ever holds a constant by that constant.
    let mut by_position: HashMap<XPos, usize> = HashMap::default();
    for (index, decision) in decisions.iter().enumerate() {
        by_position.entry(decision.at).or_insert(index);
    }
    for LogOptDecision { package, at: absolute, subject, is_moved, explanation, inlined, copies } in logopt.decisions {
        let at = paths.in_text(absolute);
        let known = known.get(&(at, subject)).or_else(|| by_position.get(&at)).copied();
        let known = known.and_then(|known| decisions.get_mut(known));
        let name = known.as_ref().map_or(subject, |known| known.subject);
        json.origins.entry((at, name)).or_insert(Origin { file: absolute.file, inlined });
        match known {
            Some(known) if known.explanation.steps.is_empty() => known.explanation = explanation,
            Some(known) => known.explanation.store = known.explanation.store.or(explanation.store),
            None => {
                let variant = Variant::Plain;
                decisions.push(RawDecision {
                    package,
                    variant,
                    at,
                    subject,
                    is_moved,
                    explanation,
                    next: None,
                    copies,
                });
            }
        }
    }
    let mut seen: HashSet<(XPos, TextId)> = leaks.iter().map(|leak| (leak.at, leak.param)).collect();
    for LogOptLeak { package, at, param, to, derefs, via, store, holder } in logopt.leaks {
        let at = paths.in_text(at);
        if seen.insert((at, param)) {
            leaks.push(RawLeak {
                package,
                variant: Variant::Plain,
                at,
                function: TextId::default(),
                param,
                is_content: derefs.is_some_and(|derefs| derefs > 0),
                to,
                derefs,
                via,
                store,
                holder,
                copies: 1,
            });
        }
    }
    json
}

/// From absolute files to those of the text.
struct Paths {
    in_text: HashMap<TextId, TextId>,
}

impl Paths {
    fn new(of_text: &[RawDecision], of_files: &[LogOptDecision], texts: &Interner) -> Self {
        let relative: HashSet<TextId> = of_text.iter().map(|decision| decision.at.file).collect();
        let absolute: HashSet<TextId> = of_files.iter().map(|decision| decision.at.file).collect();
        let by_name = |files: &HashSet<TextId>| {
            let mut by_name: HashMap<Box<str>, Vec<TextId>> = HashMap::default();
            for &file in files {
                let name = texts.text(file).rsplit('/').next().unwrap_or_default();
                by_name.entry(name.into()).or_default().push(file);
            }
            by_name
        };
        let relative_by_name = by_name(&relative);
        let mut folders: HashMap<&str, usize> = HashMap::default();
        let mut pairs = Vec::new();
        for &file in &absolute {
            let path: &str = texts.text(file);
            let name = path.rsplit('/').next().unwrap_or_default();
            for &candidate in relative_by_name.get(name).into_iter().flatten() {
                let folder = path.strip_suffix(&**texts.text(candidate)).and_then(|folder| folder.strip_suffix('/'));
                if let Some(folder) = folder {
                    *folders.entry(folder).or_default() += 1;
                    pairs.push((file, candidate, folder));
                }
            }
        }
        let build = folders.iter().max_by_key(|(folder, files)| (**files, std::cmp::Reverse(**folder)));
        let build = build.map(|(folder, _)| *folder);
        let in_text = pairs.into_iter().filter(|pair| Some(pair.2) == build).map(|pair| (pair.0, pair.1)).collect();
        Self { in_text }
    }

    fn in_text(&self, at: XPos) -> XPos {
        XPos { file: self.in_text.get(&at.file).copied().unwrap_or(at.file), ..at }
    }
}
