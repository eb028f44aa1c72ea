//! Load on an HTTP server for benchmarks: keep-alive connections with one request in flight on each, half of the requests with a `traceparent`.
//!
//! ```text
//! cargo run --release --example load -- PORT CONNECTIONS
//! ```
//!
//! It prints `ready` when it is connected to 127.0.0.1. For each line `REQUESTS PER_SECOND` on standard input it sends so many requests (0 a second: each answer
//! brings the next request) and prints `done` when all are answered. It leaves when standard input is closed, and with a message at the first answer that is not 200.
//!
//! It looks for answers by the clock instead of waiting for them: a server whose answer wakes somebody pays for that, 6 to 8 µs of the 115 that a small one takes
//! on a virtual machine, and the more the slower it is, since the other processor sleeps more deeply then (docs/adr/0002, "Load").

use std::io::{self, BufRead, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: load PORT CONNECTIONS; see benches/load/main.rs";

/// How long it sleeps between two looks. A server with eight requests at hand has not done with them by then.
const PAUSE: Duration = Duration::from_micros(50);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("load: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let (port, connections) = arguments().ok_or_else(|| io::Error::other(USAGE))?;
    let mut connections = (0..connections).map(|_| Connection::open(port)).collect::<io::Result<Vec<_>>>()?;
    println!("ready");
    for order in io::stdin().lock().lines() {
        let order = order?;
        let (requests, per_second) = numbers_of(&order).ok_or_else(|| io::Error::other(format!("no order: {order}")))?;
        carry_out(&mut connections, requests, per_second)?;
        println!("done");
    }
    Ok(())
}

fn arguments() -> Option<(u16, u32)> {
    let mut arguments = std::env::args().skip(1);
    Some((arguments.next()?.parse().ok()?, arguments.next()?.parse().ok()?))
}

fn numbers_of(order: &str) -> Option<(u32, u32)> {
    let (requests, per_second) = order.split_once(' ')?;
    Some((requests.parse().ok()?, per_second.parse().ok()?))
}

/// Sends what is due on whichever connections are free, until all is answered. Where none was free, it is made up for.
fn carry_out(connections: &mut [Connection], requests: u32, per_second: u32) -> io::Result<()> {
    let start = Instant::now();
    let (mut sent, mut answered) = (0, 0);
    while answered < requests {
        let due = if per_second == 0 { requests } else { due_by(start.elapsed(), per_second).min(requests) };
        for connection in &mut *connections {
            if connection.waits && connection.is_answered()? {
                answered += 1;
            }
            if !connection.waits && sent < due {
                connection.send(sent)?;
                sent += 1;
            }
        }
        sleep(PAUSE);
    }
    Ok(())
}

fn due_by(elapsed: Duration, per_second: u32) -> u32 {
    let due = (elapsed.as_secs_f64() * f64::from(per_second)).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and what is too large is cut to the order")]
    let due = due as u32;
    due
}

struct Connection {
    stream: TcpStream,
    /// Whether a request is under way.
    waits: bool,
    answer: Vec<u8>,
}

impl Connection {
    fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, waits: false, answer: Vec::new() })
    }

    fn send(&mut self, number: u32) -> io::Result<()> {
        self.waits = true;
        // The socket's buffer is empty, and holds more than a request.
        self.stream.write_all(request(number).as_bytes())
    }

    /// Reads what there is; whether that was the rest of the answer.
    fn is_answered(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 4096];
        match self.stream.read(&mut bytes) {
            Ok(0) => return Err(io::Error::other("the server closed a connection")),
            Ok(length) => self.answer.extend_from_slice(&bytes[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        if !is_whole(&self.answer)? {
            return Ok(false);
        }
        self.answer.clear();
        self.waits = false;
        Ok(true)
    }
}

/// What varies in life varies here: user, page and the caller's trace.
fn request(number: u32) -> String {
    let hash = number.wrapping_add(1).wrapping_mul(0x9e37_79b1);
    let (user, page) = (hash % 100_003, hash % 10);
    let parent = if number.is_multiple_of(2) {
        String::new()
    } else {
        format!("traceparent: 00-{hash:08x}{hash:08x}{hash:08x}{hash:08x}-{hash:08x}{:08x}-01\r\n", number + 1)
    };
    format!(
        "GET /hello/user-{user}?page={page} HTTP/1.1\r\nhost: api.example.com\r\nuser-agent: load/1.0\r\naccept: application/json\r\n{parent}\r\n"
    )
}

/// Whether an answer is there to its end, which its `content-length` tells.
fn is_whole(answer: &[u8]) -> io::Result<bool> {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(false) };
    let head = String::from_utf8_lossy(&answer[..end]);
    if !head.starts_with("HTTP/1.1 200") {
        return Err(io::Error::other(head.into_owned()));
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse::<usize>().ok())
        .ok_or_else(|| io::Error::other("an answer without content-length"))?;
    Ok(answer.len() >= end + 4 + length)
}
