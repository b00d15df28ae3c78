//! The page of sources that pprof's web interface and `-weblist` write, as the listing that `-list` prints.
//!
//! ```text
//! <h2>main.(*book).add</h2><p class="filename">/src/book.go</p>
//!   Total:    700.02MB   702.53MB (flat, cum) 86.48%
//! <span class=line>   32</span> <span class=livesrc>    700.02MB   700.02MB   b.orders = append(b.orders, o) </span><span class=asm>…</span>
//! ```

use crate::bundle::{packing::escapes::unescaped, signature::looks_like_text};

/// The page's text, without its instructions of the processor; `None` for what is no such page.
pub(crate) fn text_of_page(bytes: &[u8]) -> Option<Vec<u8>> {
    let has = |word: &[u8]| memchr::memmem::find(bytes, word).is_some();
    let may_be =
        bytes.len() <= LARGEST_PAGE && looks_like_text(bytes) && has(b"(flat, cum)") && has(b"class=\"filename\"");
    let page = may_be.then(|| String::from_utf8_lossy(bytes))?;
    let body = page.split_once("</style>").map_or(&*page, |(_, body)| body);
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>')?;
        // What the processor does for a line, which is hidden at first; scripts.
        let end = if tag.starts_with("span class=asm") {
            "</span>"
        } else if tag.starts_with("script") {
            "</script>"
        } else {
            ""
        };
        rest = if end.is_empty() { after } else { after.split_once(end).map_or("", |(_, after)| after) };
        if ["/h2", "/p", "br", "/div"].contains(&tag) {
            text.push('\n');
        }
    }
    text.push_str(rest);
    Some(unescaped(text).into_bytes())
}

const LARGEST_PAGE: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::text::Listing;

    #[test]
    fn a_page_is_a_listing() {
        let page = "<!DOCTYPE html>\n<html><head><style>a { b: c }</style></head><body>\n<div class=\"legend\">File: ratesd<br>\nType: inuse_space</div>\
                    <h2>main.(*book).add</h2><p class=\"filename\">/src/ratesd/book.go</p>\n<pre onClick=\"pprof_toggle_asm(event)\">\n  \
                    Total:    700.02MB   702.53MB (flat, cum) 86.48%\n<span class=line>   31</span> <span class=nop>           .          .               func (b \
                    *book) add(o order) { </span>\n<span class=line>   32</span> <span class=livesrc>    700.02MB   700.02MB           \tb.orders = \
                    append(b.orders, &amp;o) </span><span class=asm>          .          .     4d3a5c: LEAQ 0x1(CX), BX  book.go:32\n</span>\n</pre></body></html>\n";
        let text = String::from_utf8(text_of_page(page.as_bytes()).unwrap()).unwrap();
        let listing = Listing::find(&text).remove(0);
        assert_eq!((&*listing.function, &*listing.file), ("main.(*book).add", "/src/ratesd/book.go"));
        let most = &listing.lines[0];
        assert_eq!((most.line, &*most.shown, &*most.text), (32, "700.02MB", "b.orders = append(b.orders, &o)"));
        assert_eq!(listing.lines.len(), 1, "{:?}", listing.lines);
    }

    #[test]
    fn other_pages_are_none() {
        for page in ["", "<html><p class=\"filename\">a.go</p></html>", "<html><h2>x</h2>(flat, cum)</html>"] {
            assert_eq!(text_of_page(page.as_bytes()), None, "{page}");
        }
    }
}
