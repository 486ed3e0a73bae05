//! What a network with value asks for before anything is sent to it.

use crate::{asking, context::Context, fault::CliFault};
use payrox_config::Network;
use payrox_model::{BoxFault, text::escape};
use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

/// Bytes of a line that is typed, at most.
const LINE: u64 = 256;

/// That whoever is called at night can be.
///
/// # Errors
/// When contacts are missing.
pub(crate) fn has_contacts(context: &Context<'_>, network: &Network) -> Result<(), BoxFault> {
    let missing = context.project()?.contacts.missing();
    if missing.is_empty() {
        return Ok(());
    }
    Err(CliFault::NoContacts { network: network.name.to_string(), missing }.into())
}

/// That whoever sends means this network: its name was passed, or is typed now.
///
/// # Errors
/// When it is another name or none.
pub(crate) fn is_meant(context: &Context<'_>, network: &Network) -> Result<(), BoxFault> {
    let said = match &context.args.confirm_network {
        Some(name) => Some(name.clone()),
        None => ask(context, network),
    };
    match said {
        Some(name) if name == network.name.as_str() => Ok(()),
        said => {
            let said = said.map(|said| escape(&said.chars().take(80).collect::<String>()));
            Err(CliFault::NotConfirmed { network: network.name.to_string(), said }.into())
        }
    }
}

/// Asks a person, where there is one.
fn ask(context: &Context<'_>, network: &Network) -> Option<String> {
    let person = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !person || context.args.json || context.args.quiet {
        return None;
    }
    context.printer.warn(&format!(
        "{} (chain {}) is a production network: what is sent there is final and costs money",
        network.name, network.chain_id
    ));
    context.printer.notice("type the network's name to send, anything else to stop:");
    let mut line = String::new();
    asking::ask(context.printer, || io::stdin().lock().take(LINE).read_line(&mut line)).ok()?;
    Some(line.trim().to_owned())
}
