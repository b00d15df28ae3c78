//! `debug/pprof/`, the index: which profiles there are, and how many records each has.

/// How many records a profile has; `None` when the index does not tell.
///
/// A row of Go's page (`net/http/pprof/pprof.go`, `indexTmplExecute`) is `<tr><td>COUNT</td><td><a href='NAME?debug=1'>NAME</a></td></tr>`.
pub(crate) fn records_of(page: &str, profile: &str) -> Option<u64> {
    let link = page.find(&format!("<a href='{profile}?debug=1'"))?;
    let before = page.get(..link)?;
    let digits = before.rsplit("<td>").nth(1)?;
    digits.split('<').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_profiles() {
        let page = "<tr><td>12</td><td><a href='allocs?debug=1'>allocs</a></td></tr>\n\
                    <tr><td>0</td><td><a href='block?debug=1'>block</a></td></tr>\n";
        assert_eq!(records_of(page, "allocs"), Some(12));
        assert_eq!(records_of(page, "block"), Some(0));
        assert_eq!(records_of(page, "mutex"), None);
        assert_eq!(records_of("<a href='mutex?debug=1'", "mutex"), None);
        assert_eq!(records_of("<td>x</td><td><a href='mutex?debug=1'", "mutex"), None);
    }
}
