//! Forks as commands open them: with the project's cache, and with `--offline` on that alone.

use crate::{
    context::{Connection, Context},
    fault::CliFault,
};
use payrox_chain::{ChainError, Endpoint, Remote, fork_point};
use payrox_devnet::{Clock, Devnet, Fork, ForkCache, ForkPoint, Unasked};
use payrox_model::{BoxFault, ChainId, ExitCode, Fault, text::escape};

/// A fork, and whether its endpoint was asked.
pub(crate) struct Opened {
    pub(crate) fork: Fork,
    /// False with `--offline`: all of it was read before, of whatever answered then.
    pub(crate) online: bool,
}

impl Opened {
    /// The fork itself as a chain that can be talked to.
    pub(crate) fn connection(&self) -> Connection {
        let devnet = Devnet::forked(&self.fork, Clock::Steps);
        Connection { endpoint: Endpoint::in_process(devnet.client()), devnet: Some(devnet) }
    }
}

/// Forks a block of this chain, or of whichever the endpoint serves; the newest block if none is named.
///
/// The cache saves questions. In place of the endpoint it is used with `--offline` (`context.args.offline`) and never else: what an
/// endpoint said once, or one that served another chain, is not what the chain says. With it the endpoint is not asked for anything,
/// not even for what the cache has not: [`Opened::online`] is false then, and whoever reports says so.
pub(crate) async fn open(
    context: &Context<'_>,
    endpoint: &Endpoint,
    chain_id: Option<ChainId>,
    number: Option<u64>,
) -> Result<Opened, BoxFault> {
    let cache = ForkCache::new(context.folder().join(".payrox").join("fork"));
    if context.args.offline {
        let known = known(context, &cache, chain_id, number)?;
        let point = sole(&known).ok_or_else(|| CliFault::NothingRead {
            what: match number {
                Some(number) => format!("block {number}"),
                None => "any block".into(),
            },
            chain: match (chain_id, known.is_empty()) {
                (Some(id), _) => format!("of chain {id}"),
                (None, true) => "of any chain".into(),
                (None, false) => "of one chain alone: there are several".into(),
            },
        })?;
        let upstream = Box::new(Unasked(point.chain_id));
        return Ok(Opened { fork: Fork::cached(point.clone(), upstream, &cache)?, online: false });
    }
    match pinned(endpoint, chain_id, number).await {
        Ok(point) => {
            let remote = Box::new(Remote::at(endpoint, point.hash)?);
            Ok(Opened { fork: Fork::cached(point, remote, &cache)?, online: true })
        }
        Err(error) if error.exit() == ExitCode::Endpoint => {
            let known = known(context, &cache, chain_id, number)?;
            Err(match sole(&known) {
                Some(point) => CliFault::OnlyRead {
                    why: error.to_string(),
                    block: point.header.number,
                    chain_id: point.chain_id,
                }
                .into(),
                None => error.into(),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// What was read before of this chain, or any, and this block, or any.
fn known(
    context: &Context<'_>,
    cache: &ForkCache,
    chain_id: Option<ChainId>,
    number: Option<u64>,
) -> Result<Vec<ForkPoint>, BoxFault> {
    let skip = &mut |error: &payrox_devnet::ForkError| {
        context.printer.notice(&format!("{}; it is left out", escape(&error.to_string())));
    };
    Ok(cache.points(chain_id, number, skip)?)
}

/// The newest, where all are of one chain.
fn sole(known: &[ForkPoint]) -> Option<&ForkPoint> {
    known.first().filter(|first| known.iter().all(|point| point.chain_id == first.chain_id))
}

async fn pinned(
    endpoint: &Endpoint,
    chain_id: Option<ChainId>,
    number: Option<u64>,
) -> Result<ForkPoint, ChainError> {
    let (said, _) = endpoint.newest().await?;
    if let Some(chain_id) = chain_id {
        endpoint.expect_chain(chain_id).await?;
    }
    fork_point(endpoint, said, number).await
}
