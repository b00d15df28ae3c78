//! A session with one client, over bytes.

use std::{
    io::{self, Read, Write},
    thread,
};

use rmcp::{serve_server, transport::async_rw::AsyncRwTransport};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    runtime::{Builder, Handle},
};

use crate::{host::Host, options::Options, server::Server};

/// Serves one client until it hangs up: a message a line. Input is read by a thread of its own.
///
/// # Errors
/// When the output cannot be written.
///
/// ```
/// use gomem_mcp::{Host, Options, serve};
///
/// let host = Host { run: |_arguments, _output, _errors| 0, kind: |_path| None };
/// let client = br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"me","version":"1"}}}
/// "#;
/// let mut answers = Vec::new();
/// serve(Options::new(&[std::env::temp_dir()])?, host, client.as_slice(), &mut answers)?;
/// let answer = String::from_utf8(answers)?;
/// assert!(answer.starts_with(r#"{"jsonrpc":"2.0","id":1,"result":"#) && answer.contains(r#""name":"gomem""#), "{answer}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn serve(
    options: Options,
    host: Host,
    input: impl Read + Send + 'static,
    output: &mut dyn Write,
) -> Result<(), io::Error> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let served = runtime.block_on(async {
        let (feed, from_client) = duplex(PIPE_BYTES);
        let (to_client, mut answers) = duplex(PIPE_BYTES);
        let handle = Handle::current();
        thread::Builder::new().name("gomem-input".to_owned()).spawn(move || pass_on(input, feed, &handle))?;
        let transport = AsyncRwTransport::new_server(from_client, to_client).with_max_line_length(LONGEST_LINE);
        let session = tokio::spawn(async move {
            // A client that hangs up before it says anything is no failure.
            if let Ok(running) = serve_server(Server::new(options, host), transport).await {
                let _ = running.waiting().await;
            }
        });
        let mut bytes = vec![0; PIPE_BYTES];
        loop {
            let count = answers.read(&mut bytes).await?;
            if count == 0 {
                break;
            }
            output.write_all(&bytes[..count])?;
            output.flush()?;
        }
        let _ = session.await;
        Ok(())
    });
    // Whoever went away has all it wanted.
    runtime.shutdown_background();
    served
}

/// Until the input ends, or nobody takes it.
fn pass_on(mut input: impl Read, mut to: DuplexStream, handle: &Handle) {
    let mut bytes = vec![0; PIPE_BYTES];
    loop {
        match input.read(&mut bytes) {
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
            Ok(count) if count > 0 => {
                if handle.block_on(to.write_all(&bytes[..count])).is_err() {
                    return;
                }
            }
            _ => return,
        }
    }
}

const PIPE_BYTES: usize = 64 << 10;
/// Of a request: a list of paths is the largest that is meant.
const LONGEST_LINE: usize = 2 << 20;
