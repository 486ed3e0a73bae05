//! A server that stands in for an explorer: it demands what the explorer's documentation demands, and answers as that says.

use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// A request as it came.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) kind: String,
    pub(crate) body: String,
}

/// An answer: status, more headers, JSON.
pub(crate) struct Reply(pub(crate) u16, pub(crate) &'static str, pub(crate) Value);

/// Answers, or says what is wrong with the request.
type Clerk = dyn Fn(&Request) -> Result<Reply, String> + Send + Sync;

pub(crate) struct Explorer {
    url: String,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Request {
    pub(crate) fn form(&self) -> BTreeMap<String, String> {
        pairs(&self.body)
    }

    pub(crate) fn action(&self) -> &str {
        self.query.get("action").map_or("", String::as_str)
    }

    /// That exactly these parameters are in the query.
    pub(crate) fn demand_query(&self, keys: &[&str]) -> Result<(), String> {
        exactly("query", &self.query, keys)
    }
}

/// That a map has exactly these keys.
pub(crate) fn exactly(what: &str, map: &BTreeMap<String, String>, keys: &[&str]) -> Result<(), String> {
    let mut wanted = keys.to_vec();
    wanted.sort_unstable();
    let found: Vec<_> = map.keys().map(String::as_str).collect();
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?} instead of {wanted:?}")) }
}

pub(crate) fn demand(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

impl Explorer {
    /// Serves until the test ends.
    pub(crate) fn with(clerk: impl Fn(&Request) -> Result<Reply, String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let (clerk, heard): (Arc<Clerk>, _) = (Arc::new(clerk), complaints.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (clerk, heard) = (clerk.clone(), heard.clone());
                std::thread::spawn(move || serve(stream, &*clerk, &heard));
            }
        });
        Self { url, complaints }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// That every request was as it has to be.
    pub(crate) fn is_content(&self) {
        let complaints = self.complaints.lock().unwrap();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

fn serve(stream: TcpStream, clerk: &Clerk, heard: &Mutex<Vec<String>>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let request = read(&mut reader)?;
        let Reply(status, headers, body) = clerk(&request).unwrap_or_else(|complaint| {
            heard.lock().unwrap().push(format!("{} {}: {complaint}", request.method, request.path));
            Reply(400, "", Value::from(complaint))
        });
        let body = body.to_string();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{headers}\r\n"
        );
        writer.write_all((head + &body).as_bytes()).ok()?;
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut kind) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((key, value)) if key.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()?
            }
            Some((key, value)) if key.eq_ignore_ascii_case("content-type") => kind = value.trim().to_owned(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (path, query) = (path.to_owned(), pairs(query));
    Some(Request { method, path, query, kind, body: String::from_utf8(body).ok()? })
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (decode(k), decode(v))).collect()
}

fn decode(text: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (hex, after) = rest.split_at(2);
                rest = after;
                u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap()
            }
            other => *other,
        });
    }
    String::from_utf8(out).unwrap()
}
