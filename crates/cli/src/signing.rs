//! Which keys are opened, and in which order: what flags name, else what variables name, else the development accounts where nothing
//! has value.

use crate::{
    args::SigningArgs,
    asking,
    context::{Context, is_development},
    printer::Printer,
};
use payrox_chain::{
    ChainError, DerivationPath, KeyError, KeyRules, Keyring, Secret, account_file, forbid_core_dumps,
    foundry_keystores, read_secret,
};
use payrox_config::{Network, Setting, Source};
use payrox_model::{BoxFault, text::escape};
use std::{
    collections::BTreeMap,
    env,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
};

/// The variable that can hold a phrase.
const MNEMONIC: &str = "MNEMONIC";

/// Passwords that were read or typed, by keystore: a release opens the same one for several networks.
pub(crate) type Passwords = BTreeMap<PathBuf, Secret>;

/// A source of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    PrivateKey,
    PrivateKeyFile,
    Keystore,
    MnemonicFile,
    MnemonicVariable,
    Ledger,
    Trezor,
    Aws,
    Gcp,
    Unlocked,
    Signed,
    Absent,
}

/// What was asked for, in the order in which it is opened.
fn sources(context: &Context<'_>) -> Vec<Origin> {
    let signing = &context.args.signing;
    let is_flag = |id| matches!(context.args.source(id), Source::Flag(_));
    let set = |is: bool, origin| is.then_some(origin);
    let flags = [
        set(signing.private_key.is_some() && is_flag("private_key"), Origin::PrivateKey),
        set(signing.private_key_file.is_some(), Origin::PrivateKeyFile),
        set(
            is_flag("keystore") && signing.keystore.is_some()
                || is_flag("account") && signing.account.is_some(),
            Origin::Keystore,
        ),
        set(signing.mnemonic_file.is_some(), Origin::MnemonicFile),
        set(signing.ledger, Origin::Ledger),
        set(signing.trezor, Origin::Trezor),
        set(signing.aws, Origin::Aws),
        set(signing.gcp, Origin::Gcp),
        set(signing.unlocked, Origin::Unlocked),
        set(signing.signed.is_some(), Origin::Signed),
        // Last: whoever is there already keeps its place.
        set(signing.unsigned.is_some(), Origin::Absent),
    ];
    let flags: Vec<Origin> = flags.into_iter().flatten().collect();
    if !flags.is_empty() {
        return flags;
    }
    let variables = [
        set(signing.private_key.is_some(), Origin::PrivateKey),
        set(signing.keystore.is_some() || signing.account.is_some(), Origin::Keystore),
        set(phrase_of_the_environment().is_some(), Origin::MnemonicVariable),
    ];
    variables.into_iter().flatten().collect()
}

fn phrase_of_the_environment() -> Option<Secret> {
    env::var(MNEMONIC).ok().filter(|phrase| !phrase.is_empty()).map(Secret::new)
}

/// Opens them. Where nothing will be sent, nobody is asked: neither the terminal nor a device nor a service.
pub(crate) async fn open(
    context: &Context<'_>,
    network: &Network,
    passwords: &mut Passwords,
) -> Result<Keyring, BoxFault> {
    let args = context.args;
    let signing = &args.signing;
    let sources = sources(context);
    let rules = KeyRules {
        chain_id: Some(network.chain_id),
        production: network.production.then(|| network.name.to_string()),
    };
    let mut ring = Keyring::bound(rules);
    if sources.is_empty() {
        if is_development(network) {
            ring.add_dev();
        }
        if let Some(from) =
            signing.from.filter(|_| !ring.is_empty() && matches!(args.source("from"), Source::Flag(_)))
        {
            ring.only(from)?;
        }
        return Ok(ring);
    }
    forbid_core_dumps();
    let sends = context.sends(network);
    for origin in sources {
        let asks = matches!(origin, Origin::Ledger | Origin::Trezor | Origin::Aws | Origin::Gcp)
            || origin == Origin::Keystore && signing.password_file.is_none();
        if asks && !sends {
            if let Some(from) = signing.from {
                ring.add_absent(from, "a key that a dry run does not open")?;
            }
            continue;
        }
        add(context, network, origin, &mut ring, passwords).await?;
    }
    if let Some(from) = signing.from.filter(|_| !ring.is_empty()) {
        ring.only(from)?;
    }
    Ok(ring)
}

async fn add(
    context: &Context<'_>,
    network: &Network,
    origin: Origin,
    ring: &mut Keyring,
    passwords: &mut Passwords,
) -> Result<(), BoxFault> {
    let args = context.args;
    let signing = &args.signing;
    let printer = context.printer;
    let account = || {
        signing
            .derivation_path
            .clone()
            .unwrap_or(DerivationPath::account(signing.mnemonic_index.unwrap_or(0)))
    };
    let device = || {
        signing.derivation_path.clone().unwrap_or(DerivationPath::device(signing.mnemonic_index.unwrap_or(0)))
    };
    let shown = |path: &Path| escape(&path.display().to_string());
    match origin {
        Origin::PrivateKey => {
            let source = args.source("private_key");
            printer.warn(match source {
                Source::Flag(_) => "--private-key shows the key to other users of this machine and keeps it in the shell's history; use --private-key-file or --keystore",
                _ => "PRIVATE_KEY is in the environment of this process and of all that its shell starts (/proc/PID/environ); --private-key-file or --keystore keeps it out",
            });
            if let Some(key) = &signing.private_key {
                ring.add_private_key(key.reveal(), &source.to_string())?;
            }
        }
        Origin::PrivateKeyFile => {
            if let Some(path) = &signing.private_key_file {
                ring.add_private_key_file(path, &format!("the key in {}", shown(path)))?;
            }
        }
        Origin::Keystore => {
            let path = keystore(signing)?;
            let name = shown(&path);
            let known = |passwords: &mut Passwords| -> Result<Secret, ChainError> {
                if let Some(known) = passwords.get(&path) {
                    return Ok(known.clone());
                }
                let password = password(printer, signing, &name)?;
                passwords.insert(path.clone(), password.clone());
                Ok(password)
            };
            ring.add_keystore(&path, || known(passwords), &format!("keystore {name}"))?;
        }
        Origin::MnemonicFile | Origin::MnemonicVariable => {
            let (phrase, name) = match &signing.mnemonic_file {
                Some(path) if origin == Origin::MnemonicFile => (read_secret(path)?, shown(path)),
                _ => {
                    printer.warn("MNEMONIC is in the environment of this process and of all that its shell starts (/proc/PID/environ); --mnemonic-file keeps it out");
                    (phrase_of_the_environment().unwrap_or(Secret::new(String::new())), MNEMONIC.to_owned())
                }
            };
            let passphrase = signing.mnemonic_passphrase_file.as_deref().map(read_secret).transpose()?;
            let path = account();
            ring.add_mnemonic(&phrase, passphrase.as_ref(), &path, &format!("{name} at {path}"))?;
        }
        // The futures of devices and services are large: they are kept out of those around them.
        Origin::Ledger => {
            printer.notice("looking for a Ledger device: unlock it and open its Ethereum app; each transaction is confirmed on it");
            Box::pin(ring.add_ledger(&device(), network.chain_id)).await?;
        }
        Origin::Trezor => {
            printer.notice("looking for a Trezor device: unlock it; each transaction is confirmed on it");
            Box::pin(ring.add_trezor(&account(), network.chain_id)).await?;
        }
        Origin::Aws => {
            let key = env::var("AWS_KMS_KEY_ID").ok().filter(|key| !key.is_empty());
            let key =
                key.ok_or(KeyError::Incomplete { flag: "--aws", needs: "the variable AWS_KMS_KEY_ID" })?;
            Box::pin(ring.add_aws(&key, network.chain_id)).await?;
        }
        Origin::Gcp => {
            return Err(KeyError::NotSupported { what: "Google Cloud KMS" }.into());
        }
        Origin::Unlocked => {
            if let Some(from) = signing.from {
                ring.add_node_account(from, "the node's own account (--unlocked)")?;
            }
        }
        Origin::Signed => {
            if let Some(path) = &signing.signed {
                let most = network.fees.max_fee.map(|wei| wei.0.saturating_to());
                ring.add_signed_file(path, most, &format!("signatures in {}", shown(path)))?;
            }
        }
        Origin::Absent => {
            if let Some(from) = signing.from {
                ring.add_absent(from, "a key on another machine")?;
            }
        }
    }
    Ok(())
}

/// The keystore's file: `--keystore` is it, or the folder in which `--account` names it.
fn keystore(signing: &SigningArgs) -> Result<PathBuf, BoxFault> {
    let account = signing.account.as_deref();
    let folder = match &signing.keystore {
        Some(path) => path.clone(),
        None => foundry_keystores().ok_or(KeyError::Incomplete {
            flag: "--account",
            needs: "--keystore with a folder: there is no home folder",
        })?,
    };
    Ok(account_file(&folder, account)?)
}

/// From the file that was named, else from whoever sits at the terminal; never from the command line.
fn password(printer: &Printer, signing: &SigningArgs, what: &str) -> Result<Secret, ChainError> {
    if let Some(path) = &signing.password_file {
        return Ok(read_secret(path)?);
    }
    let none = || KeyError::NoPassword { what: format!("keystore {what}") };
    if !io::stderr().is_terminal() {
        return Err(none().into());
    }
    asking::ask(printer, || rpassword::prompt_password(format!("password of keystore {what}: ")))
        .map(Secret::new)
        .map_err(|_| none().into())
}

/// For `config show`: which sources are set, and nothing of what is in them.
pub(crate) fn settings(context: &Context<'_>, network: &Network) -> Vec<Setting> {
    let args = context.args;
    let signing = &args.signing;
    let mut out = Vec::new();
    let secret = |name: &str, source| Setting { secret: true, ..Setting::new(name, "", source) };
    if signing.private_key.is_some() {
        out.push(secret("private_key", args.source("private_key")));
    }
    if phrase_of_the_environment().is_some() {
        out.push(secret("mnemonic", Source::Variable(MNEMONIC)));
    }
    let paths = [
        ("private_key_file", &signing.private_key_file, Source::Flag("--private-key-file")),
        ("keystore", &signing.keystore, args.source("keystore")),
        ("password_file", &signing.password_file, args.source("password_file")),
        ("mnemonic_file", &signing.mnemonic_file, Source::Flag("--mnemonic-file")),
        (
            "mnemonic_passphrase_file",
            &signing.mnemonic_passphrase_file,
            Source::Flag("--mnemonic-passphrase-file"),
        ),
        ("signed", &signing.signed, Source::Flag("--signed")),
    ];
    for (name, path, source) in paths {
        out.extend(path.as_ref().map(|path| Setting::new(name, path.display(), source)));
    }
    out.extend(signing.account.as_ref().map(|name| Setting::new("account", name, args.source("account"))));
    let flags = [
        ("ledger", signing.ledger, Source::Flag("--ledger")),
        ("trezor", signing.trezor, Source::Flag("--trezor")),
        ("aws", signing.aws, Source::Flag("--aws")),
        ("gcp", signing.gcp, Source::Flag("--gcp")),
        ("unlocked", signing.unlocked, Source::Flag("--unlocked")),
    ];
    out.extend(
        flags.into_iter().filter(|(_, is, _)| *is).map(|(name, _, source)| Setting::new(name, true, source)),
    );
    out.extend(signing.from.map(|from| Setting::new("from", from, args.source("from"))));
    if sources(context).is_empty() && is_development(network) {
        out.push(Setting::new("private_key", "development accounts", Source::Default));
    }
    out
}
