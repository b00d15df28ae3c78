//! The letters that HTML and XML write by name or number.

/// A text with those letters that tools escape.
pub(crate) fn unescaped(text: String) -> String {
    if !text.contains('&') {
        return text;
    }
    ESCAPES.iter().fold(text, |text, (escape, letter)| text.replace(escape, letter))
}

/// What stands for `&` comes last: it may begin what is no escape.
const ESCAPES: [(&str, &str); 9] = [
    ("&gt;", ">"),
    ("&lt;", "<"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#42;", "*"),
    ("&#45;", "-"),
    ("&#160;", " "),
    ("&amp;", "&"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_twice_is_unescaped_once() {
        assert_eq!(unescaped("a &lt; b &amp;&amp; &#34;c&quot;&#160;&#45;&#42;&#39;".to_owned()), "a < b && \"c\" -*'");
        assert_eq!(unescaped("&amp;lt; &copy;".to_owned()), "&lt; &copy;");
    }
}
