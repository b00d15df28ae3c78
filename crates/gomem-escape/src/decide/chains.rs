//! By which functions an argument reaches the heap.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::{
    read::{Interner, RawLeak, TextId, XPos, without_type_arguments},
    text::Call,
};

/// A function whose parameter leaks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeakStep {
    /// The function, without its package.
    pub function: Arc<str>,
    /// Its package.
    pub package: Arc<str>,
    /// The parameter.
    pub param: Arc<str>,
    /// The file of the parameter.
    pub file: Arc<str>,
    /// The line.
    pub line: Option<u32>,
    /// The column.
    pub column: Option<u32>,
}

/// Parameters that leak to the heap, by the package's last name and the function.
pub(crate) struct Chains<'a> {
    texts: &'a Interner,
    by_function: HashMap<(Box<str>, Box<str>), Vec<&'a RawLeak>>,
}

impl<'a> Chains<'a> {
    pub(crate) fn new(leaks: &'a [RawLeak], texts: &'a Interner) -> Self {
        let mut by_function: HashMap<_, Vec<&RawLeak>> = HashMap::default();
        for leak in leaks.iter().filter(|leak| &**texts.text(leak.to) == "{heap}") {
            let package = last_name(texts.text(leak.package)).into();
            let function = without_type_arguments(texts.text(leak.function));
            by_function.entry((package, function)).or_default().push(leak);
        }
        Self { texts, by_function }
    }

    /// The functions by which what is passed in `call`, in a function of `package`, reaches the heap.
    pub(crate) fn follow(&self, call: Call<'_>, package: TextId) -> Vec<LeakStep> {
        let text = |id| Arc::clone(self.texts.text(id));
        let mut steps = Vec::new();
        let mut seen = HashSet::default();
        let (mut callee, mut package) = (without_type_arguments(call.callee), package);
        while steps.len() < LONGEST_CHAIN {
            let Some(leak) = self.get(&callee, package) else { break };
            if !seen.insert((leak.at, leak.param)) {
                break;
            }
            let XPos { file, line, column } = leak.at;
            steps.push(LeakStep {
                function: text(leak.function),
                package: text(leak.package),
                param: text(leak.param),
                file: text(file),
                line: (line > 0).then_some(line),
                column: (column > 0).then_some(column),
            });
            let via = text(leak.via);
            let Some(call) = Call::parse(&via) else { break };
            (callee, package) = (without_type_arguments(call.callee), leak.package);
        }
        steps
    }

    /// The first parameter that leaks of a function of the package itself, or of `pkg.F` and `(*pkg.T).M` of another one.
    fn get(&self, callee: &str, package: TextId) -> Option<&'a RawLeak> {
        let own = last_name(self.texts.text(package));
        let local = self.by_function.get(&(own.into(), callee.into()));
        if let Some(leak) = local.and_then(|leaks| leaks.iter().find(|leak| leak.package == package)) {
            return Some(leak);
        }
        let (pointer, name) = callee.strip_prefix("(*").map_or(("", callee), |rest| ("(*", rest));
        let (of, name) = name.split_once('.')?;
        self.by_function.get(&(of.into(), format!("{pointer}{name}").into()))?.first().copied()
    }
}

fn last_name(package: &str) -> &str {
    package.rsplit('/').next().unwrap_or(package)
}

const LONGEST_CHAIN: usize = 16;
