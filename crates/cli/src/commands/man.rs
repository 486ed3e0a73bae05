//! `payrox man [VERB…]`.

use crate::{
    args::{Cli, ManArgs},
    fault::CliFault,
    printer::Printer,
};
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use payrox_files::write_derived;
use payrox_model::{BoxFault, ExitCode, text::escape};

pub(crate) fn man(args: &ManArgs, printer: &Printer) -> Result<ExitCode, BoxFault> {
    let pages = pages();
    if let Some(folder) = &args.dir {
        for (name, text) in &pages {
            write_derived(&folder.join(name), text)?;
        }
        let names: Vec<_> = pages.iter().map(|(name, _)| name.as_str()).collect();
        let shown = escape(&folder.display().to_string());
        printer.result(&format!("wrote to {shown}:\n  {}", names.join("\n  ")));
        printer.document(&serde_json::json!({ "folder": shown, "pages": names }));
        return Ok(ExitCode::Ok);
    }
    let wanted = format!("payrox-{}", args.verb.join("-"));
    let wanted = format!("{}.1", wanted.trim_end_matches('-'));
    let (_, text) = pages.into_iter().find(|(name, _)| *name == wanted).ok_or_else(|| CliFault::Usage {
        text: format!(
            "there is no verb `{}`",
            escape(&args.verb.join(" ").chars().take(80).collect::<String>())
        ),
        hint: Some("`payrox --help` lists the verbs".into()),
    })?;
    printer.raw(&String::from_utf8_lossy(&text));
    Ok(ExitCode::Ok)
}

/// The page of each verb by the name of its file, `payrox.1` first.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut root = Cli::command().disable_help_subcommand(true);
    // Fills in what subcommands inherit.
    root.build();
    let mut pages = Vec::new();
    add(&root, "payrox", &mut pages);
    pages
}

fn add(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) {
    let mut text = Vec::new();
    let page = command.clone().display_name(name.to_owned());
    // Writing to memory cannot fail.
    if Man::new(page).title(name).render(&mut text).is_ok() {
        pages.push((format!("{name}.1"), text));
    }
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        add(verb, &format!("{name}-{}", verb.get_name()), pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_and_every_verb_below_one_has_a_page_with_its_flags_and_examples() {
        let pages = pages();
        let page = |name: &str| {
            let found = pages.iter().find(|(n, _)| n == name);
            String::from_utf8(found.unwrap_or_else(|| panic!("no {name}")).1.clone()).unwrap()
        };
        let mut count = 1;
        for verb in Cli::command().get_subcommands() {
            let text = page(&format!("payrox-{}.1", verb.get_name()));
            assert!(text.contains("Examples:") && text.contains("rpc\\-url"), "{}", verb.get_name());
            count += 1 + verb.get_subcommands().count();
            for below in verb.get_subcommands() {
                page(&format!("payrox-{}-{}.1", verb.get_name(), below.get_name()));
            }
        }
        assert_eq!(pages.len(), count);
        assert_eq!(pages[0].0, "payrox.1");
        assert!(page("payrox.1").contains(".TH payrox 1"));
    }
}
