//! Which line of the user's own code a stack is charged to, and what that line called.

use gomem_pprof::{Function, Line, Sample};
use gomem_symbol::Symbol;
use smallvec::SmallVec;

use crate::attribution::{
    evidence::library,
    join::roles::{Role, Roles},
};

/// The line of the user's own code that a stack is charged to, and what that line called.
#[derive(Debug, Default)]
pub(crate) struct Caller<'a> {
    /// The line; `None` when the stack has none of the user's own.
    pub(crate) user: Option<Line<'a>>,
    /// What it called; `None` when it allocates itself.
    pub(crate) callee: Option<Function<'a>>,
    /// Whether a pool asks for a new object.
    pub(crate) is_of_pool: bool,
}

impl<'a> Caller<'a> {
    /// Looks for the innermost line of the user's own.
    ///
    /// The body of a library's loop over an iterator runs below that iterator, and is the loop's: the frames between are passed
    /// over, even the user's own `yield`. What a function of `io` or `bufio` reads from is its caller's: that is what was called.
    pub(crate) fn find(sample: Sample<'a>, roles: &mut Roles<'_, '_>) -> Self {
        let mut found = Self::default();
        let (mut given, mut loops, mut count) = (None, 0, 0);
        let mut passed: SmallVec<[Function<'a>; 32]> = SmallVec::new();
        let mut frames = sample.frames();
        while let Some(line) = frames.next() {
            count += 1;
            let role = roles.of(line);
            found.is_of_pool |= role == Role::PoolGet;
            if role == Role::Own {
                found.user = Some(line);
                break;
            }
            let Some(mut function) = line.function() else { continue };
            given = match role {
                Role::PassesOn => given.or_else(|| reader(&passed, function)),
                _ => None,
            };
            if role == Role::LoopBody && loops < MOST_LOOPS {
                loops += 1;
                if let Some((at, of_loop)) = loop_after(sample.frames().skip(count), function) {
                    function = of_loop;
                    count += at + 1;
                    frames.nth(at);
                }
            }
            passed.push(function);
        }
        // A pool of the user's own, or one within a call.
        found.is_of_pool |= frames.any(|line| roles.of(line) == Role::PoolGet);
        found.callee = given.or(passed.last().copied()).filter(|_| found.user.is_some());
        found
    }
}

/// The function with the loop that has this body, and how many frames further out it is; `None` when the stack does not have it.
fn loop_after<'a>(mut outer: impl Iterator<Item = Line<'a>>, body: Function<'a>) -> Option<(usize, Function<'a>)> {
    let symbol = Symbol::decode(body.name());
    let wanted = symbol.loop_function()?;
    let is_same = |function: &Function<'a>| {
        function.path() == body.path() && Symbol::decode(function.name()).last_name() == wanted
    };
    let mut at = 0;
    outer.find_map(|line| {
        at += 1;
        Some((at - 1, line.function().filter(is_same)?))
    })
}

/// What reads for `function`, which called the last of these: of the methods of one package that call each other to do so, the
/// innermost. What is written to is as much the caller's, and who calls `io.Copy` decides what is written.
fn reader<'a>(passed: &[Function<'a>], function: Function<'a>) -> Option<Function<'a>> {
    let method = Symbol::decode(passed.last()?.name());
    if !library::reads(&method) || !library::is_given(&method, &Symbol::decode(function.name())) {
        return None;
    }
    let is_like = |function: &&Function<'a>| {
        let symbol = Symbol::decode(function.name());
        symbol.package() == method.package() && library::reads(&symbol)
    };
    passed.iter().rev().take_while(is_like).last().copied()
}

/// Loops over iterators within each other; more are not looked for.
const MOST_LOOPS: usize = 16;

#[cfg(test)]
mod tests {
    use gomem_pprof::Profile;

    use crate::attribution::{AttributeOptions, attribute};

    /// The line that a stack is charged to, and what it called; a frame is a function and a place, the leaf first.
    fn charged(stack: &[(&str, &str)]) -> (i64, Option<String>) {
        let addresses: String = (1..=stack.len()).map(|at| format!(" {:#x}", at * 0x100 + 1)).collect();
        let frames = stack.iter().enumerate();
        let frames = frames.map(|(at, (name, place))| format!("#\t{:#x}\t{name}+0x1\t{place}\n", (at + 1) * 0x100));
        let text = format!(
            "heap profile: 0: 0 [4: 4096] @ heap/1\n0: 0 [4: 4096] @{addresses}\n{}",
            frames.collect::<String>()
        );
        let profile = Profile::decode(text.as_bytes()).expect("a profile");
        let site = attribute(&profile, None, &AttributeOptions::default()).remove(0);
        (site.charged_to.line, site.callee.map(|callee| callee.to_string()))
    }

    const ITER: &str = "/usr/local/go/src/slices/iter.go";

    #[test]
    fn a_loop_over_an_iterator_has_its_body() {
        let (body, append) = (format!("{ITER}:52"), format!("{ITER}:51"));
        let collect = format!("{ITER}:60");
        let below = ("main.(*tree).all.func1", "/src/app/main.go:67");
        let outer = [("slices.AppendSeq[...]", &*append), ("slices.Collect[...]", &*collect)];
        let list = ("main.(*shop).list", "/src/app/main.go:81");
        let collected = (81, Some("slices.Collect[...]".to_owned()));
        for name in ["slices.AppendSeq[...]-range1", "main.(*shop).list.Collect[...].AppendSeq[...]-range1"] {
            assert_eq!(charged(&[(name, &body), below, below, outer[0], outer[1], list]), collected, "{name}");
        }
        let name = "slices.AppendSeq[...]-range1";
        let unknown = charged(&[(name, &body), below, list]);
        assert_eq!(unknown, (67, Some(name.to_owned())), "the stack does not have the loop");
        let own = ("main.(*shop).list-range1", "/src/app/main.go:82");
        assert_eq!(charged(&[own, below, list]), (82, None));
    }

    #[test]
    fn what_reads_for_a_function_of_io_is_called() {
        let of = |name: &'static str| (name, "/usr/local/go/src/a/a.go:1");
        let unpacks =
            [of("compress/gzip.(*Reader).Reset"), of("net/http.(*gzipReader).Read"), of("net/http.(*body).Read")];
        let get = ("main.get", "/src/app/main.go:9");
        let callee = |stack: &[(&'static str, &'static str)]| charged(&[stack, &[get]].concat()).1.unwrap_or_default();
        assert_eq!(callee(&[&unpacks[..], &[of("io.ReadAll")]].concat()), "net/http.(*gzipReader).Read");
        assert_eq!(callee(&[of("io.ReadAll")]), "io.ReadAll");
        let decodes = [of("bufio.(*Reader).Read"), of("encoding/json.(*Decoder).Decode")];
        assert_eq!(callee(&[&unpacks[..], &decodes].concat()), "encoding/json.(*Decoder).Decode");
        assert_eq!(callee(&[of("bytes.(*Buffer).ReadFrom"), of("io.Copy")]), "io.Copy", "its own buffer");
        assert_eq!(callee(&[of("mime/multipart.(*part).Write"), of("io.Copy")]), "io.Copy", "what is written to");
    }
}
