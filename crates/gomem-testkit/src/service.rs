//! A service over HTTP, on a loopback port.

use std::{
    io::{Read, Result, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use crate::testdata::file;

/// A service that answers each path as told, and keeps the requests that it saw.
#[derive(Debug)]
pub struct Service {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Service {
    /// Begins to answer: `answer` has the path of a request, without its query.
    #[must_use]
    pub fn start(answer: impl Fn(&str, &mut TcpStream) -> Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (requests, answer) = (Arc::clone(&seen), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().take(1000) {
                let (mut stream, answer) = (stream.expect("a connection"), Arc::clone(&answer));
                let requests = Arc::clone(&requests);
                thread::spawn(move || {
                    let request = request(&mut stream);
                    let path = request.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
                    requests.lock().expect("no test fails here").push(request);
                    let _ = answer(&path, &mut stream);
                });
            }
        });
        Self { address, seen }
    }

    /// Where it is, as `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The requests since this was last asked, with their headers.
    #[must_use]
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().expect("no test fails here"))
    }
}

fn request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(n) => request.extend(&buffer[..n]),
        }
    }
    String::from_utf8_lossy(&request).into_owned()
}

/// Writes an answer.
pub fn respond(stream: &mut TcpStream, status: &str, content_type: &str, body: &[u8]) -> Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(body)
}

/// Answers as Go does, with profiles of the example.
pub fn answer_well(path: &str, stream: &mut TcpStream) -> Result<()> {
    let (profile, text) = ("application/octet-stream", "text/plain");
    let of = |name: &str| file(format!("examples/incident/before/{name}"));
    match path.rsplit('/').next().unwrap_or_default() {
        "heap" | "allocs" => respond(stream, "200 OK", profile, &of("heap-1.pb.gz")),
        "profile" => respond(stream, "200 OK", profile, &of("cpu.pb.gz")),
        "metrics" => respond(stream, "200 OK", text, b"go_goroutines 5\ngo_info{version=\"go1.26.8\"} 1\n"),
        "goroutine" => respond(stream, "200 OK", text, b"goroutine 1 [running]:\nmain.main()\n"),
        "" => respond(stream, "200 OK", "text/html", b"<tr><td>0</td><td><a href='mutex?debug=1'>mutex</a></td></tr>"),
        _ => respond(stream, "404 Not Found", text, b"Unknown profile\nmore"),
    }
}
