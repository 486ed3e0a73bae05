//! What can go wrong.

use alloy_primitives::{Address, Bytes};
use serde_json::Value;
use std::{fmt, sync::Arc, time::Duration};

/// One way to misbehave. Those that concern a whole HTTP answer happen when any request of the body is met; the others change
/// the answer to the request that is met.
#[derive(Clone)]
pub enum Fault {
    /// HTTP 429, with this `Retry-After` if any. Nothing is forwarded.
    TooMany {
        /// Seconds, an HTTP date, or nonsense.
        retry_after: Option<String>,
    },
    /// Another HTTP status, with a short text. Nothing is forwarded.
    Status(u16),
    /// The connection is reset, before or after the node was asked.
    Reset {
        /// Whether the node was asked.
        forwarded: bool,
    },
    /// The connection stays open and silent until the client leaves, before or after the node was asked.
    Silence {
        /// Whether the node was asked.
        forwarded: bool,
    },
    /// The node's answer comes this much later.
    Late(Duration),
    /// The node's answer comes a byte at a time, with this pause between.
    SlowBody(Duration),
    /// The answer ends in its middle.
    Truncated,
    /// An answer of this many bytes, streamed, without a length that says so.
    Flood(u64),
    /// Ten megabytes as a few kilobytes, with `Content-Encoding: gzip`.
    GzipBomb,
    /// Lists in lists, this deep.
    Deep(usize),
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// A page for people, with status 200.
    Html,
    /// No body, with status 200.
    Empty,
    /// Status 307 to another URL.
    Redirect(String),
    /// The ids of all answers are others than those asked for.
    WrongId,
    /// The answers of a batch come in reverse order, which is allowed.
    OutOfOrder,
    /// The answer to this request is missing from its batch; alone, it is an empty list.
    Missing,
    /// The answer to this request comes twice, the second time with another result.
    Twice,
    /// A batch of more than this many requests is refused as a whole with a JSON-RPC error, without being forwarded.
    RefuseBatch {
        /// The largest that passes.
        above: usize,
    },
    /// The request's answer is this JSON-RPC error, without being forwarded.
    Error {
        /// Its code.
        code: i64,
        /// Its text.
        message: String,
    },
    /// The result is `null`: a receipt that is not there yet, or no more.
    Null,
    /// Numbers are smaller by this: a nonce, a block number, the head of the chain. A block that the lagging node cannot know
    /// is `null`.
    Lag(u64),
    /// The transaction's hash is answered, and the transaction forgotten.
    Drop,
    /// The answer is untrue.
    Lie(Lie),
    /// The result is what this makes of the request's parameters and the node's result.
    Edit(Arc<Edit>),
}

/// Makes a result of parameters and the node's result.
pub type Edit = dyn Fn(&Value, Value) -> Value + Send + Sync;

/// What an endpoint may claim.
#[derive(Clone, Debug)]
pub enum Lie {
    /// The receipt is of another transaction.
    OtherHash,
    /// The receipt names another callee.
    OtherTo(Address),
    /// The receipt names another sender.
    OtherFrom(Address),
    /// A receipt with status 1 for a transaction that is in no block, and that is not forwarded by [`Fault::Drop`].
    Made,
    /// The receipt's block is none of the chain's.
    OtherBlock,
    /// The receipt says success for what reverted, or the reverse.
    OtherStatus,
    /// There is this code.
    Code(Bytes),
    /// It is another chain.
    Chain(u64),
    /// The block has another hash.
    BlockHash,
    /// The slot, balance, nonce, or output is this.
    Word(u64),
}

impl Fault {
    /// Any change of a result.
    pub fn edit(change: impl Fn(&Value, Value) -> Value + Send + Sync + 'static) -> Self {
        Self::Edit(Arc::new(change))
    }

    /// Its name in the counters and in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too many",
            Self::Status(_) => "status",
            Self::Reset { .. } => "reset",
            Self::Silence { .. } => "silence",
            Self::Late(_) => "late",
            Self::SlowBody(_) => "slow body",
            Self::Truncated => "truncated",
            Self::Flood(_) => "flood",
            Self::GzipBomb => "gzip bomb",
            Self::Deep(_) => "deep",
            Self::NotUtf8 => "not utf-8",
            Self::Html => "html",
            Self::Empty => "empty",
            Self::Redirect(_) => "redirect",
            Self::WrongId => "wrong id",
            Self::OutOfOrder => "out of order",
            Self::Missing => "missing",
            Self::Twice => "twice",
            Self::RefuseBatch { .. } => "refuse batch",
            Self::Error { .. } => "error",
            Self::Null => "null",
            Self::Lag(_) => "lag",
            Self::Drop => "drop",
            Self::Lie(_) => "lie",
            Self::Edit(_) => "edit",
        }
    }

    /// Whether it concerns the HTTP answer as a whole.
    pub(crate) fn is_of_the_answer(&self) -> bool {
        !matches!(
            self,
            Self::Missing
                | Self::Twice
                | Self::Error { .. }
                | Self::Null
                | Self::Lag(_)
                | Self::Drop
                | Self::Lie(_)
                | Self::Edit(_)
        )
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { retry_after: Some(after) } => write!(f, "too many (retry after {after})"),
            Self::Status(status) => write!(f, "status {status}"),
            Self::Reset { forwarded: true } => f.write_str("reset after the node was asked"),
            Self::Silence { forwarded: true } => f.write_str("silence after the node was asked"),
            Self::Late(pause) => write!(f, "late by {pause:?}"),
            Self::Lag(by) => write!(f, "lag {by}"),
            Self::Lie(lie) => write!(f, "lie {lie:?}"),
            Self::RefuseBatch { above } => write!(f, "refuse batch above {above}"),
            Self::Error { code, message } => write!(f, "error {code} {message}"),
            other => f.write_str(other.name()),
        }
    }
}
