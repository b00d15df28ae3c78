//! The lines that allocate most: cargo run --release -p gomem --example top -- examples/incident/before/heap-3.pb.gz

#![expect(clippy::print_stdout, reason = "it is a command")]

use std::{env, error::Error, fs};

use gomem::pprof::{Granularity, Profile, TopOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("usage: top PROFILE")?;
    let profile = Profile::decode(&fs::read(&path)?).map_err(|err| format!("{path}: {err}"))?;
    let sample_type = profile.sample_type_index("alloc_space").unwrap_or(profile.default_sample_type());
    let top = profile.top(&TopOptions::new(sample_type).by(Granularity::Line)).in_unit("MB")?;
    for row in top.rows().iter().take(10) {
        println!("{:>6.1} %  {}", 100.0 * top.fraction(row.flat).unwrap_or(f64::NAN), row.name());
    }
    Ok(())
}
