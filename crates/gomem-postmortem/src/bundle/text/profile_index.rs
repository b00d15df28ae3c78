//! The page that lists a program's profiles, `/debug/pprof/`: how many goroutines and threads there are.
//!
//! ```text
//! Count  Profile                                  <tr><td>50213</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>
//! 50213  goroutine                                62  [goroutine](https://…/debug/pprof/goroutine?debug=1)
//! ```

/// What the page counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ProfileIndex {
    pub(crate) goroutines: u64,
    /// Threads of the system that were ever made.
    pub(crate) threads: Option<u64>,
    /// The goroutines of the pages before it, the earliest first.
    pub(crate) earlier: Vec<u64>,
}

impl ProfileIndex {
    /// The last page of a text: a row is a count and a profile, as a browser shows it, as it was served, or in Markdown.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let mut pages: Vec<Page> = vec![Page::default()];
        for (count, name) in text.lines().filter_map(row) {
            let Some(kind) = PROFILES.iter().position(|known| *known == name) else { continue };
            if pages.last().is_some_and(|page| page[kind].is_some()) && pages.len() < MOST {
                pages.push(Page::default());
            }
            if let Some(page) = pages.last_mut() {
                page[kind] = Some(count);
            }
        }
        pages.retain(|page| page.iter().flatten().count() >= FEWEST && page[GOROUTINE].is_some());
        let counts: Vec<u64> = pages.iter().filter_map(|page| page[GOROUTINE]).collect();
        let (&goroutines, earlier) = counts.split_last()?;
        let threads = pages.last().and_then(|page| page[THREADS]);
        Some(Self { goroutines, threads, earlier: earlier.to_vec() })
    }
}

/// The counts of one page, by the place of each profile in [`PROFILES`].
type Page = [Option<u64>; PROFILES.len()];

/// A count, and the word behind it.
fn row(line: &str) -> Option<(u64, &str)> {
    let line = line.get(..line.len().min(LONGEST_LINE))?;
    let rest = without_marks(line);
    let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let count = rest[..end].parse().ok()?;
    let name = without_marks(&rest[end..]);
    let length = name.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(name.len());
    Some((count, &name[..length]))
}

/// What follows marks of HTML and of Markdown.
fn without_marks(text: &str) -> &str {
    let mut rest = text.trim_start_matches([' ', '\t', '[', '|', '`']);
    while let Some((_, after)) = rest.strip_prefix('<').and_then(|mark| mark.split_once('>')) {
        rest = after.trim_start();
    }
    rest
}

/// The profiles that every program has (`profiles` in `runtime/pprof/pprof.go`).
const PROFILES: [&str; 6] = ["goroutine", "threadcreate", "heap", "allocs", "block", "mutex"];
const GOROUTINE: usize = 0;
const THREADS: usize = 1;
/// Fewer are words behind a number.
const FEWEST: usize = 4;
const MOST: usize = 64;
const LONGEST_LINE: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_as_they_are_shown_and_served() {
        let shown = "/debug/pprof/\n\nTypes of profiles available:\nCount\tProfile\n2196\tallocs\n0\tblock\n0\tcmdline\n50213\tgoroutine\n\
                     2196\theap\n0\tmutex\n0\tprofile\n311\tthreadcreate\n0\ttrace\n";
        let served: String =
            [(2196, "allocs"), (0, "block"), (50213, "goroutine"), (2196, "heap"), (311, "threadcreate")]
                .iter()
                .map(|(count, name)| format!("<tr><td>{count}</td><td><a href='{name}?debug=1'>{name}</a></td></tr>\n"))
                .collect();
        let old = "<tr><td align=right>0<td><a href=\"block?debug=1\">block</a>\n<tr><td align=right>50213<td><a \
                   href=\"goroutine?debug=1\">goroutine</a>\n<tr><td align=right>9<td><a href=\"heap?debug=1\">heap</a>\n<tr><td \
                   align=right>311<td><a href=\"threadcreate?debug=1\">threadcreate</a>\n";
        let linked = "0\t[block](http://a/block)\n50213\t[goroutine](http://a/g)\n9\t[heap](http://a/h)\n311\t[threadcreate](http://a/t)\n";
        for text in [shown, &served, old, linked] {
            let page = ProfileIndex::find(text).unwrap();
            assert_eq!((page.goroutines, page.threads, page.earlier), (50213, Some(311), vec![]), "{text}");
        }
        let two = format!("{}{shown}", shown.replace("50213", "1200"));
        assert_eq!(ProfileIndex::find(&two).unwrap().earlier, [1200]);
    }

    #[test]
    fn other_lists_are_none() {
        for text in [
            "",
            "12 goroutine\n3 heap\n",
            "0 block\n1 heap\n2 mutex\n3 allocs\n",
            "a 5 goroutine\nb 5 heap\nc 5 block\nd 5 mutex\n",
        ] {
            assert_eq!(ProfileIndex::find(text), None, "{text}");
        }
    }
}
