//! The text of a build and its `-json` files are about the same decisions.
//!
//! The text knows what was moved, the files know the inline stack and absolute paths. Paths in the text are relative to
//! the folder of the build: it is the one for which most of them are paths of the files.

use foldhash::{HashMap, HashSet};

use crate::{
    decision::Variant,
    fold::Fold,
    found::{Decided, Leaked, Place},
    interner::{Interner, TextId},
    logopt::Explained,
};

/// What the files say of decisions that the text has.
#[derive(Debug, Default)]
pub(crate) struct Json {
    found: HashMap<(Place, TextId), Found>,
    iteration_variables: HashSet<(Place, TextId)>,
}

#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) file: TextId,
    pub(crate) inlined: Vec<Place>,
}

impl Json {
    pub(crate) fn of(&self, decided: &Decided) -> Option<&Found> {
        self.found.get(&(decided.place, decided.subject))
    }

    pub(crate) fn is_iteration_variable(&self, decided: &Decided) -> bool {
        self.iteration_variables.contains(&(decided.place, decided.subject))
    }
}

/// Moves what the `-json` files say into the decisions of the text: those that both have are one.
pub(crate) fn merge(fold: &mut Fold) -> Json {
    let logopt = std::mem::take(&mut fold.logopt);
    let paths = Paths::of(fold, &logopt.decisions);
    let mut json = Json::default();
    for (place, variable) in logopt.iteration_variables {
        json.iteration_variables.insert((place, variable));
        json.iteration_variables.insert((paths.in_text(place), variable));
    }
    let known: HashMap<(Place, TextId), usize> =
        fold.decisions.iter().enumerate().map(|(index, decided)| ((decided.place, decided.subject), index)).collect();
    // Since Go 1.25 the text calls a variable that only ever holds a constant by that constant.
    let mut by_place: HashMap<Place, usize> = HashMap::default();
    for (index, decided) in fold.decisions.iter().enumerate() {
        by_place.entry(decided.place).or_insert(index);
    }
    for explained in logopt.decisions {
        let place = paths.in_text(explained.place);
        let known = known.get(&(place, explained.subject)).or_else(|| by_place.get(&place)).copied();
        let subject = known.map_or(explained.subject, |known| fold.decisions[known].subject);
        let found = Found { file: explained.place.0, inlined: explained.inlined };
        json.found.entry((place, subject)).or_insert(found);
        match known {
            Some(known) => {
                let explanation = &mut fold.decisions[known].explanation;
                if explanation.steps.is_empty() {
                    *explanation = explained.explanation;
                }
            }
            None => fold.decisions.push(Decided {
                package: explained.package,
                variant: Variant::Plain,
                place,
                subject: explained.subject,
                is_moved: explained.is_moved,
                explanation: explained.explanation,
                next: None,
                copies: explained.copies,
            }),
        }
    }
    let mut leaks: HashSet<(Place, TextId)> = fold.leaks.iter().map(|leak| (leak.place, leak.param)).collect();
    for leak in logopt.leaks {
        let place = paths.in_text(leak.place);
        if leaks.insert((place, leak.param)) {
            fold.leaks.push(Leaked {
                package: leak.package,
                variant: Variant::Plain,
                place,
                function: TextId::default(),
                param: leak.param,
                is_content: leak.derefs.is_some_and(|derefs| derefs > 0),
                to: leak.to,
                derefs: leak.derefs,
                via: leak.via,
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
    fn of(fold: &Fold, explained: &[Explained]) -> Self {
        let relative: HashSet<TextId> = fold.decisions.iter().map(|decided| decided.place.0).collect();
        let absolute: HashSet<TextId> = explained.iter().map(|explained| explained.place.0).collect();
        let texts: &Interner = &fold.texts;
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

    fn in_text(&self, (file, line, column): Place) -> Place {
        (self.in_text.get(&file).copied().unwrap_or(file), line, column)
    }
}
