//! What a command works with: project, network, chain, keys. Every value is a flag's, else a variable's, else a file's.

use crate::{
    args::{GlobalArgs, RPC_URL},
    fault::CliFault,
    printer::Printer,
};
use payrox_chain::{Endpoint, PoolPolicy};
use payrox_config::{Network, Project, Setting, Source, redact_url};
use payrox_devnet::{Devnet, DevnetConfig};
use payrox_execute::Stop;
use payrox_model::{BoxFault, text::escape};
use std::{
    borrow::Cow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// What is common to all commands.
pub(crate) struct Context<'a> {
    pub(crate) args: &'a GlobalArgs,
    pub(crate) printer: &'a Printer,
    pub(crate) stop: Stop,
    /// Nothing is sent, not even to the embedded chain.
    rehearsing: bool,
}

/// A chain that can be talked to.
pub(crate) struct Connection {
    pub(crate) endpoint: Endpoint,
    /// The embedded chain, kept open as long as the endpoint is used.
    pub(crate) devnet: Option<Devnet>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(args: &'a GlobalArgs, printer: &'a Printer, stop: Stop) -> Self {
        Self { args, printer, stop, rehearsing: false }
    }

    /// The same where nothing is ever sent.
    pub(crate) fn rehearsing(args: &'a GlobalArgs, printer: &'a Printer, stop: Stop) -> Self {
        Self { rehearsing: true, ..Self::new(args, printer, stop) }
    }

    /// Whether what is planned for a network is sent. Nothing has value on the embedded chain, and nobody else is there.
    pub(crate) fn sends(&self, network: &Network) -> bool {
        !self.rehearsing && self.args.signing.unsigned.is_none() && (self.args.broadcast || network.local)
    }

    /// The project's folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.args.project
    }

    /// `payrox.toml`, or what `--config` names.
    pub(crate) fn project_file(&self) -> PathBuf {
        let name = self.args.config.as_deref().unwrap_or(Path::new("payrox.toml"));
        if self.args.project == Path::new(".") { name.to_owned() } else { self.args.project.join(name) }
    }

    /// `artifacts/dispatcher.plan.json`, or what `--plan` names.
    pub(crate) fn plan_file(&self) -> PathBuf {
        self.inside(self.args.plan.as_deref().unwrap_or(Path::new("artifacts/dispatcher.plan.json")))
    }

    /// A path that is relative to the project's folder.
    pub(crate) fn inside(&self, name: &Path) -> PathBuf {
        if self.args.project == Path::new(".") { name.to_owned() } else { self.args.project.join(name) }
    }

    /// A command as it must be typed to mean the same project and network.
    pub(crate) fn command(&self, verb: &str) -> String {
        let mut text = format!("payrox {verb}");
        if let Some(network) = &self.args.network {
            text.push_str(&format!(" --network {}", word(network)));
        }
        if self.args.project != Path::new(".") {
            text.push_str(&format!(" --project {}", path_word(&self.args.project)));
        }
        for (flag, value) in [("config", &self.args.config), ("plan", &self.args.plan)] {
            if let Some(value) = value {
                text.push_str(&format!(" --{flag} {}", path_word(value)));
            }
        }
        // What a variable says, it says to the next command as well.
        if matches!(self.args.source("rpc_url"), Source::Flag(_)) {
            text.push_str(&endpoints(&self.args.rpc_url));
        }
        text
    }

    pub(crate) fn project(&self) -> Result<Project, BoxFault> {
        Ok(Project::load(&self.project_file())?)
    }

    /// The network: `local` where nothing else is said.
    pub(crate) fn network(&self) -> Result<Network, BoxFault> {
        let by_flag = matches!(self.args.source("rpc_url"), Source::Flag(_)) && !self.args.rpc_url.is_empty();
        if by_flag && self.args.network.is_none() {
            return Err(CliFault::NoNetwork.into());
        }
        let network = Network::find(self.folder(), self.args.network.as_deref().unwrap_or("local"))?;
        if by_flag && network.local {
            return Err(CliFault::NoEndpointWanted { network: network.name.to_string() }.into());
        }
        Ok(network)
    }

    /// Where the project's own chain is kept.
    pub(crate) fn local_state(&self) -> PathBuf {
        self.folder().join(".payrox").join("local")
    }

    /// The rules of the project's own chain.
    pub(crate) fn local_rules(&self, network: &Network) -> DevnetConfig {
        DevnetConfig { chain_id: network.chain_id, ..DevnetConfig::default() }
    }

    /// The network's chain.
    pub(crate) fn connect(&self, network: &Network) -> Result<Connection, BoxFault> {
        if network.local {
            let devnet = Devnet::open(&self.local_state(), &self.local_rules(network))?;
            return Ok(Connection { endpoint: Endpoint::in_process(devnet.client()), devnet: Some(devnet) });
        }
        let urls = if self.args.rpc_url.is_empty() { &network.rpc_url.value } else { &self.args.rpc_url };
        if urls.is_empty() {
            let variable = network.unset.first().cloned();
            return Err(CliFault::NoEndpoint { network: network.name.to_string(), variable }.into());
        }
        Ok(Connection { endpoint: Endpoint::pool(urls, self.pool_policy(network))?, devnet: None })
    }

    /// How the network's endpoints are asked.
    fn pool_policy(&self, network: &Network) -> PoolPolicy {
        let set = &network.endpoints;
        let mut policy = PoolPolicy {
            chain: Some(network.chain_id),
            known_block: network.known_block.as_ref().map(|known| (known.number, known.hash)),
            interrupt: self.stop.interrupt(),
            rate: set.requests_per_second.as_deref().copied(),
            quorum: set.quorum.as_deref().map(|quorum| *quorum as usize),
            ..PoolPolicy::default()
        };
        if let Some(batch) = &set.batch {
            policy.batch = batch.value as usize;
        }
        if let Some(timeout) = &set.timeout {
            policy.answer = Duration::from_secs(timeout.value.into());
            policy.whole = policy.answer * 2;
        }
        let printer = self.printer.clone();
        policy.notice = Some(Arc::new(move |text: &str| printer.notice(text)));
        policy
    }

    /// That whoever sends to a production network means it, and can be called.
    pub(crate) fn may_send(&self, network: &Network) -> Result<(), BoxFault> {
        if self.args.broadcast && network.production {
            crate::production::has_contacts(self, network)?;
        }
        self.means(network)
    }

    /// That whoever sends to a production network means it.
    pub(crate) fn means(&self, network: &Network) -> Result<(), BoxFault> {
        if self.args.broadcast && network.production {
            crate::production::is_meant(self, network)?;
        }
        Ok(())
    }

    /// That the chain is the network's, by its id and by the block that is known of it.
    pub(crate) async fn is_meant(&self, network: &Network, endpoint: &Endpoint) -> Result<(), BoxFault> {
        endpoint.expect_chain(network.chain_id).await?;
        if let Some(known) = &network.known_block {
            endpoint.expect_block(known.number, known.hash).await?;
        }
        Ok(())
    }

    /// What flags and variables set, for `config show`.
    pub(crate) fn settings(&self, network: &Network) -> Vec<Setting> {
        let mut settings = vec![
            Setting::new("project", self.args.project.display(), self.args.source("project")),
            Setting::new("config", self.project_file().display(), self.args.source("config")),
            Setting::new("network", &network.name, self.args.source("network")),
        ];
        if !self.args.rpc_url.is_empty() && !network.local {
            let urls: Vec<_> = self.args.rpc_url.iter().map(|u| redact_url(u)).collect();
            settings.push(Setting::new("rpc_url", urls.join(", "), self.args.source("rpc_url")));
        }
        settings.extend(crate::signing::settings(self, network));
        settings
    }
}

/// An argument as a shell takes it for one word, blanks and quotes in it included.
pub(crate) fn word(text: &str) -> String {
    let text = escape(text);
    // Only a NUL cannot be quoted, and that was escaped.
    shlex::try_quote(&text).map(Cow::into_owned).unwrap_or(text)
}

/// The same of a path.
pub(crate) fn path_word(path: &Path) -> String {
    word(&path.display().to_string())
}

/// Endpoints for the next command. Where one of them has a part that is never shown, the variable that is read in their place is
/// named: a command with `…` in it would reach nobody.
fn endpoints(urls: &[String]) -> String {
    let shown = |given: &String| {
        let url =
            given.split_once('=').filter(|(name, _)| !name.contains(':')).map_or(&**given, |(_, url)| url);
        redact_url(url) == url.trim_end_matches('/')
    };
    match urls.iter().all(shown) {
        true => urls.iter().map(|url| format!(" --rpc-url {}", word(url))).collect(),
        false => format!(" --rpc-url \"${RPC_URL}\""),
    }
}

/// Whether nothing on the network has value: its time may be moved. Only there the development accounts sign.
pub(crate) fn is_development(network: &Network) -> bool {
    network.skip_time && !network.production
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_b45_an_endpoint_with_a_key_in_it_is_named_by_its_variable_in_the_next_command() {
        let next = |urls: &[&str]| endpoints(&urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>());
        assert_eq!(next(&[]), "");
        assert_eq!(next(&["http://127.0.0.1:8545"]), " --rpc-url http://127.0.0.1:8545");
        assert_eq!(next(&["http://127.0.0.1:8545/"]), " --rpc-url http://127.0.0.1:8545/");
        assert_eq!(next(&["anvil=http://127.0.0.1:1"]), " --rpc-url 'anvil=http://127.0.0.1:1'");
        for with_a_key in
            ["https://h/v2/KEY", "http://user:password@h", "http://h/?apikey=K", "a=http://h/v2/KEY"]
        {
            assert_eq!(
                next(&["http://127.0.0.1:1", with_a_key]),
                " --rpc-url \"$ETH_RPC_URL\"",
                "{with_a_key}"
            );
        }
    }

    #[test]
    fn a_path_with_a_blank_or_a_quote_is_one_word_of_the_next_command() {
        assert_eq!(word("my dir/w"), "'my dir/w'");
        assert_eq!(word("it's"), "\"it's\"");
        assert_eq!(path_word(Path::new("a/b-c.toml")), "a/b-c.toml");
    }
}
