//! JSON-RPC over HTTP: what goes out, and what is taken of an answer.
//!
//! An answer is read as it comes and never beyond its limit; its requests' results stay unparsed text, which `serde_json` scans without
//! recursion, until their reader names the type. Nothing is decompressed: nothing compressed was asked for.

use super::rate::retry_after;
use crate::error::foreign;
use alloy_json_rpc::{ErrorPayload, Id, ResponsePacket, ResponsePayload};
use alloy_primitives::B256;
use reqwest::{Client, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use std::{
    error::Error,
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Bytes of the body of an error that are looked at.
const EXCUSE: usize = 64 << 10;

/// A request: method and parameters.
pub(crate) type Ask = (&'static str, Value);

/// A result, not parsed yet, or what the node says against it.
pub(crate) type Answer = Result<Box<RawValue>, ErrorPayload>;

/// Why an exchange came to nothing.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) kind: Kind,
    pub(crate) why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing was sent.
    NoConnection,
    /// The certificate is not trusted.
    Untrusted,
    /// It was asked, and may have acted.
    Silent,
    /// It says that it cannot now.
    Busy(Option<Duration>),
    /// It says no for good.
    Denied,
    /// It takes no batch of this size.
    BatchRefused,
    /// The answer is none.
    Odd,
    /// The answer is larger than anything that is taken.
    Large,
    /// It serves another chain.
    OtherChain(u64),
    /// At the height of the block that is known it has another, or none.
    OtherBlock(Option<B256>),
}

impl Trouble {
    pub(crate) fn odd(why: impl Into<String>) -> Self {
        Self { kind: Kind::Odd, why: why.into() }
    }

    /// Whether it may pass.
    pub(crate) fn passes(&self) -> bool {
        matches!(self.kind, Kind::NoConnection | Kind::Silent | Kind::Busy(_) | Kind::Odd)
    }

    /// Whether the node may have done what it was asked.
    pub(crate) fn may_have_arrived(&self) -> bool {
        matches!(self.kind, Kind::Silent | Kind::Odd | Kind::Large)
    }
}

/// Limits of one exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) answer: Duration,
    pub(crate) whole: Duration,
    pub(crate) bytes: usize,
}

#[derive(Serialize)]
struct Request<'a> {
    jsonrpc: &'static str,
    id: u64,
    method: &'a str,
    params: &'a Value,
}

/// The body of requests with ids from `first` on; one alone is no batch.
pub(crate) fn encode(asks: &[&Ask], first: u64) -> Result<Vec<u8>, Trouble> {
    let requests: Vec<_> = asks
        .iter()
        .zip(first..)
        .map(|((method, params), id)| Request { jsonrpc: "2.0", id, method, params })
        .collect();
    let body = match requests.as_slice() {
        [one] => serde_json::to_vec(one),
        many => serde_json::to_vec(many),
    };
    body.map_err(|e| Trouble::odd(e.to_string()))
}

/// The answers to `many` requests with ids from `first` on; `None` where one is missing.
pub(crate) fn decode(body: &[u8], first: u64, many: usize) -> Result<Vec<Option<Answer>>, Trouble> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|byte| !b"[{".contains(byte)) {
        let what = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => "nothing".to_owned(),
            Some(b'<') => "a page for people".to_owned(),
            Some(_) => format!("`{}`", foreign(&String::from_utf8_lossy(&body[..body.len().min(80)]))),
        };
        return Err(Trouble::odd(format!("{what} instead of JSON")));
    }
    let packet: ResponsePacket = serde_json::from_slice(body).map_err(|e| Trouble::odd(e.to_string()))?;
    let responses = match packet {
        ResponsePacket::Batch(list) => list,
        ResponsePacket::Single(response) if many == 1 => vec![response],
        ResponsePacket::Single(response) => {
            return Err(match response.payload {
                ResponsePayload::Failure(error) => {
                    Trouble { kind: Kind::BatchRefused, why: foreign(&error.message) }
                }
                ResponsePayload::Success(_) => Trouble::odd("one answer to many requests"),
            });
        }
    };
    let mut answers: Vec<Option<Answer>> = (0..many).map(|_| None).collect();
    let alone = many == 1 && responses.len() == 1;
    for response in responses {
        let place = match response.id {
            Id::Number(id) => id.checked_sub(first).and_then(|place| usize::try_from(place).ok()),
            // A node that could not read the request does not know its id.
            Id::None if alone && response.payload.is_error() => Some(0),
            _ => None,
        };
        let Some(slot) = place.and_then(|place| answers.get_mut(place)) else {
            return Err(Trouble::odd("an answer to what was not asked"));
        };
        let answer = match response.payload {
            ResponsePayload::Success(result) => Ok(result),
            ResponsePayload::Failure(error) => Err(error),
        };
        if slot.replace(answer).is_some() {
            return Err(Trouble::odd("two answers to one request"));
        }
    }
    Ok(answers)
}

/// Posts a body and gives the answer's, within limits.
pub(crate) async fn post(
    client: &Client,
    url: &Url,
    body: Vec<u8>,
    limits: Limits,
) -> Result<Vec<u8>, Trouble> {
    let end = Instant::now() + limits.whole;
    let next = || (Instant::now() + limits.answer).min(end);
    let request = client
        .post(url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_ENCODING, "identity")
        .body(body);
    let silent =
        |_| Trouble { kind: Kind::Silent, why: format!("no answer within {}", seconds(limits.answer)) };
    let mut response =
        timeout_at(next(), request.send()).await.map_err(silent)?.map_err(|e| of_reqwest(&e))?;
    let status = response.status();
    let limit = if status.is_success() { limits.bytes } else { limits.bytes.min(EXCUSE) };
    let after =
        header_text(&response, header::RETRY_AFTER).and_then(|text| retry_after(text, SystemTime::now()));
    if let Some(encoding) = header_text(&response, header::CONTENT_ENCODING)
        && !encoding.eq_ignore_ascii_case("identity")
    {
        return Err(Trouble::odd(format!(
            "an answer compressed with `{}`, which was not asked for",
            foreign(encoding)
        )));
    }
    let large =
        || Trouble { kind: Kind::Large, why: format!("an answer of more than {} MiB", limits.bytes >> 20) };
    let fits = |length: usize| length <= limit;
    if status.is_success()
        && response.content_length().is_some_and(|n| usize::try_from(n).is_ok_and(|n| !fits(n)))
    {
        return Err(large());
    }
    let mut body = Vec::new();
    let stalled =
        |_| Trouble { kind: Kind::Silent, why: "the answer began and did not end in time".to_owned() };
    while let Some(piece) =
        timeout_at(next(), response.chunk()).await.map_err(stalled)?.map_err(|e| of_reqwest(&e))?
    {
        if !fits(body.len() + piece.len()) {
            if status.is_success() {
                return Err(large());
            }
            break;
        }
        body.extend_from_slice(&piece);
    }
    if status.is_success() || is_rpc(&body) {
        return Ok(body);
    }
    Err(of_status(status, after))
}

/// Some nodes say with a status what they say in the body as well.
fn is_rpc(body: &[u8]) -> bool {
    serde_json::from_slice::<ResponsePacket>(body).is_ok_and(|packet| match packet {
        ResponsePacket::Single(response) => response.is_error(),
        ResponsePacket::Batch(list) => !list.is_empty(),
    })
}

fn of_status(status: StatusCode, after: Option<Duration>) -> Trouble {
    let kind = match status.as_u16() {
        413 => Kind::BatchRefused,
        408 | 425 | 429 | 500..=599 => Kind::Busy(after),
        _ => Kind::Denied,
    };
    let more = match (status.as_u16(), after) {
        (300..=399, _) => ": it points elsewhere, which is not followed".into(),
        (401 | 403, _) => ": it wants another access key".into(),
        (_, Some(after)) => format!(", and asks to wait {}", seconds(after)),
        _ => String::new(),
    };
    Trouble { kind, why: format!("HTTP status {}{more}", status.as_u16()) }
}

fn header_text(response: &Response, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_millis() as f64 / 1_000.0)
}

/// Errors of the client carry the URL, of which parts may be keys: only their last cause is used.
fn of_reqwest(error: &reqwest::Error) -> Trouble {
    let mut cause: &(dyn Error + 'static) = error;
    while let Some(source) = inside(cause) {
        cause = source;
    }
    let untrusted = cause.downcast_ref::<rustls::Error>().is_some_and(|tls| {
        matches!(tls, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
    });
    let text = cause.to_string();
    let kind = match () {
        () if untrusted => Kind::Untrusted,
        () if error.is_connect() => Kind::NoConnection,
        () => Kind::Silent,
    };
    // The address is in none of these texts; should it be one day, they are not shown.
    let why = if text.contains("://") { "the connection failed".into() } else { foreign(&text) };
    Trouble { kind, why }
}

/// The next cause. An error of input and output hides what it was made of: it names that one's source as its own.
fn inside<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn decoded(body: &Value, many: usize) -> Result<Vec<Option<String>>, Kind> {
        let answers = decode(body.to_string().as_bytes(), 7, many).map_err(|trouble| trouble.kind)?;
        let text = |answer: Answer| answer.map_or_else(|e| e.message.to_string(), |raw| raw.get().to_owned());
        Ok(answers.into_iter().map(|answer| answer.map(text)).collect())
    }

    #[test]
    fn prx_b12_answers_find_their_requests_by_id_and_nothing_else_does() {
        let ok = |id: Value, result: Value| json!({ "jsonrpc": "2.0", "id": id, "result": result });
        let error =
            |id: Value| json!({ "jsonrpc": "2.0", "id": id, "error": { "code": 1, "message": "no" } });
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(decoded(&ok(json!(7), json!(1)), 1), Ok(vec![some("1")]));
        assert_eq!(
            decoded(&json!([ok(json!(8), json!(2)), error(json!(7))]), 2),
            Ok(vec![some("no"), some("2")])
        );
        assert_eq!(decoded(&json!([ok(json!(8), json!(2))]), 2), Ok(vec![None, some("2")]));
        assert_eq!(decoded(&error(Value::Null), 1), Ok(vec![some("no")]));
        assert_eq!(decoded(&error(Value::Null), 2), Err(Kind::BatchRefused));
        for (wrong, many) in [
            (ok(json!(6), json!(1)), 1),
            (ok(json!("7"), json!(1)), 1),
            (ok(Value::Null, json!(1)), 1),
            (json!([ok(json!(7), json!(1)), ok(json!(9), json!(1))]), 2),
            (json!([ok(json!(7), json!(1)), ok(json!(7), json!(1))]), 2),
            (ok(json!(7), json!(1)), 2),
            (json!("text"), 1),
            (json!([1]), 1),
        ] {
            assert_eq!(decoded(&wrong, many), Err(Kind::Odd), "{wrong}");
        }
    }

    #[test]
    fn prx_b12_depth_costs_no_stack_and_is_refused_where_it_is_parsed() {
        for depth in [10_000, 1_000_000] {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":7,\"junk\":{nested},\"result\":{nested}}}");
                let answers = decode(body.as_bytes(), 7, 1).unwrap();
                let raw = answers.into_iter().next().flatten().unwrap().unwrap();
                assert!(serde_json::from_str::<Value>(raw.get()).is_err(), "{depth}");
            }
        }
    }
}
