//! A build on Windows: the compiler prints `.\main.go`, the profile `C:/…`. The inputs are made up after what Go prints there.

#![allow(clippy::unwrap_used)]

use gomem_escape::EscapeLog;
use gomem_postmortem::{AttributeOptions, attribute};
use gomem_pprof::Profile;

const LOG: &str = "# example.com/app/internal/store\r
internal\\store\\store.go:7:9: &Order{...} escapes to heap:\r
internal\\store\\store.go:7:9:   flow: ~r0 = &{storage for &Order{...}}:\r
internal\\store\\store.go:7:9:     from &Order{...} (spill) at internal\\store\\store.go:7:9\r
internal\\store\\store.go:7:9:     from return &Order{...} (return) at internal\\store\\store.go:7:2\r
internal\\store\\store.go:7:9: &Order{...} escapes to heap\r
# example.com/app\r
.\\main.go:12:13: make([]byte, n) escapes to heap:\r
.\\main.go:12:13:   flow: {heap} = &{storage for make([]byte, n)}:\r
.\\main.go:12:13:     from make([]byte, n) (non-constant size) at .\\main.go:12:13\r
.\\main.go:12:13: make([]byte, n) escapes to heap\r
";

fn profile(root: &str, separator: char) -> Profile {
    let path = |parts: &[&str]| [&[root], parts].concat().join(&separator.to_string());
    let (main, store) = (path(&["main.go"]), path(&["internal", "store", "store.go"]));
    let text = format!(
        "heap profile: 2: 2048 [20: 20480] @ heap/1\n\
         1: 1024 [10: 10240] @ 0x401001 0x401101\n\
         #\t0x401000\tmain.load+0x20\t{main}:12\n\
         #\t0x401100\tmain.main+0x20\t{main}:20\n\
         \n\
         1: 1024 [10: 10240] @ 0x402001 0x401201\n\
         #\t0x402000\texample.com/app/internal/store.New+0x20\t{store}:7\n\
         #\t0x401200\tmain.main+0x40\t{main}:21\n"
    );
    Profile::decode(text.as_bytes()).unwrap()
}

#[test]
fn paths_of_windows_are_joined() {
    let log = EscapeLog::decode(LOG.as_bytes()).unwrap();
    assert_eq!(log.heap_decisions().len(), 2);
    for (root, separator) in [("C:/Users/me/src/app", '/'), (r"C:\Users\me\src\app", '\\'), ("example.com/app", '/')] {
        let sites = attribute(&profile(root, separator), Some(&log), &AttributeOptions::default());
        let mut found: Vec<_> =
            sites.iter().map(|site| (site.place.short(), site.cause().map(gomem_escape::Cause::name))).collect();
        found.sort();
        let main = format!("{}/main.go:12", root.rsplit(separator).next().unwrap());
        let expected = [(main, Some("unknown_size")), ("store/store.go:7".to_owned(), Some("returned_pointer"))];
        assert_eq!(found, expected, "{root}");
    }
}
