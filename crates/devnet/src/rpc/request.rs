//! From bytes to requests and back.

use super::{RpcError, dispatch};
use crate::Devnet;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// How many requests a batch may hold.
const BATCH: usize = 1000;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Response<'a> {
    jsonrpc: &'static str,
    id: &'a RawValue,
    #[serde(flatten)]
    body: Body,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Body {
    Result(Box<RawValue>),
    Error(alloy_json_rpc::ErrorPayload),
}

/// Answers the body of a POST: a request or a batch. None when there is nothing to say, as for notifications.
pub(crate) fn answer(devnet: &Devnet, body: &[u8]) -> Option<Vec<u8>> {
    let Ok(whole) = serde_json::from_slice::<&RawValue>(body) else {
        return failed(RpcError::new(-32700, "parse error: the body is not JSON"));
    };
    if !whole.get().starts_with('[') {
        return one(devnet, whole);
    }
    let batch: Vec<&RawValue> = match serde_json::from_str(whole.get()) {
        Ok(batch) => batch,
        Err(error) => return failed(RpcError::new(-32700, format!("parse error: {error}"))),
    };
    if batch.is_empty() || batch.len() > BATCH {
        return failed(RpcError::new(-32600, format!("a batch has 1 to {BATCH} requests")));
    }
    let answers: Vec<_> = batch.into_iter().filter_map(|request| one(devnet, request)).collect();
    if answers.is_empty() {
        return None;
    }
    let mut out = vec![b'['];
    out.extend(answers.join(&b','));
    out.push(b']');
    Some(out)
}

fn one(devnet: &Devnet, request: &RawValue) -> Option<Vec<u8>> {
    let Ok(request) = serde_json::from_str::<Request<'_>>(request.get()) else {
        return failed(RpcError::new(-32600, "invalid request: an object with `method` is expected"));
    };
    let outcome = dispatch(devnet, &request.method, request.params);
    respond(request.id?, outcome)
}

fn failed(error: RpcError) -> Option<Vec<u8>> {
    respond(RawValue::NULL, Err(error))
}

fn respond(id: &RawValue, outcome: Result<Box<RawValue>, RpcError>) -> Option<Vec<u8>> {
    let body = outcome.map_or_else(|error| Body::Error(error.payload()), Body::Result);
    serde_json::to_vec(&Response { jsonrpc: "2.0", id, body }).ok()
}
