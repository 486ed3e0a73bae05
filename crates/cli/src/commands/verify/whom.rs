//! Whom `payrox verify sources` asks.

use crate::{
    args::{SourcesArgs, WhichVerifier},
    context::is_development,
};
use payrox_chain::explorers::{Explorer, Pace, Verifier};
use payrox_config::Network;
use payrox_model::{BoxFault, Code, ExitCode, Fault};

/// Whom to ask, and who is left out of all, with the reason.
pub(super) fn whom(args: &SourcesArgs, network: &Network) -> Result<(Vec<Explorer>, Vec<String>), BoxFault> {
    let one = match args.verifier {
        WhichVerifier::Sourcify => Some(Verifier::Sourcify),
        WhichVerifier::Etherscan => Some(Verifier::Etherscan),
        WhichVerifier::Blockscout => Some(Verifier::Blockscout),
        WhichVerifier::All => None,
    };
    if args.verifier_url.is_some() && one.is_none() {
        return Err(WhomFault::Url.into());
    }
    let key = args.etherscan_api_key.as_deref().filter(|key| !key.is_empty());
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for verifier in Verifier::ALL.into_iter().filter(|v| one.is_none_or(|one| one == *v)) {
        let Some(url) = url(args, network, verifier) else {
            if one.is_some() {
                let what = format!("{verifier} that is known");
                return Err(WhomFault::Nobody { network: network.name.to_string(), what }.into());
            }
            left_out
                .push(format!("{verifier} is left out: no address of it is known for `{}`", network.name));
            continue;
        };
        let key = key.filter(|_| verifier == Verifier::Etherscan);
        if verifier == Verifier::Etherscan && key.is_none() {
            if one.is_some() {
                return Err(WhomFault::Key.into());
            }
            left_out.push("etherscan is left out: there is no ETHERSCAN_API_KEY".into());
            continue;
        }
        found.push(Explorer::new(verifier, &url, network.chain_id, key, Pace::of(verifier))?);
    }
    if found.is_empty() {
        let what = "explorer to ask".to_owned();
        return Err(WhomFault::Nobody { network: network.name.to_string(), what }.into());
    }
    Ok((found, left_out))
}

/// Nobody else can see a development chain: what is said there is sent nowhere unless an explorer is named.
fn url(args: &SourcesArgs, network: &Network, verifier: Verifier) -> Option<String> {
    let flag = args.verifier_url.clone();
    let file = || network.explorers.get(verifier.name()).map(|url| url.value.clone());
    let known = || verifier.default_url(network.chain_id).filter(|_| !is_development(network));
    flag.or_else(file).or_else(|| known().map(str::to_owned))
}

/// Nobody can be asked, or not about this.
#[derive(Debug, thiserror::Error)]
pub(super) enum WhomFault {
    #[error("etherscan takes requests with a key only, and there is none")]
    Key,
    #[error("the network `{network}` has no {what}")]
    Nobody { network: String, what: String },
    #[error("--verifier-url is the address of one explorer, and --verifier does not say which")]
    Url,
    #[error("the plan has no contract `{name}`")]
    Contract { name: String, known: Vec<String> },
}

impl Fault for WhomFault {
    fn code(&self) -> Code {
        Code(match self {
            Self::Key => "PRX-SRC-010",
            Self::Nobody { .. } => "PRX-SRC-011",
            Self::Url => "PRX-SRC-012",
            Self::Contract { .. } => "PRX-SRC-013",
        })
    }

    fn exit(&self) -> ExitCode {
        ExitCode::BadInput
    }

    fn subject(&self) -> Option<String> {
        match self {
            Self::Contract { name, .. } => Some(name.clone()),
            Self::Nobody { network, .. } => Some(network.clone()),
            Self::Key | Self::Url => None,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Key => {
                "set ETHERSCAN_API_KEY; one key serves all chains (https://docs.etherscan.io/set-up-your-api-key)".into()
            }
            Self::Nobody { network, .. } => format!(
                "name one in networks/{network}.toml under [explorers], or with --verifier and --verifier-url"
            ),
            Self::Url => "add --verifier sourcify, etherscan or blockscout".into(),
            Self::Contract { known, .. } => format!("it has {}", known.join(", ")),
        })
    }
}
