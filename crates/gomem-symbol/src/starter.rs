//! Functions that only run what they are given, each in a goroutine of its own.

/// Whether goroutines that begin with this function run what somebody gave it: `sync.(*WaitGroup).Go` starts a function literal
/// of its own that calls the one given. The frame after it says whose goroutine it is.
///
/// ```
/// use gomem_symbol::is_starter;
///
/// assert!(is_starter("sync.(*WaitGroup).Go.func1") && is_starter("runtime.goexit"));
/// assert!(is_starter("golang.org/x/sync/errgroup.(*Group).TryGo.func1"));
/// assert!(is_starter("k8s.io/apimachinery/pkg/util/wait.BackoffUntil.func1"));
/// assert!(!is_starter("main.(*Group).Going") && !is_starter("sync.(*WaitGroup).Wait"));
/// ```
#[must_use]
pub fn is_starter(function: &str) -> bool {
    let is_of =
        |name: &str| function.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(".func"));
    STARTERS.iter().any(|name| is_of(name))
}

/// `Go` of `sync.WaitGroup` (`sync/waitgroup.go`, since Go 1.25), of errgroup and of its like; what calls a function again and again, in
/// Kubernetes' `wait`; all goroutines end in `goexit`.
const STARTERS: [&str; 22] = [
    "runtime.goexit",
    "sync.(*WaitGroup).Go",
    "golang.org/x/sync/errgroup.(*Group).Go",
    "golang.org/x/sync/errgroup.(*Group).TryGo",
    "github.com/sourcegraph/conc.(*WaitGroup).Go",
    "github.com/sourcegraph/conc/pool.(*Pool).worker",
    "github.com/oklog/run.(*Group).Run",
    "github.com/hashicorp/go-multierror.(*Group).Go",
    "github.com/panjf2000/ants/v2.(*goWorker).run",
    "gopkg.in/tomb.v2.(*Tomb).run",
    "k8s.io/apimachinery/pkg/util/wait.(*Group).Start",
    "k8s.io/apimachinery/pkg/util/wait.(*Group).StartWithChannel",
    "k8s.io/apimachinery/pkg/util/wait.(*Group).StartWithContext",
    "k8s.io/apimachinery/pkg/util/wait.Until",
    "k8s.io/apimachinery/pkg/util/wait.UntilWithContext",
    "k8s.io/apimachinery/pkg/util/wait.NonSlidingUntil",
    "k8s.io/apimachinery/pkg/util/wait.NonSlidingUntilWithContext",
    "k8s.io/apimachinery/pkg/util/wait.JitterUntil",
    "k8s.io/apimachinery/pkg/util/wait.JitterUntilWithContext",
    "k8s.io/apimachinery/pkg/util/wait.BackoffUntil",
    "k8s.io/apimachinery/pkg/util/wait.BackoffUntilWithContext",
    "k8s.io/apimachinery/pkg/util/wait.Forever",
];
