//! The proxy itself.

use crate::{
    Fault, Schedule,
    http::{self, Request},
    node::Node,
    schedule::Running,
    spoil,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// One request, alone or of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Its method.
    pub method: String,
    /// Its parameters.
    pub params: Value,
}

/// One HTTP request, and what it met.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Path and query.
    pub path: String,
    /// Headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// What was asked.
    pub asked: Vec<Asked>,
    /// Whether it was a batch.
    pub batch: bool,
    /// The names of the faults it met.
    pub met: Vec<&'static str>,
}

impl Seen {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A proxy that serves until it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    /// Dropped with the proxy, which ends its thread.
    _stop: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    node: String,
    running: Mutex<Arc<Running>>,
    counters: Mutex<BTreeMap<&'static str, u64>>,
    log: Mutex<Vec<Seen>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FaultProxy {
    /// Stands before the node at `http://HOST:PORT`, on a free port of this machine.
    ///
    /// # Errors
    /// When no port can be bound, or the URL is another.
    pub fn start(node: &str, schedule: Schedule) -> io::Result<Self> {
        let node = node.strip_prefix("http://").ok_or_else(|| io::Error::other("the node needs http"))?;
        let node = node.trim_end_matches('/').to_owned();
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            node,
            running: Mutex::new(Arc::new(Running::new(schedule))),
            counters: Mutex::default(),
            log: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = shared.clone();
        thread::Builder::new().name("faults".into()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    () = accept(listener, serving) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { addr, shared, _stop: stop })
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The same with user, path and query, which are ignored.
    pub fn url_with(&self, user: &str, path_and_query: &str) -> String {
        format!("http://{user}@{}{path_and_query}", self.addr)
    }

    /// From now on another schedule; its rules count from the beginning.
    pub fn set(&self, schedule: Schedule) {
        *lock(&self.shared.running) = Arc::new(Running::new(schedule));
    }

    /// How often a fault happened, by its name.
    pub fn injected(&self, name: &str) -> u64 {
        lock(&self.shared.counters).get(name).copied().unwrap_or_default()
    }

    /// All faults that happened.
    pub fn all_injected(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.shared.counters).clone()
    }

    /// All HTTP requests so far.
    pub fn log(&self) -> Vec<Seen> {
        lock(&self.shared.log).clone()
    }

    /// HTTP requests so far.
    pub fn round_trips(&self) -> usize {
        lock(&self.shared.log).len()
    }

    /// All requests of a method so far.
    pub fn asked(&self, method: &str) -> Vec<Asked> {
        let log = lock(&self.shared.log);
        log.iter().flat_map(|seen| &seen.asked).filter(|asked| asked.method == method).cloned().collect()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        // An error concerns the one connection.
        if let Ok((stream, _)) = listener.accept().await {
            let shared = shared.clone();
            tokio::spawn(async move {
                // A client that leaves in the middle is what this is for.
                let _ = serve(stream, &shared).await;
            });
        }
    }
}

async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut node = Node::new(shared.node.clone());
    while let Some(request) = http::read(&mut stream).await? {
        if !answer(&mut stream, &mut node, request, shared).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Answers one request; whether the connection goes on.
async fn answer(
    stream: &mut BufReader<TcpStream>,
    node: &mut Node,
    request: Request,
    shared: &Shared,
) -> io::Result<bool> {
    let running = lock(&shared.running).clone();
    let parsed: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let batch = parsed.is_array();
    let calls = match parsed {
        Value::Array(calls) => calls,
        call => vec![call],
    };
    let asked: Vec<Asked> = calls
        .iter()
        .map(|call| Asked {
            method: call["method"].as_str().unwrap_or_default().to_owned(),
            params: call["params"].clone(),
        })
        .collect();
    let methods: Vec<&str> = asked.iter().map(|asked| asked.method.as_str()).collect();
    let whole = running.of_the_answer(&methods).filter(|fault| match fault {
        Fault::RefuseBatch { above } => batch && calls.len() > *above,
        _ => true,
    });
    let single: Vec<Vec<Fault>> = match &whole {
        Some(fault) if !forwards(fault) => vec![Vec::new(); calls.len()],
        _ => methods.iter().map(|method| running.of_the_request(method)).collect(),
    };
    let met: Vec<_> = whole.iter().chain(single.iter().flatten()).map(Fault::name).collect();
    for name in &met {
        *lock(&shared.counters).entry(name).or_default() += 1;
    }
    lock(&shared.log).push(Seen { path: request.path, headers: request.headers, asked, batch, met });

    match &whole {
        Some(fault) if !forwards(fault) => return instead(stream, fault).await,
        _ => {}
    }
    let mut answers = Vec::new();
    for (call, faults) in calls.iter().zip(&single) {
        answers.extend(spoil::answers(call, faults, node).await?);
    }
    match &whole {
        Some(Fault::WrongId) => answers.iter_mut().for_each(|answer| answer["id"] = json!(987_654_321)),
        Some(Fault::OutOfOrder) => answers.reverse(),
        _ => {}
    }
    let body = match (batch, answers.pop()) {
        (false, Some(only)) if answers.is_empty() => only,
        (_, last) => answers.into_iter().chain(last).collect(),
    };
    after(stream, whole.as_ref(), body.to_string().as_bytes()).await
}

/// Whether the node is asked.
fn forwards(fault: &Fault) -> bool {
    matches!(
        fault,
        Fault::Reset { forwarded: true }
            | Fault::Silence { forwarded: true }
            | Fault::Late(_)
            | Fault::SlowBody(_)
            | Fault::Truncated
            | Fault::WrongId
            | Fault::OutOfOrder
    )
}

/// What is answered without asking the node.
async fn instead(stream: &mut BufReader<TcpStream>, fault: &Fault) -> io::Result<bool> {
    const PAGE: &[u8] =
        b"<!DOCTYPE html><html><head><title>Attention Required!</title></head><body><h1>Please \
        wait\x1b[31m</h1></body></html>";
    match fault {
        Fault::TooMany { retry_after } => {
            let headers: Vec<_> = retry_after.iter().map(|after| ("retry-after", after.as_str())).collect();
            http::write(stream, 429, &headers, b"slow down").await?;
        }
        Fault::Status(status) => http::write(stream, *status, &[], b"no").await?,
        Fault::Reset { .. } => return reset(stream),
        Fault::Silence { .. } => return silence(stream).await,
        Fault::Flood(bytes) => {
            http::head(stream, 200, &[], None).await?;
            let block = vec![b' '; 1 << 16];
            for _ in 0..bytes.div_ceil(block.len() as u64) {
                stream.write_all(&block).await?;
            }
            stream.shutdown().await?;
            return Ok(false);
        }
        Fault::GzipBomb => {
            http::write(stream, 200, &[("content-encoding", "gzip")], &http::bomb(10)).await?;
        }
        Fault::Deep(depth) => {
            let lists = format!("{}{}", "[".repeat(*depth), "]".repeat(*depth));
            let text = format!("{{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{lists}}}");
            http::write(stream, 200, &[], text.as_bytes()).await?;
        }
        Fault::NotUtf8 => {
            http::write(stream, 200, &[], b"{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":\"\xff\xfe\x80\"}")
                .await?;
        }
        Fault::Html => http::write(stream, 200, &[("content-type", "text/html")], PAGE).await?,
        Fault::Empty => http::write(stream, 200, &[], b"").await?,
        Fault::Redirect(to) => http::write(stream, 307, &[("location", to)], b"").await?,
        Fault::RefuseBatch { above } => {
            let error = json!({ "code": -32_600, "message": format!("batch of more than {above} requests") });
            let body = json!({ "jsonrpc": "2.0", "id": null, "error": error });
            http::write(stream, 200, &[], body.to_string().as_bytes()).await?;
        }
        other => return Err(io::Error::other(format!("{other:?} is not an answer by itself"))),
    }
    Ok(true)
}

/// The node's answer, or what becomes of it on the way.
async fn after(stream: &mut BufReader<TcpStream>, fault: Option<&Fault>, body: &[u8]) -> io::Result<bool> {
    match fault {
        Some(Fault::Reset { .. }) => return reset(stream),
        Some(Fault::Silence { .. }) => return silence(stream).await,
        Some(Fault::Truncated) => {
            http::head(stream, 200, &[], Some(body.len())).await?;
            stream.write_all(&body[..body.len() / 2]).await?;
            stream.shutdown().await?;
            return Ok(false);
        }
        Some(Fault::SlowBody(pause)) => {
            http::head(stream, 200, &[], Some(body.len())).await?;
            for byte in body {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(*pause).await;
            }
        }
        Some(Fault::Late(pause)) => {
            tokio::time::sleep(*pause).await;
            http::write(stream, 200, &[], body).await?;
        }
        _ => http::write(stream, 200, &[], body).await?,
    }
    Ok(true)
}

fn reset(stream: &BufReader<TcpStream>) -> io::Result<bool> {
    // Closing then sends RST instead of FIN.
    stream.get_ref().set_zero_linger()?;
    Ok(false)
}

async fn silence(stream: &mut BufReader<TcpStream>) -> io::Result<bool> {
    // Until the client has enough of it.
    while stream.read(&mut [0; 1_024]).await? > 0 {}
    Ok(false)
}
