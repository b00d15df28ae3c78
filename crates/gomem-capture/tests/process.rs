//! Cores of a process that runs: it goes on, the core says who keeps its memory, and has none of its texts.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use gomem_capture::{CoreOptions, Error, TakenCore, take_core, write_core};
use gomem_heap::{Heap, HeapOptions, HolderKind};
use gomem_testkit::root;

/// A program that runs, and ends with the test.
struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    /// Nothing where there is no Go.
    fn start(flags: &[&str], folder: &Path) -> Option<Self> {
        let binary = folder.join("program");
        let mut go = Command::new("go");
        go.arg("build").args(flags).arg("-o").arg(&binary).arg(".").current_dir(root().join("testdata/process"));
        if !go.status().is_ok_and(|status| status.success()) {
            println!("skipped: no Go");
            return None;
        }
        let mut child = Command::new(binary).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut running = Self { child, lines };
        assert_eq!(running.line(), "ready\n");
        Some(running)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    fn options(&self) -> CoreOptions {
        CoreOptions::new(i32::try_from(self.child.id()).unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Nothing where processes may not be stopped, as in some containers.
fn taken(options: &CoreOptions, folder: &Path) -> Option<TakenCore> {
    match take_core(options, folder) {
        Err(Error::Stop { reason, .. }) if reason.contains("not permitted") => {
            println!("skipped: {reason}");
            None
        }
        taken => Some(taken.unwrap()),
    }
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn a_core_has_all_holders_and_no_text() {
    for flags in [&[][..], &["-ldflags=-w"], &["-ldflags=-s -w"], &["-buildmode=pie"]] {
        let folder = tempfile::tempdir().unwrap();
        let Some(mut running) = Running::start(flags, folder.path()) else { return };
        let bundle = folder.path().join("bundle");
        let Some(taken) = taken(&running.options(), &bundle) else { return };
        let [core, program] = taken.files.map(|name| bundle.join(name));
        running.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        assert_eq!(running.line(), "alive 2000\n", "{flags:?}");
        let bytes = fs::read(&core).unwrap();
        // The shortest pieces that a word can hold.
        for text in ["SECRET", "RET name", "12345", "PATH="] {
            assert!(!has(&bytes, text), "{flags:?}: {text}");
        }
        let options = HeapOptions::default().with_binary(fs::read(program).unwrap());
        let heap = Heap::decode_with(bytes, options).unwrap();
        assert!(heap.is_complete(), "{flags:?}: {:?}", heap.diagnostics());
        let flaws = heap.diagnostics().iter().map(|diagnostic| diagnostic.flaw.name());
        assert!(
            flaws.clone().all(|flaw| ["stripped", "without_contents"].contains(&flaw)),
            "{flags:?}: {:?}",
            flaws.collect::<Vec<_>>()
        );
        assert_eq!(heap.heap_alloc_bytes(), Some(heap.bytes()), "{flags:?}");
        let retained = |name: &str| {
            let named = heap.holdings().iter().filter(|holding| holding.holders.iter().any(|holder| holder == name));
            named.map(|holding| holding.retained_objects).sum::<u64>()
        };
        assert!(retained("main.worker") >= 1000, "{flags:?}: {}", retained("main.worker"));
        if flags != ["-ldflags=-s -w"] {
            assert!(retained("main.sessions") >= 8000, "{flags:?}: {}", retained("main.sessions"));
            assert!(retained("main.list") >= 4000, "{flags:?}: {}", retained("main.list"));
            assert!(retained("main.made") >= 501, "{flags:?}: {}", retained("main.made"));
        }
    }
}

#[test]
fn a_full_core_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let Some(running) = Running::start(&[], folder.path()) else { return };
    let bundle = folder.path().join("bundle");
    let Some(taken) = taken(&running.options().with_contents(), &bundle) else { return };
    let bytes = fs::read(bundle.join(&taken.files[0])).unwrap();
    assert!(has(&bytes, "SECRET name 1999") && has(&bytes, "SECRET buffer"));
    let again = take_core(&running.options(), &bundle).unwrap_err();
    assert!(matches!(again, Error::Io { .. }), "nothing is overwritten: {again}");
}

/// Where there are gdb and delve.
#[test]
fn debuggers_open_it() {
    let folder = tempfile::tempdir().unwrap();
    let Some(running) = Running::start(&[], folder.path()) else { return };
    let bundle = folder.path().join("bundle");
    let Some(taken) = taken(&running.options(), &bundle) else { return };
    let [core, program] = taken.files.map(|name| bundle.join(name).display().to_string());
    let gdb = ["gdb", "-nx", "-batch", "-ex", "thread apply all backtrace 8", &program, &core];
    if let Some(stacks) = said(&gdb) {
        assert!(stacks.contains("Thread 1") && stacks.contains("runtime."), "{stacks}");
    }
    let commands = folder.path().join("commands").display().to_string();
    fs::write(&commands, "print len(main.sessions)\nexit\n").unwrap();
    let quiet = ["--check-go-version=false", "--allow-non-terminal-interactive=true", "--init", &commands];
    if let Some(length) = said(&[&["dlv", "core", &program, &core][..], &quiet].concat()) {
        assert!(length.lines().any(|line| line == "2000"), "{length}");
    }
}

/// What a command says; nothing where there is no such program.
fn said(words: &[&str]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let Ok(output) = Command::new(program).args(arguments).stdin(Stdio::null()).output() else {
        println!("skipped: no {program}");
        return None;
    };
    Some(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// A core with everything in it, made fit to send.
#[test]
fn a_redacted_core_has_all_holders_and_no_text() {
    for flags in [&[][..], &["-ldflags=-s -w"], &["-buildmode=pie"]] {
        let folder = tempfile::tempdir().unwrap();
        let Some(running) = Running::start(flags, folder.path()) else { return };
        let bundle = folder.path().join("bundle");
        let Some(taken) = taken(&running.options().with_contents(), &bundle) else { return };
        let [full, program] = taken.files.map(|name| bundle.join(name));
        assert!(has(&fs::read(&full).unwrap(), "SECRET name 1999"));
        same_without_texts(&full, &fs::read(program).unwrap(), &["SECRET", "RET name", "12345", "PATH="]);
    }
}

/// One that a debugger took.
#[test]
fn a_recorded_core_is_made_fit_to_send() {
    for version in ["go1.21.13", "go1.27.3"] {
        let folder = tempfile::tempdir().unwrap();
        let file = |ending: &str| gomem_testkit::inflated(format!("testdata/heap/holders-{version}.{ending}.gz"));
        let core = folder.path().join("core");
        fs::write(&core, file("core")).unwrap();
        let heap = same_without_texts(&core, &file("bin"), &["HOME=", "LANG=", "s199", "k149", "e149"]);
        let maps = heap.maps();
        let emptied = maps.iter().find(|map| map.holders == ["main.emptied"]).unwrap();
        assert_eq!((emptied.entries, emptied.capacity), (0, 8192), "{version}: how full a map is can be told");
    }
}

/// A redacted core says what the whole one said, and has none of these texts.
fn same_without_texts(core: &Path, program: &[u8], texts: &[&str]) -> Heap {
    let redacted = core.with_extension("redacted");
    let options = || HeapOptions::default().with_binary(program.to_vec());
    let made = Heap::redact_core(fs::File::open(core).unwrap(), &options()).unwrap();
    write_core(&made, fs::File::create(&redacted).unwrap()).unwrap();
    let bytes = fs::read(&redacted).unwrap();
    for text in texts {
        assert!(!has(&bytes, text), "{text} survives");
    }
    let heap = |path: &Path| Heap::read_with(fs::File::open(path).unwrap(), options()).unwrap();
    let (before, after) = (heap(core), heap(&redacted));
    // Of the runtime's own lists some are of numbers.
    let of_program = |heap: &Heap| {
        let is_runtime = |kind| matches!(kind, HolderKind::Runtime | HolderKind::Unreachable);
        heap.holdings().iter().filter(|holding| !is_runtime(holding.kind)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(of_program(&before), of_program(&after));
    assert_eq!((before.heap_alloc_bytes(), before.bytes()), (after.heap_alloc_bytes(), after.bytes()));
    assert!(after.diagnostics().iter().any(|diagnostic| diagnostic.flaw.name() == "without_contents"));
    after
}

#[test]
fn other_processes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = take_core(&CoreOptions::new(i32::MAX), folder.path()).unwrap_err();
    assert!(matches!(refusal, Error::NoProcess { pid: i32::MAX }), "{refusal}");
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    let refusal = take_core(&CoreOptions::new(i32::try_from(other.id()).unwrap()), folder.path()).unwrap_err();
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(matches!(refusal, Error::Program { .. }) && refusal.to_string().contains("cannot be read"), "{refusal}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
