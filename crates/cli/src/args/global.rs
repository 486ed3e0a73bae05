//! Flags that every verb takes.

use super::SigningArgs;
use clap::{ArgMatches, Args, parser::ValueSource};
use payrox_config::Source;
use payrox_model::Name;
use std::{collections::BTreeMap, path::PathBuf};

/// The variable that names endpoints.
pub(crate) const RPC_URL: &str = "ETH_RPC_URL";

/// Flags that every verb takes. Each variable is named here and in `signing.rs`, and nowhere else.
#[derive(Clone, Debug, Args)]
pub(crate) struct GlobalArgs {
    /// The project's folder
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = ".",
        env = "PAYROX_PROJECT",
        help_heading = "Project"
    )]
    pub(crate) project: PathBuf,

    /// Project file to use instead of `payrox.toml`, relative to the project's folder
    #[arg(long, global = true, value_name = "FILE", env = "PAYROX_CONFIG", help_heading = "Project")]
    pub(crate) config: Option<PathBuf>,

    /// File of the plan, relative to the project's folder [default: artifacts/dispatcher.plan.json]
    #[arg(long, global = true, value_name = "FILE", env = "PAYROX_PLAN", help_heading = "Project")]
    pub(crate) plan: Option<PathBuf>,

    /// The network, by the name of its file in `networks/`; `local` is the embedded chain [default: local]
    #[arg(long, global = true, value_name = "NAME", env = "PAYROX_NETWORK", help_heading = "Network")]
    pub(crate) network: Option<String>,

    /// Endpoint to use instead of the network's own
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = RPC_URL,
        hide_env_values = true,
        value_delimiter = ',',
        help_heading = "Network"
    )]
    pub(crate) rpc_url: Vec<String>,

    /// On a fork, ask no endpoint: what was read of the block into .payrox/fork/ before is all there is
    #[arg(long, global = true, help_heading = "Network")]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) signing: SigningArgs,

    /// Send. Without it, what would be sent is printed. Implied on `local`
    #[arg(long, global = true, help_heading = "Signing")]
    pub(crate) broadcast: bool,

    /// The name of a production network, in place of typing it when asked. No variable says it: it is said anew each time
    #[arg(long, global = true, value_name = "NAME", help_heading = "Signing")]
    pub(crate) confirm_network: Option<String>,

    /// Wait for a delay to pass instead of ending with status 6
    #[arg(long, global = true, help_heading = "Signing")]
    pub(crate) wait: bool,

    /// Send again what was in a block and failed, once you know why it did
    #[arg(long, global = true, help_heading = "Signing")]
    pub(crate) retry_failed: bool,

    /// One JSON document on stdout
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,

    /// Neither progress nor notices on stderr
    #[arg(long, short, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Every step as it happens on stderr
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) verbose: bool,

    /// No colour; the variable NO_COLOR says the same
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) no_color: bool,

    /// Who set what.
    #[arg(skip)]
    sources: BTreeMap<&'static str, Source>,
}

impl GlobalArgs {
    /// Flags that a variable can set as well: identifier, flag, variable.
    const BOTH: [(&'static str, &'static str, &'static str); 5] = [
        ("project", "--project", "PAYROX_PROJECT"),
        ("config", "--config", "PAYROX_CONFIG"),
        ("plan", "--plan", "PAYROX_PLAN"),
        ("network", "--network", "PAYROX_NETWORK"),
        ("rpc_url", "--rpc-url", RPC_URL),
    ];

    /// Remembers who set what, and forgets what an empty variable set: that counts as not set.
    pub(crate) fn remember(&mut self, matches: &ArgMatches) {
        for (id, flag, variable) in Self::BOTH.into_iter().chain(SigningArgs::BOTH) {
            let source = match matches.value_source(id) {
                Some(ValueSource::CommandLine) => Source::Flag(flag),
                Some(ValueSource::EnvVariable) => Source::Variable(variable),
                _ => continue,
            };
            self.sources.insert(id, source);
        }
        self.network.take_if(|n| n.is_empty());
        self.config.take_if(|c| c.as_os_str().is_empty());
        self.plan.take_if(|p| p.as_os_str().is_empty());
        self.signing.forget_empty();
        self.rpc_url.retain(|u| !u.is_empty());
        if self.project.as_os_str().is_empty() {
            self.project = PathBuf::from(".");
        }
    }

    /// The same for another folder, where nothing is sent.
    pub(crate) fn rehearsing_in(&self, project: PathBuf) -> Self {
        Self { project, broadcast: false, ..self.clone() }
    }

    /// The same for one network of several. Of the endpoints it has those that are given for it, as `NAME=URL`.
    pub(crate) fn for_network(&self, network: &Name, plan: PathBuf) -> Self {
        let own =
            |(name, url): (Option<Name>, &str)| (name.as_ref() == Some(network)).then(|| url.to_owned());
        // Several names may have been passed: each network asks for its own.
        let confirmed = |list: &str| list.split(',').any(|name| name.trim() == network.as_str());
        let confirm_network = match &self.confirm_network {
            Some(list) if confirmed(list) => Some(network.to_string()),
            other => other.clone(),
        };
        Self {
            network: Some(network.to_string()),
            plan: Some(plan),
            confirm_network,
            rpc_url: self.named_endpoints().filter_map(own).collect(),
            ..self.clone()
        }
    }

    /// Endpoints and the networks they are given for: `sepolia=https://…`.
    pub(crate) fn named_endpoints(&self) -> impl Iterator<Item = (Option<Name>, &str)> {
        self.rpc_url.iter().map(|text| match text.split_once('=').map(|(name, url)| (name.parse(), url)) {
            Some((Ok(name), url)) => (Some(name), url),
            _ => (None, text.as_str()),
        })
    }

    /// Who set a value, by its identifier here.
    pub(crate) fn source(&self, id: &str) -> Source {
        self.sources.get(id).cloned().unwrap_or(Source::Default)
    }
}
