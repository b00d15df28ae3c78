//! Every allocation of the programs in `testdata/attribution` gets a reason, and the right one: that of the label behind
//! its line, `// reason: map_growth`. Several names are several allocations on one line.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use gomem_escape::EscapeLog;
use gomem_postmortem::{AttributeOptions, Explanation, Reason, Site, attribute};
use gomem_pprof::Profile;
use gomem_symbol::{Origin, Symbol};
use gomem_testkit::root;

const VERSIONS: [&str; 3] = ["go1.21.13", "go1.24.11", "go1.27.3"];

/// Programs that were written after the rules.
const LATE: [&str; 5] = ["cache", "graph", "inventory", "lexer", "ranges"];

#[derive(Debug, Default)]
struct Score {
    bytes: i64,
    explained: i64,
    own: i64,
    own_explained: i64,
    labelled: i64,
    right: i64,
    sites: u32,
    right_sites: u32,
    wrong: Vec<String>,
}

#[test]
fn reasons_are_found_and_right() {
    let (mut all, mut late) = (Score::default(), Score::default());
    let mut of_versions = Vec::new();
    for version in VERSIONS {
        let mut of_version = Score::default();
        for program in programs(&data()) {
            let name = program.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(score) = measure(&data(), &program, &name, version) else { continue };
            println!("{version} {name}: {}", score.line());
            of_version.add(&score);
            all.add(&score);
            if LATE.contains(&name.as_str()) {
                late.add(&score);
            }
        }
        println!("{version}: {}", of_version.line());
        of_versions.push((version, of_version));
    }
    println!("all: {}\nlate: {}\n{}", all.line(), late.line(), all.wrong.join("\n"));
    for (version, score) in &of_versions {
        score.check(version);
        assert!(score.right_sites * 100 >= score.sites * 98, "{version}: {}\n{}", score.line(), score.wrong.join("\n"));
    }
    late.check("late");
}

impl Score {
    fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.explained += other.explained;
        self.own += other.own;
        self.own_explained += other.own_explained;
        self.labelled += other.labelled;
        self.right += other.right;
        self.sites += other.sites;
        self.right_sites += other.right_sites;
        self.wrong.extend(other.wrong.iter().cloned());
    }

    fn line(&self) -> String {
        let percent = |part: i64, whole: i64| 100.0 * part as f64 / whole.max(1) as f64;
        format!(
            "{:.2} % of {} own bytes and {:.2} % of {} bytes have a reason; {:.2} % of {} labelled bytes, {} of {} sites right",
            percent(self.own_explained, self.own),
            self.own,
            percent(self.explained, self.bytes),
            self.bytes,
            percent(self.right, self.labelled),
            self.labelled,
            self.right_sites,
            self.sites,
        )
    }

    fn check(&self, what: &str) {
        let at_least = |part: i64, whole: i64, percent: i64| part * 100 >= whole * percent;
        assert!(self.own > 0 && self.labelled > 0, "{what}: nothing to measure");
        assert!(at_least(self.own_explained, self.own, 99), "{what}: {}", self.line());
        assert!(at_least(self.explained, self.bytes, 95), "{what}: {}", self.line());
        assert!(at_least(self.right, self.labelled, 98), "{what}: {}\n{}", self.line(), self.wrong.join("\n"));
        // Labels must cover the programs, so that being right means something.
        assert!(at_least(self.labelled, self.own, 97), "{what}: {}", self.line());
    }
}

/// Programs of your own, laid out as in `testdata/attribution`: `GOMEM_ATTRIBUTION=<folder>`, with `--nocapture`.
#[test]
fn others_are_scored() {
    let Some(folder) = std::env::var_os("GOMEM_ATTRIBUTION").map(PathBuf::from) else { return };
    let mut all = Score::default();
    for version in VERSIONS {
        for program in programs(&folder) {
            let name = program.file_name().unwrap().to_str().unwrap().to_owned();
            let Some(score) = measure(&folder, &program, &name, version) else { continue };
            println!("{version} {name}: {}", score.line());
            all.add(&score);
        }
    }
    println!("all: {}\n{}", all.line(), all.wrong.join("\n"));
}

/// Without a log, only the objects beside it tell the first group of a map's literal from that of a map that grows.
#[test]
fn the_group_of_a_literal_is_no_growth() {
    let profile = |name| Profile::decode(&fs::read(root().join("testdata/maps").join(name)).unwrap()).unwrap();
    let (heap, cpu) = (profile("heap.pb.gz"), profile("cpu.pb.gz"));
    let sites = attribute(&heap, None, &AttributeOptions::default().with_cpu(Some(&cpu)));
    let mut found: Vec<(&str, i64, &str)> = Vec::new();
    for site in sites.iter().filter(|site| site.place.function().starts_with("main.") && site.bytes > 1 << 20) {
        found.push((site.place.function(), site.place.line, site.reason.map_or("", Reason::name)));
    }
    found.sort_unstable();
    let expected = [
        ("main.grows", 29, "map_growth"),
        ("main.later", 20, "map_creation"),
        ("main.later", 22, "map_growth"),
        ("main.literal", 16, "map_creation"),
    ];
    assert_eq!(found, expected);
}

/// A CPU profile proves `append`, and no log has the expression: it grows a slice where the sizes double, else it may copy one.
#[test]
fn an_append_that_no_log_has_may_copy() {
    let place =
        "#\t0x401000\texample.com/lib.Take+0x1\t/src/lib/take.go:9\n#\t0x402000\tmain.main+0x1\t/src/app/main.go:7\n\n";
    let told = |sizes: &[u32]| {
        let mut heap = "heap profile: 0: 0 [9: 9000] @ heap/1\n".to_owned();
        for size in sizes {
            heap += &format!("0: 0 [1: {size}] @ 0x401001 0x402001\n{place}");
        }
        let cpu = format!(
            "heap profile: 0: 0 [1: 1] @ heap/1\n0: 0 [1: 1] @ 0x11 0x21 0x401001 0x402001\n#\t0x10\truntime.mallocgc+0x1\t/go/src/runtime/malloc.go:1000\n\
             #\t0x20\truntime.growslice+0x1\t/go/src/runtime/slice.go:290\n{place}"
        );
        let [heap, cpu] = [heap, cpu].map(|text| Profile::decode(text.as_bytes()).unwrap());
        let sites = attribute(&heap, None, &AttributeOptions::default().with_cpu(Some(&cpu)));
        assert_eq!(sites[0].reason.map(Reason::name), Some("slice_growth"));
        sites[0].explanation.map_or("", Explanation::words)
    };
    assert_eq!(told(&[64, 128, 256, 512, 1024]), "append grows a slice");
    assert!(told(&[48, 80, 272, 416]).starts_with("append grows a slice or copies it to new memory"));
}

fn measure(folder: &Path, program: &Path, name: &str, version: &str) -> Option<Score> {
    let captured = folder.join(version);
    let profile = fs::read(captured.join(format!("{name}.pb.gz"))).ok()?;
    let profile = Profile::decode(&profile).unwrap();
    let mut log = Vec::new();
    GzDecoder::new(fs::File::open(captured.join(format!("{name}.log.gz"))).unwrap()).read_to_end(&mut log).unwrap();
    let log = EscapeLog::decode(&log).unwrap();
    let labels = labels(program);
    let mut score = Score::default();
    for site in attribute(&profile, Some(&log), &AttributeOptions::default()) {
        score.bytes += site.bytes;
        let is_said = site.reason.is_some() || site.is_not_logged();
        score.explained += if is_said { site.bytes } else { 0 };
        let is_own = site.place == site.charged_to
            && ["main.", "example."].iter().any(|own| site.place.function().starts_with(own));
        if site.charged_to.file().ends_with("profile.go") {
            continue;
        }
        if is_own {
            score.own += site.bytes;
            score.own_explained += if site.reason.is_some() { site.bytes } else { 0 };
        }
        let Some(expected) = label(&labels, &site) else {
            if is_own {
                score.wrong.push(format!("{version} {name} no label: {}", describe(&site)));
            }
            continue;
        };
        // `library` is what a library allocates: nothing is known of it where the log lacks it, and that is said. Only of the
        // standard library the release's own decisions tell more than these labels.
        let unknown = if is_own { "unexplained" } else { "library" };
        let reason = site.reason.map_or(unknown, |reason| reason.name());
        let is_std = Origin::from_package(Symbol::decode(site.place.function()).package(), "") == Origin::Std;
        let is_right = expected.iter().any(|name| name == reason || (is_std && name == "library"));
        score.labelled += site.bytes;
        score.sites += 1;
        if is_right {
            score.right += site.bytes;
            score.right_sites += 1;
        } else {
            score.wrong.push(format!("{version} {name}: {} expected {}", describe(&site), expected.join(" or ")));
        }
    }
    Some(score)
}

fn describe(site: &Site) -> String {
    format!(
        "{} {} charged to {}: {} B in {} objects: {}",
        site.place.short(),
        site.place.short_function(),
        site.charged_to.short(),
        site.bytes,
        site.objects,
        site.reason.map_or("unexplained", |reason| reason.name())
    )
}

type Labels = HashMap<(String, i64), Vec<String>>;

fn label<'a>(labels: &'a Labels, site: &Site) -> Option<&'a [String]> {
    let file = site.charged_to.file().rsplit('/').next()?.to_owned();
    labels.get(&(file, site.charged_to.line)).map(Vec::as_slice)
}

fn labels(program: &Path) -> Labels {
    let mut labels = Labels::new();
    for file in go_files(program) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        for (line, text) in (1..).zip(fs::read_to_string(&file).unwrap().lines()) {
            if let Some((_, reasons)) = text.split_once("// reason: ") {
                labels.insert((name.clone(), line), reasons.split(' ').map(str::to_owned).collect());
            }
        }
    }
    labels
}

fn go_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(go_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "go") {
            files.push(path);
        }
    }
    files
}

fn programs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("programs")).unwrap();
    let programs: BTreeMap<_, _> = entries.map(|entry| entry.unwrap().path()).map(|path| (path.clone(), ())).collect();
    programs.into_keys().collect()
}

fn data() -> PathBuf {
    root().join("testdata/attribution")
}
