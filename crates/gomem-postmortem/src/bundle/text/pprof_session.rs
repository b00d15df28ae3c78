//! What a session of `go tool pprof` shows, as its commands set it.
//!
//! ```text
//! $ go tool pprof -sample_index=alloc_space http://localhost:6060/debug/pprof/heap
//! Type: inuse_space
//! (pprof) alloc_space                       what follows is of all that was allocated
//! (pprof) top
//! $ go tool pprof -top -diff_base=a.pb.gz b.pb.gz      of what the second profile has more than the first
//! ```

/// The kind of values that was set last, and where.
#[derive(Debug, Default)]
pub(crate) struct PprofSession {
    kind: Option<String>,
    /// Whether two profiles are compared.
    is_difference: bool,
    line: usize,
    /// The last line that was read.
    last: usize,
}

impl PprofSession {
    /// Takes what a line sets; lines that are far from the last one are of another session.
    pub(crate) fn read(&mut self, number: usize, line: &str) {
        if number > self.last + 1 && number > self.line + NEAR {
            (self.kind, self.is_difference) = (None, false);
        }
        self.last = number;
        if line.contains("pprof ") {
            self.is_difference = compares(line);
        }
        if let Some(kind) = kind_set(line.trim()) {
            (self.kind, self.line) = (Some(kind.to_owned()), number);
        }
    }

    /// A table with the lines that say of what it is.
    pub(crate) fn describe(&self, table: String) -> String {
        let table = self.say_kind(table);
        match table.split_once('\n').filter(|(first, _)| self.is_difference && first.contains(": ")) {
            Some((first, rest)) => format!("{first}\nDifference: of two profiles\n{rest}"),
            None => table,
        }
    }

    fn say_kind(&self, table: String) -> String {
        let own = |line: &str| line.trim().starts_with("Type: ");
        let last = table.lines().filter_map(|line| line.trim().strip_prefix("Type: ")).next_back();
        match &self.kind {
            Some(kind) if last == Some(kind) => table,
            Some(kind) if table.lines().any(own) => {
                let others = table.lines().filter(|line| !own(line)).map(|line| format!("{line}\n"));
                format!("Type: {kind}\n") + &others.collect::<String>()
            }
            Some(kind) => format!("Type: {kind}\n") + &table,
            None => table,
        }
    }
}

/// Whether a command of pprof compares two profiles.
fn compares(line: &str) -> bool {
    let options = line.split_whitespace().filter_map(|word| word.strip_prefix('-'));
    let names = options.map(|option| option.trim_start_matches('-').split('=').next().unwrap_or_default());
    names.into_iter().any(|name| matches!(name, "base" | "diff_base"))
}

fn kind_set(line: &str) -> Option<&str> {
    if let Some(kind) = line.strip_prefix("Type: ") {
        return Some(kind.trim());
    }
    let known = |word: &str| KINDS.into_iter().find(|kind| *kind == word);
    let (before, command) = line.split_once("(pprof)").unwrap_or((line, ""));
    if before.is_empty() {
        let set = command.trim();
        let value = set.strip_prefix("sample_index").map(|rest| rest.trim_start_matches([' ', '=']));
        return known(value.unwrap_or(set));
    }
    let is_fetched = ["curl ", "wget "].iter().any(|tool| line.contains(tool));
    if is_fetched && line.contains("/debug/pprof/heap") {
        return Some("inuse_space");
    }
    let (_, options) = line.split_once("pprof ")?;
    let mut words = options.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let word = word.trim_matches(['`', '"', '\'', '\u{201c}', '\u{201d}']);
        let Some(option) = word.strip_prefix('-') else { continue };
        let option = option.trim_start_matches('-');
        let value = match option.strip_prefix("sample_index") {
            Some("") => words.peek().copied(),
            Some(value) => value.strip_prefix('='),
            None => Some(option),
        };
        if let Some(kind) = value.and_then(known) {
            return Some(kind);
        }
    }
    // What pprof shows of each where nothing else is asked for (`default_sample_type` of `runtime/pprof`).
    let of_path = [("/debug/pprof/allocs", "alloc_space"), ("/debug/pprof/heap", "inuse_space")];
    let is_command = before.ends_with("go tool ") || line.contains("go tool pprof ");
    of_path.into_iter().find(|(path, _)| is_command && options.contains(path)).map(|(_, kind)| kind)
}

const KINDS: [&str; 4] = ["inuse_space", "inuse_objects", "alloc_space", "alloc_objects"];
/// A command stands right before what it prints.
const NEAR: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_set_what_is_shown() {
        for (line, kind) in [
            ("Type: cpu", Some("cpu")),
            ("(pprof) alloc_space", Some("alloc_space")),
            ("(pprof) sample_index=inuse_objects", Some("inuse_objects")),
            ("(pprof) sample_index = alloc_objects", Some("alloc_objects")),
            ("$ go tool pprof -alloc_space http://a/debug/pprof/heap", Some("alloc_space")),
            ("go tool pprof --sample_index=alloc_space heap.out", Some("alloc_space")),
            ("go tool pprof -top -sample_index alloc_space heap.out", Some("alloc_space")),
            ("go tool pprof http://a/debug/pprof/allocs", Some("alloc_space")),
            ("go tool pprof http://a/debug/pprof/heap", Some("inuse_space")),
            ("Fetching profile over HTTP from http://a/debug/pprof/heap", None),
            ("curl -o heap.pprof http://a/debug/pprof/heap", Some("inuse_space")),
            ("I use pprof \u{201c}-alloc_space heap.out\u{201d}, and found:", Some("alloc_space")),
            ("(pprof) top", None),
            ("we looked at alloc_space", None),
            ("(pprof) list alloc_space", None),
        ] {
            assert_eq!(kind_set(line), kind, "{line}");
        }
    }

    #[test]
    fn a_table_has_the_kind_that_was_set_last() {
        let mut session = PprofSession::default();
        session.read(1, "Type: inuse_space");
        let said = |session: &PprofSession, table: &str| session.say_kind(table.to_owned());
        assert_eq!(said(&session, "Type: inuse_space\n1MB\n"), "Type: inuse_space\n1MB\n");
        session.read(2, "(pprof) alloc_space");
        assert_eq!(said(&session, "Type: inuse_space\n1MB\n"), "Type: alloc_space\n1MB\n");
        assert_eq!(said(&session, "1MB"), "Type: alloc_space\n1MB");
        session.read(3, "$ go tool pprof -top -diff_base a.pb.gz b.pb.gz");
        assert_eq!(session.describe("1MB\n".to_owned()), "Type: alloc_space\nDifference: of two profiles\n1MB\n");
        session.read(3, "$ go tool pprof -top -database=x b.pb.gz");
        assert_eq!(session.describe("1MB\n".to_owned()), "Type: alloc_space\n1MB\n");
        session.read(40, "Showing nodes accounting for 1MB");
        assert_eq!(said(&session, "1MB"), "1MB");
    }
}
