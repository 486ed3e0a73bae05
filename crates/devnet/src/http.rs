//! The chain over HTTP, for cast, viem and whatever else speaks JSON-RPC.

use crate::{Devnet, rpc};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use payrox_model::{Code, ExitCode, Fault};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

/// The largest body taken.
const BODY: usize = 16 << 20;
/// How long a shutdown waits for clients.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why the chain cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {addr}")]
pub struct ServeError {
    addr: SocketAddr,
    source: io::Error,
}

impl Fault for ServeError {
    fn code(&self) -> Code {
        Code("PRX-DEV-008")
    }

    fn exit(&self) -> ExitCode {
        ExitCode::Endpoint
    }

    fn subject(&self) -> Option<String> {
        Some(self.addr.to_string())
    }

    fn hint(&self) -> Option<String> {
        Some("choose another port with --port, or 0 for a free one".into())
    }
}

/// A chain being served. Dropping it stops the service without waiting for requests under way.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// The address bound; the port is the real one if 0 was asked for.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Takes no more connections, answers what was asked, and returns; after two seconds in any case.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only when the service is.
            let _ = stop.send(());
        }
        // A panic in there has been reported by the runtime; a client that never ends is cut off.
        let _ = timeout(PATIENCE, &mut self.task).await;
        self.task.abort();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.stop.is_some() {
            self.task.abort();
        }
    }
}

#[derive(Clone)]
struct Served {
    devnet: Devnet,
    addr: SocketAddr,
}

/// Serves a chain over HTTP until the [`Server`] is shut down or dropped. Anyone who reaches the address can
/// move the development accounts' ether and the clock: bind it to loopback.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(devnet: Devnet, addr: SocketAddr) -> Result<Server, ServeError> {
    let listener = TcpListener::bind(addr).await.map_err(|source| ServeError { addr, source })?;
    let addr = listener.local_addr().map_err(|source| ServeError { addr, source })?;
    let (stop, stopped) = oneshot::channel();
    let app = Router::new()
        .route("/", post(answer))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(Served { devnet, addr });
    let service = axum::serve(listener, app).with_graceful_shutdown(async {
        // Sent or dropped, it is time to stop.
        let _ = stopped.await;
    });
    let task = tokio::spawn(service.into_future());
    Ok(Server { addr, stop: Some(stop), task })
}

async fn answer(State(served): State<Served>, headers: HeaderMap, body: Bytes) -> Response {
    // A web page can make a browser post here: by a name that resolves to loopback, or as a form. Neither
    // passes, and as no CORS header is ever sent, a page of another origin cannot send JSON at all.
    if !headers.get(header::HOST).is_some_and(|host| is_ours(host, served.addr)) {
        return (StatusCode::FORBIDDEN, "the Host header names another host").into_response();
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_none_or(|kind| kind.trim() != "application/json") {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the Content-Type must be application/json")
            .into_response();
    }
    let answer = if served.devnet.forks().is_some() {
        // It may have to ask another chain first, and wait.
        let asked = tokio::task::spawn_blocking(move || rpc::answer(&served.devnet, &body)).await;
        match asked {
            Ok(answer) => answer,
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    } else {
        rpc::answer(&served.devnet, &body)
    };
    match answer {
        Some(answer) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}

/// Whether a Host header names this service: an address of it, or `localhost`, and any port, which a tunnel
/// may have changed.
fn is_ours(host: &HeaderValue, addr: SocketAddr) -> bool {
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip == addr.ip() || addr.ip().is_unspecified())
}
