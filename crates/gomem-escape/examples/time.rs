use std::{fs::File, time::Instant};
use gomem_escape::{EscapeReader, Limits};
fn main() {
    let path = std::env::args().nth(1).unwrap();
    for _ in 0..3 {
        let t = Instant::now();
        let mut r = EscapeReader::new(Limits::default());
        r.read(File::open(&path).unwrap()).unwrap();
        let a = t.elapsed();
        let log = r.finish().unwrap();
        let b = t.elapsed();
        let t2 = log.escapes_table().unwrap();
        println!("read {a:?} finish {:?} table {:?} rows {}", b - a, t.elapsed() - b, t2.rows());
    }
}
