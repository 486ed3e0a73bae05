//! `payrox devnet`.

use crate::{args::DevnetArgs, context::Context, fault::CliFault, forks, rehearsals::Ground, table::table};
use payrox_chain::{Endpoint, PoolPolicy};
use payrox_config::Network;
use payrox_devnet::{Clock, DEV_ACCOUNTS, Devnet, DevnetConfig, Wanted, serve};
use payrox_model::{BoxFault, ExitCode, text::escape};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

/// The development accounts and what they are in the bundled networks.
const ROLES: [&str; 3] = ["bootstrapper, operator", "owner", "guardian"];

pub(crate) async fn devnet(args: &DevnetArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let forked = match &args.fork_url {
        Some(url) => Some(forked(url, args.fork_block, context).await?),
        None => None,
    };
    let (kept, config) = chosen(args, context)?;
    let chain = match (&forked, &kept) {
        (Some((chain, _)), _) => chain.clone(),
        (None, Some(folder)) => Devnet::open(folder, &config)?,
        (None, None) => Devnet::new(&config),
    };
    let server = serve(chain.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, args.port))).await?;
    let accounts = DEV_ACCOUNTS;
    let listed = accounts.iter().enumerate().map(|(i, account)| {
        [i.to_string(), account.address.to_string(), ROLES.get(i).copied().unwrap_or_default().to_owned()]
    });
    let fate = match (&forked, &kept) {
        (Some((_, from)), _) => format!("it goes on from {}, and is forgotten at the end", from.text()),
        (None, Some(folder)) => format!("it is kept in {}", escape(&folder.display().to_string())),
        (None, None) => "it is forgotten at the end".to_owned(),
    };
    context.printer.result(&format!(
        "{}\n\nchain {} is served at {}; {fate}; Ctrl-C ends it",
        table(["#account", "address", "role"], listed),
        chain.chain_id(),
        server.url()
    ));
    let mut document = serde_json::json!({ "url": server.url(), "chainId": chain.chain_id() });
    if let Some((_, from)) = &forked {
        document["fork"] = serde_json::json!({ "ground": from, "offline": context.args.offline });
    }
    context.printer.document(&document);
    // The keys are public knowledge, but a screen full of keys teaches a bad habit.
    context
        .printer
        .detail("keys: the mnemonic `test test test test test test test test test test test junk`");
    let stop = context.stop.clone();
    while !stop.is_requested() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.shutdown().await;
    chain.save()?;
    Ok(ExitCode::Ok)
}

/// A fork of whatever this endpoint serves, where the development accounts have ether; and what it goes on from.
async fn forked(url: &str, block: Option<u64>, context: &Context<'_>) -> Result<(Devnet, Ground), BoxFault> {
    let policy = PoolPolicy { interrupt: context.stop.interrupt(), ..PoolPolicy::default() };
    let endpoint = Endpoint::pool(&[url], policy)?;
    let fork = forks::open(context, &endpoint, None, block).await?.fork;
    let from = Ground::from(&fork);
    let chain = tokio::task::spawn_blocking(move || {
        let chain = Devnet::forked(&fork, Clock::Wall);
        let wanted: Vec<_> = DEV_ACCOUNTS.iter().map(|account| Wanted::Account(account.address)).collect();
        fork.fetch(&wanted)?;
        for account in DEV_ACCOUNTS {
            chain.set_balance(account.address, DevnetConfig::default().balance)?;
        }
        Ok::<_, BoxFault>(chain)
    });
    let chain = chain.await.map_err(|e| CliFault::Internal { text: e.to_string() })??;
    Ok((chain, from))
}

/// Where the chain is kept, and its rules: the project's own where there is a project and nothing else is asked for.
fn chosen(args: &DevnetArgs, context: &Context<'_>) -> Result<(Option<PathBuf>, DevnetConfig), BoxFault> {
    if !context.project_file().exists() {
        return Ok((args.state.clone(), DevnetConfig::default()));
    }
    let rules = context.local_rules(&Network::find(context.folder(), "local")?);
    let kept = args.state.clone().or_else(|| Some(context.local_state())).filter(|_| !args.fresh);
    Ok((kept, rules))
}
