//! `go tool pprof`, asked what gomem is asked.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Flat and cum by name.
pub type Sums = BTreeMap<String, (i128, i128)>;
/// Weight of a call, and whether it was inlined, by caller and callee.
pub type Calls = BTreeMap<(String, String), (i128, bool)>;

/// A call graph: flat and cum by name, and weight, whether the call was inlined and whether others are between, by caller and
/// callee.
pub type Dot = (Sums, BTreeMap<(String, String), (i128, bool, bool)>);

/// Flat and cum of each line that has any, by function and file.
pub type Lists = BTreeMap<(String, String), BTreeMap<i64, (i128, i128)>>;

/// `go tool pprof`.
#[derive(Debug)]
pub struct Pprof(PathBuf);

impl Pprof {
    /// The tool; `None` where Go is not installed.
    #[must_use]
    pub fn find() -> Option<Self> {
        // Go builds the tool the first time; after that, `-n` says where it is.
        let output = Command::new("go").args(["tool", "-n", "pprof"]).output().ok()?;
        let path = String::from_utf8(output.stdout).expect("as `go tool pprof` writes it").trim().to_owned();
        if !output.status.success() || path.is_empty() {
            println!("skipped: there is no `go tool pprof` to compare with");
            return None;
        }
        Some(Self(path.into()))
    }

    /// What it writes when asked with `flags`.
    #[must_use]
    pub fn run(&self, flags: &[&str], path: &Path) -> String {
        self.try_run(flags, path).unwrap_or_else(|problem| panic!("{flags:?}: {problem}"))
    }

    /// What it writes when asked with `flags`.
    ///
    /// # Errors
    /// What it says when it refuses.
    pub fn try_run(&self, flags: &[&str], path: &Path) -> Result<String, String> {
        let output = Command::new(&self.0)
            .args(["-symbolize=none", "-nodecount=0", "-nodefraction=0", "-edgefraction=0"])
            .args(flags.iter().filter(|flag| flag.starts_with('-')))
            .arg(path)
            .args(flags.iter().filter(|flag| !flag.starts_with('-')))
            .env("PPROF_TMPDIR", std::env::temp_dir())
            .output()
            .expect("as `go tool pprof` writes it");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Flat and cum by name, in whole units.
    #[must_use]
    pub fn top(&self, path: &Path, (name, unit): (&str, &str), flags: &[&str]) -> Sums {
        let (index, unit) = (format!("-sample_index={name}"), format!("-unit={unit}"));
        let flags: Vec<&str> = ["-top", &index, &unit].into_iter().chain(flags.iter().copied()).collect();
        let text = self.run(&flags, path);
        let mut sums = Sums::new();
        for row in text.lines().skip_while(|line| !line.trim_start().starts_with("flat ")).skip(1) {
            let words: Vec<&str> = row.split_whitespace().collect();
            // Names keep their own spaces, so they begin where the fifth word ends.
            let mut name = row.trim_start();
            for _ in 0..5 {
                name = name.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
            }
            let name = name.trim_end_matches(" (inline)").trim_end_matches(" (partial-inline)");
            add(&mut sums, name.to_owned(), (number(words[0]), number(words[3])));
        }
        sums
    }

    /// Caller and callee with weight and whether the call was inlined.
    #[must_use]
    pub fn calls(&self, path: &Path, (name, unit): (&str, &str)) -> Calls {
        let (index, unit) = (format!("-sample_index={name}"), format!("-unit={unit}"));
        let text = self.run(&["-dot", "-trim=false", "-functions", &index, &unit], path);
        let mut calls = Calls::new();
        for edge in text.lines().filter(|line| line.starts_with('N') && line.contains(" -> ")) {
            let (_, tooltip) = edge.split_once(" tooltip=\"").expect("as `go tool pprof` writes it");
            let (tooltip, _) = tooltip.split_once('"').expect("as `go tool pprof` writes it");
            // Edges without names lead to boxes of labels.
            let Some((names, value)) = tooltip.rsplit_once(" (") else { continue };
            let (caller, callee) = names.split_once(" -> ").expect("as `go tool pprof` writes it");
            let inlined = edge.contains("\\n (inline)");
            let value = number(value.trim_end_matches(')'));
            add_call(&mut calls, (caller.to_owned(), callee.to_owned()), (value, inlined));
        }
        calls
    }

    /// The graph that it draws of functions, in whole units.
    #[must_use]
    pub fn dot(&self, path: &Path, (name, unit): (&str, &str), flags: &[&str]) -> Dot {
        let (index, unit) = (format!("-sample_index={name}"), format!("-unit={unit}"));
        // Boxes of labels count as nodes.
        let flags: Vec<&str> =
            ["-dot", "-functions", "-taghide=.", &index, &unit].into_iter().chain(flags.iter().copied()).collect();
        let text = self.run(&flags, path);
        let (mut nodes, mut calls) = (Sums::new(), BTreeMap::new());
        let within = |line: &str, name: &str| {
            let (_, rest) = line.split_once(&format!(" {name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        for line in text.lines().filter(|line| line.starts_with('N')) {
            let named = within(line, "tooltip").expect("as `go tool pprof` writes it");
            let (names, value) = named.rsplit_once(" (").expect("as `go tool pprof` writes it");
            let value = number(value.trim_end_matches(')'));
            if line.contains(" -> ") {
                let ends = names.split_once(" -> ").or_else(|| names.split_once(" ... "));
                let (caller, callee) = ends.expect("as `go tool pprof` writes it");
                let (inlined, residual) = (line.contains("\\n (inline)"), names.contains(" ... "));
                calls.insert((caller.to_owned(), callee.to_owned()), (value, inlined, residual));
            } else {
                let label = line.split_once("label=\"").and_then(|(_, rest)| rest.split_once('"'));
                let label = label.expect("as `go tool pprof` writes it").0;
                let before_cum = label.rsplit_once("of ").map_or(label, |(before, _)| before);
                let flat = before_cum.trim_end_matches("\\n").trim().rsplit("\\n").next().unwrap_or_default();
                nodes.insert(names.to_owned(), (number(flat.split(' ').next().unwrap_or_default()), value));
            }
        }
        (nodes, calls)
    }

    /// What it lists of the functions that match in the sum of profiles, in whole units; sources are those in `goroot`. Functions whose source it
    /// does not find are left out.
    #[must_use]
    pub fn lists(&self, paths: &[&Path], (name, unit): (&str, &str), pattern: &str, sources: &Path) -> Lists {
        let (path, more) = paths.split_first().expect("a profile");
        let flags = [
            format!("-list={pattern}"),
            format!("-sample_index={name}"),
            format!("-unit={unit}"),
            format!("-source_path={}", sources.display()),
            // Else files are called after the folder that this runs in.
            "-trim_path=/nowhere".to_owned(),
        ];
        let more = more.iter().map(|path| path.display().to_string());
        let flags: Vec<String> = flags.into_iter().chain(more).collect();
        let text = self.run(&flags.iter().map(String::as_str).collect::<Vec<_>>(), path);
        let mut lists = Lists::new();
        let mut lines = None;
        for row in text.lines() {
            if let Some(routine) = row.strip_prefix("ROUTINE ======================== ") {
                let (function, file) = routine.rsplit_once(" in ").expect("as `go tool pprof` writes it");
                lines = Some(lists.entry((function.to_owned(), file.to_owned())).or_default());
            } else if let Some(lines) = &mut lines
                && let Some((sums, _)) = row.split_once(':')
                && let [flat, cum, line] = sums.split_whitespace().collect::<Vec<_>>()[..]
                && let Ok(line) = line.parse()
                && (flat, cum) != (".", ".")
            {
                let sum = |text: &str| if text == "." { 0 } else { number(text) };
                lines.insert(line, (sum(flat), sum(cum)));
            }
        }
        lists.retain(|_, lines| !lines.is_empty());
        lists
    }

    /// All of the profile, without the header that depends on the time zone.
    #[must_use]
    pub fn raw(&self, path: &Path) -> String {
        let text = self.run(&["-raw"], path);
        text.split_once("Samples:").expect("as `go tool pprof` writes it").1.to_owned()
    }
}

fn number(text: &str) -> i128 {
    text.trim_end_matches(|c: char| c.is_alphabetic()).parse().unwrap_or_else(|_| panic!("{text}"))
}

/// By file, `go tool pprof` writes a row for each function, of which several may have one name.
pub fn add(sums: &mut Sums, name: String, (flat, cum): (i128, i128)) {
    let sum = sums.entry(name).or_default();
    *sum = (sum.0 + flat, sum.1 + cum);
}

/// Several keys may have one name.
pub fn add_call(calls: &mut Calls, names: (String, String), (weight, inlined): (i128, bool)) {
    let sum = calls.entry(names).or_insert((0, true));
    *sum = (sum.0 + weight, sum.1 && inlined);
}
