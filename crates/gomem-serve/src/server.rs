//! HTTP, on a port of this machine.

use std::{
    convert::Infallible,
    future::Future,
    io::{self, ErrorKind},
    net::{Ipv4Addr, TcpListener},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpStream, runtime::Builder, sync::Semaphore, task::spawn_blocking, time::sleep};

use crate::{answer::Answer, caller::is_own, served::Served};

/// Takes a port of 127.0.0.1; 0 is any that is free.
///
/// # Errors
/// When it is taken already.
///
/// ```
/// // Port 0 is any that is free; only this machine reaches it.
/// let listener = gomem_serve::listen(0)?;
/// assert!(listener.local_addr()?.ip().is_loopback());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

/// Answers until `interrupted` is set; what is being answered then is not waited for.
///
/// # Errors
/// When the system takes the port away.
///
/// ```
/// # let artifact = gomem_postmortem::Artifact { name: "a.log".into(), bytes: Vec::new(), modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// use std::sync::atomic::AtomicBool;
///
/// use gomem_serve::{Served, listen, serve};
///
/// // Interrupted before it begins, it answers nobody.
/// serve(Served::new(bundle), listen(0)?, &AtomicBool::new(true))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn serve(served: Served, listener: TcpListener, interrupted: &AtomicBool) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_current_thread().enable_io().enable_time().max_blocking_threads(MOST_AT_WORK).build()?;
    let done = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let mut end = pin!(is_set(interrupted));
        let (served, room) = (Arc::new(served), Arc::new(Semaphore::new(MOST_CONNECTIONS)));
        loop {
            let accepted = tokio::select! {
                () = &mut end => return Ok(()),
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    // Beyond those that a browser opens, a connection is closed at once.
                    let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
                    let connection = connection(stream, Arc::clone(&served));
                    tokio::spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                // Whoever called hung up, or there are no more files for now: neither is the end.
                Err(problem) if is_passing(&problem) => sleep(PAUSE).await,
                Err(problem) => return Err(problem),
            }
        }
    });
    runtime.shutdown_background();
    done
}

/// A signal's handler sets a flag, and wakes nobody.
async fn is_set(interrupted: &AtomicBool) {
    while !interrupted.load(Ordering::Relaxed) {
        sleep(PAUSE).await;
    }
}

fn is_passing(problem: &io::Error) -> bool {
    !matches!(problem.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound | ErrorKind::Unsupported)
}

fn connection(stream: TcpStream, served: Arc<Served>) -> impl Future<Output = ()> {
    let service = service_fn(move |request| {
        let served = Arc::clone(&served);
        async move { Ok::<_, Infallible>(respond(request, served).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    async {
        // Whoever hangs up, or sends what is no HTTP, has had its answer.
        let _ = connection.await;
    }
}

async fn respond(request: Request<Incoming>, served: Arc<Served>) -> Response<Full<Bytes>> {
    if !calls_this_machine(&request) {
        return refused(StatusCode::MISDIRECTED_REQUEST, "This address answers to 127.0.0.1 and localhost only.\n");
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let address = request.uri().path_and_query().map_or("/", |address| address.as_str()).to_owned();
    // Of a HEAD, hyper leaves the body out.
    match spawn_blocking(move || served.answer(&address)).await {
        Ok(answer) => response(answer),
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "This question made gomem fail; please report it.\n"),
    }
}

/// By every name that the request has.
fn calls_this_machine(request: &Request<Incoming>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    host.to_str().is_ok_and(is_own) && Uri::authority(request.uri()).is_none_or(|name| is_own(name.as_str()))
}

fn refused(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let answer = Answer { status: status.as_u16(), content_type: "text/plain; charset=utf-8", body: text.to_owned() };
    response(answer)
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in HEADERS {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    response
}

/// A page loads nothing, and is no part of another's.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
    ),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];
const MOST_CONNECTIONS: usize = 64;
/// Questions that are answered at the same time.
const MOST_AT_WORK: usize = 4;
/// For the head of a request.
const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_HEAD: usize = 64 << 10;
const PAUSE: Duration = Duration::from_millis(100);
