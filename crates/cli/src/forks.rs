//! Forks as commands open them: with the project's cache, and without the endpoint where the cache will do.

use crate::context::{Connection, Context};
use payrox_chain::{ChainError, Endpoint, Remote, fork_point};
use payrox_devnet::{Clock, Devnet, Fork, ForkCache};
use payrox_model::{BoxFault, ChainId, ExitCode, Fault};

/// A fork, and whether its endpoint answered.
pub(crate) struct Opened {
    pub(crate) fork: Fork,
    pub(crate) online: bool,
}

impl Opened {
    /// The fork itself as a chain that can be talked to.
    pub(crate) fn connection(&self) -> Connection {
        let devnet = Devnet::forked(&self.fork, Clock::Steps);
        Connection { endpoint: Endpoint::in_process(devnet.client()), devnet: Some(devnet) }
    }
}

/// Forks a block, the newest if none is named. Where the endpoint does not answer, what was read of that block before is used.
pub(crate) async fn open(
    context: &Context<'_>,
    endpoint: &Endpoint,
    chain_id: Option<ChainId>,
    number: Option<u64>,
) -> Result<Opened, BoxFault> {
    let cache = ForkCache::new(context.folder().join(".payrox").join("fork"));
    let (point, online) = match pinned(endpoint, chain_id, number).await {
        Ok(point) => (point, true),
        Err(error) if error.exit() == ExitCode::Endpoint => {
            let known = cache.points(chain_id, number)?;
            let Some(point) =
                known.first().filter(|first| known.iter().all(|p| p.chain_id == first.chain_id))
            else {
                return Err(error.into());
            };
            context.printer.notice(&format!(
                "{error}; what was read of block {} of chain {} before is used",
                point.header.number, point.chain_id
            ));
            (point.clone(), false)
        }
        Err(error) => return Err(error.into()),
    };
    let remote = Box::new(Remote::at(endpoint, point.hash)?);
    Ok(Opened { fork: Fork::cached(point, remote, &cache)?, online })
}

async fn pinned(
    endpoint: &Endpoint,
    chain_id: Option<ChainId>,
    number: Option<u64>,
) -> Result<payrox_devnet::ForkPoint, ChainError> {
    let (said, _) = endpoint.newest().await?;
    if let Some(chain_id) = chain_id {
        endpoint.expect_chain(chain_id).await?;
    }
    fork_point(endpoint, said, number).await
}
