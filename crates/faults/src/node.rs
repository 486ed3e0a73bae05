//! The node behind the proxy.

use http_body_util::{BodyExt, Full};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{io, time::Duration};
use tokio::{net::TcpStream, time::timeout};

/// How long the node is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the node, kept while the client's is.
pub(crate) struct Node {
    addr: String,
    open: Option<http1::SendRequest<Full<Bytes>>>,
}

impl Node {
    pub(crate) fn new(addr: String) -> Self {
        Self { addr, open: None }
    }

    /// Asks, once: whatever happens to a request that may have reached the node, it is not repeated.
    pub(crate) async fn ask(&mut self, call: &Value) -> io::Result<Value> {
        let asked = timeout(PATIENCE, self.post(call)).await;
        let answer = asked.unwrap_or_else(|_| Err(io::Error::other("the node does not answer")));
        if answer.is_err() {
            self.open = None;
        }
        answer
    }

    async fn post(&mut self, call: &Value) -> io::Result<Value> {
        let still_open = match self.open.as_mut() {
            Some(open) => open.ready().await.is_ok(),
            None => false,
        };
        if !still_open {
            let stream = TcpStream::connect(&self.addr).await?;
            stream.set_nodelay(true)?;
            let (sender, connection) =
                http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
            tokio::spawn(connection);
            self.open = Some(sender);
        }
        let open = self.open.as_mut().ok_or_else(|| io::Error::other("there is no connection"))?;
        let request = hyper::Request::post("/")
            .header("host", &self.addr)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(call.to_string())))
            .map_err(io::Error::other)?;
        let answer = open.send_request(request).await.map_err(io::Error::other)?;
        let body = answer.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
        serde_json::from_slice(&body).map_err(io::Error::other)
    }
}
