//! The chain as an alloy transport, without a socket.

use crate::Devnet;
use alloy_json_rpc::{RequestPacket, Response, ResponsePacket, ResponsePayload, SerializedRequest};
use alloy_rpc_client::RpcClient;
use alloy_transport::{TransportError, TransportErrorKind, TransportFut};
use std::{
    future::ready,
    task::{Context, Poll},
    time::Duration,
};
use tower::Service;

/// The transport of a [`Devnet`]. Requests are answered where they are made, before the future is
/// polled; those to a fork on a thread that may wait.
#[derive(Clone, Debug)]
pub struct InMemory(Devnet);

impl Devnet {
    /// The chain as a transport, for layers of one's own.
    pub fn transport(&self) -> InMemory {
        InMemory(self.clone())
    }

    /// A client of this chain. What waits for a receipt looks at once, then every millisecond.
    pub fn client(&self) -> RpcClient {
        RpcClient::new(self.transport(), true).with_poll_interval(Duration::from_millis(1))
    }
}

impl InMemory {
    fn packet(&self, packet: &RequestPacket) -> ResponsePacket {
        match packet {
            RequestPacket::Single(request) => ResponsePacket::Single(self.answer(request)),
            RequestPacket::Batch(requests) => {
                ResponsePacket::Batch(requests.iter().map(|request| self.answer(request)).collect())
            }
        }
    }

    fn answer(&self, request: &SerializedRequest) -> Response {
        let payload = match self.0.request(request.method(), request.params()) {
            Ok(result) => ResponsePayload::Success(result),
            Err(error) => ResponsePayload::Failure(error.payload()),
        };
        Response { id: request.id().clone(), payload }
    }
}

impl Service<RequestPacket> for InMemory {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        if self.0.forks().is_none() {
            return Box::pin(ready(Ok(self.packet(&packet))));
        }
        let this = self.clone();
        Box::pin(async move {
            let answer = tokio::task::spawn_blocking(move || this.packet(&packet)).await;
            answer.map_err(TransportErrorKind::custom)
        })
    }
}
