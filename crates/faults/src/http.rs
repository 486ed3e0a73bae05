//! As much of HTTP/1.1 as a proxy needs that must be able to break it.

use std::io;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// The largest body taken.
const BODY: usize = 64 << 20;

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The next request of a connection; `None` when the client is done.
pub(crate) async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut headers, mut length) = (Vec::new(), 0usize);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        if name == "content-length" {
            length = value.parse().map_err(io::Error::other)?;
        }
        headers.push((name, value));
    }
    if length > BODY {
        return Err(io::Error::other("the body is too large"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(Request { path, headers, body }))
}

/// Status line and headers. Without a length the end of the connection is the end of the body.
pub(crate) async fn head(
    to: &mut (impl AsyncWrite + Unpin),
    status: u16,
    headers: &[(&str, &str)],
    length: Option<usize>,
) -> io::Result<()> {
    let mut text = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        text.push_str("content-type: application/json\r\n");
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&match length {
        Some(length) => format!("content-length: {length}\r\n\r\n"),
        None => "connection: close\r\n\r\n".into(),
    });
    to.write_all(text.as_bytes()).await
}

/// A whole answer.
pub(crate) async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<()> {
    head(to, status, headers, Some(body.len())).await?;
    to.write_all(body).await?;
    to.flush().await
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

/// Spaces, `megabytes` of them, as gzip: one block with fixed Huffman codes, a literal and then nothing but "258 bytes, one back".
pub(crate) fn bomb(megabytes: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut held) = (0u32, 0u32);
    let mut put = |out: &mut Vec<u8>, value: u32, count: u32, from_the_top: bool| {
        for i in 0..count {
            let bit = if from_the_top { value >> (count - 1 - i) } else { value >> i } & 1;
            bits |= bit << held;
            held += 1;
            if held == 8 {
                out.push(bits as u8);
                (bits, held) = (0, 0);
            }
        }
    };
    // The last block, of fixed codes; a space; matches; the end.
    put(&mut out, 0b011, 3, false);
    put(&mut out, 0x30 + 0x20, 8, true);
    for _ in 0..(megabytes << 20) / 258 {
        put(&mut out, 0b1100_0101, 8, true);
        put(&mut out, 0, 5, true);
    }
    put(&mut out, 0, 7, true);
    put(&mut out, 0, 7, true);
    // Checksum and length are of no interest to who counts bytes on the way.
    out.extend([0; 8]);
    out
}
