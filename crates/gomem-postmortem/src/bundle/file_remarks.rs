//! Remarks on many files: the first of each reason by name, and of the rest how many there are.

use std::collections::HashMap;

/// A file's name, and the remark on it.
pub(crate) type FileRemark = (String, String);

/// The same, so short that it can be read: a folder may hold a hundred thousand files that are not recognised.
pub(crate) fn shortened(remarks: Vec<FileRemark>) -> Vec<FileRemark> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (mut kept, mut more, mut others) = (Vec::new(), Vec::new(), 0_usize);
    for (name, reason) in remarks {
        let kind = kind(&reason);
        if !seen.contains_key(&kind) && seen.len() >= MOST_REASONS {
            others += 1;
            continue;
        }
        let count = seen.entry(kind.clone()).or_default();
        *count += 1;
        if *count <= MOST_NAMES {
            kept.push((name, reason));
        } else if *count == MOST_NAMES + 1 {
            more.push(kind);
        }
    }
    for kind in more {
        let count = seen.get(&kind).map_or(0, |count| count - MOST_NAMES);
        kept.push((REST.to_owned(), format!("{count} more: {kind}")));
    }
    if others > 0 {
        kept.push((REST.to_owned(), format!("{others} more, for other reasons")));
    }
    kept
}

/// A reason without what it quotes of the file.
fn kind(reason: &str) -> String {
    match reason.split_once('“') {
        Some((kind, _)) => format!("{kind}…"),
        None => reason.to_owned(),
    }
}

/// What stands for names that are left out.
const REST: &str = "…";
const MOST_NAMES: usize = 10;
const MOST_REASONS: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(count: usize, reason: impl Fn(usize) -> String) -> Vec<FileRemark> {
        (0..count).map(|file| (file.to_string(), reason(file))).collect()
    }

    #[test]
    fn many_files_are_said_by_number() {
        let few = remarks(10, |_| "empty".to_owned());
        assert_eq!(shortened(few.clone()), few);
        let many = shortened(remarks(20_000, |file| if file == 7 { "empty" } else { "not recognised" }.to_owned()));
        assert_eq!(many.len(), 12);
        assert!(many.contains(&("7".to_owned(), "empty".to_owned())));
        assert_eq!(many.last(), Some(&("…".to_owned(), "19989 more: not recognised".to_owned())));
        let each = shortened(remarks(20_000, |file| format!("byte {file}")));
        assert_eq!(each.len(), 51);
        assert_eq!(each.last(), Some(&("…".to_owned(), "19950 more, for other reasons".to_owned())));
        let quoted = shortened(remarks(20_000, |file| format!("text that says “{file}”")));
        assert_eq!(quoted.last(), Some(&("…".to_owned(), "19990 more: text that says …".to_owned())));
    }
}
