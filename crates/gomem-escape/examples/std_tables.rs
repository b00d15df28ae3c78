//! Makes the tables of the standard library: `std_tables OUT go1.26.8=LOG…`, each log that of
//! `go build -trimpath -gcflags=all=-m=2 std` by that release.

use std::{env, error::Error, fs};

use gomem_escape::{EscapeLog, StdDecisions, StdTables};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let out = arguments.next().ok_or("where to write?")?;
    let mut releases = Vec::new();
    for argument in arguments {
        let (release, log) = argument.split_once('=').ok_or("RELEASE=LOG")?;
        let log = EscapeLog::decode(&fs::read(log)?)?;
        releases.push(StdDecisions::from_log(release, log));
    }
    let bytes = StdTables::encode(&releases);
    let tables = StdTables::decode(&bytes).ok_or("what was written cannot be read")?;
    for release in tables.releases() {
        let log = tables.of(release).map(StdDecisions::log);
        println!("{release}: {} heap decisions", log.map_or(0, |log| log.heap_decisions().len()));
    }
    println!("{} bytes", bytes.len());
    Ok(fs::write(out, bytes)?)
}
