//! The project and network file of an adopted diamond.

use super::{Adopted, AdoptedFacet};
use payrox_model::Name;
use std::fmt::Write as _;

/// `payrox.toml`.
pub fn project_file(adopted: &Adopted, name: &Name, artifacts: Option<&str>) -> String {
    let mut text = format!(
        "# The diamond {} as it was at block {} of chain {}.\nversion = 1\nname = \"{name}\"\n",
        adopted.diamond, adopted.block, adopted.chain_id
    );
    if let Some(path) = artifacts {
        let _ = write!(text, "\n[artifacts]\npath = {}\n", quoted(path));
    }
    if let Some(compiler) = compilers(adopted).last() {
        let _ = write!(text, "\n[compiler]\nversion = {}\n", quoted(compiler));
    }
    text.push_str("\n[system]\ntarget = \"eip2535\"\n");
    for facet in &adopted.facets {
        text.push_str(&match &facet.contract {
            Some(contract) => {
                let mut text = format!(
                    "\n[[facets]]\nname = \"{}\"\ncontract = {}\n",
                    facet.name,
                    quoted(&contract.contract)
                );
                if !contract.exclude.is_empty() {
                    let _ = writeln!(text, "# not routed to it");
                    let _ = writeln!(text, "exclude = {}", list(contract.exclude.iter().map(String::as_str)));
                }
                text
            }
            None => kept(adopted, facet),
        });
    }
    text
}

/// The compilers of the facets, each once, the newest last.
pub(super) fn compilers(adopted: &Adopted) -> Vec<&str> {
    let all = adopted.facets.iter().filter_map(|f| f.contract.as_ref()?.compiler.as_deref());
    ascending(all)
}

fn ascending<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all: Vec<_> = all.collect();
    // As numbers: as text 0.8.9 would come after 0.8.30.
    all.sort_by_key(|version| {
        (version.split('.').map(|n| n.parse().unwrap_or(0)).collect::<Vec<u64>>(), *version)
    });
    all.dedup();
    all
}

fn kept(adopted: &Adopted, facet: &AdoptedFacet) -> String {
    let what = match facet.address == adopted.diamond {
        true => "# the diamond's own functions: no cut changes them\n",
        false => "# no artifact has its code: it stays as it is\n",
    };
    let names =
        facet.functions.iter().map(|(selector, name)| name.clone().unwrap_or_else(|| selector.to_string()));
    let names: Vec<String> = names.collect();
    format!(
        "\n{what}[[kept]]\nname = \"{}\"\nfunctions = {}\n",
        facet.name,
        list(names.iter().map(String::as_str))
    )
}

/// `networks/<name>.toml`; `extends` where the name is that of a network that comes with payrox.
pub fn network_file(adopted: &Adopted, name: &Name, extends: bool) -> String {
    let mut text = format!("version = 1\nname = \"{name}\"\n");
    if extends {
        let _ = writeln!(text, "extends = \"{name}\"");
    }
    let _ = write!(
        text,
        "chain_id = {}\n# where the diamond was read: it proves that the chain is the same\nknown_block = {{ number = {}, hash = \"{:#x}\" }}\n\ndiamond = \"{}\"\n",
        adopted.chain_id, adopted.block, adopted.block_hash, adopted.diamond
    );
    match adopted.state.owner.filter(|owner| !owner.is_zero()) {
        Some(owner) => {
            let what = if adopted.state.owner_is_contract { "a contract" } else { "a key" };
            let _ = write!(text, "\n# {what}; it signs every cut\n[roles]\nowner = \"{owner}\"\n");
        }
        None => text.push_str(
            "\n# The diamond does not say who may cut: write it here.\n# [roles]\n# owner = \"0x…\"\n",
        ),
    }
    text.push_str("\n# where each facet stood; one whose code is still this stays there\n[live]\n");
    for facet in &adopted.facets {
        let _ = writeln!(text, "{} = \"{}\"", facet.name, facet.address);
    }
    text
}

/// A TOML string; what is in it came from a chain or a file.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let lines: String = items.map(|item| format!("  {},\n", quoted(item))).collect();
    format!("[\n{lines}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_o01_compilers_are_compared_as_versions_and_not_as_text() {
        let found = ascending(["0.8.30", "0.8.9", "0.10.0", "0.8.30", "0.8.19"].into_iter());
        assert_eq!(found, ["0.8.9", "0.8.19", "0.8.30", "0.10.0"]);
    }

    #[test]
    fn prx_o01_text_of_others_cannot_leave_its_quotes() {
        assert_eq!(quoted("a\"\n[x]\\"), "\"a\\\"\\u000a[x]\\\\\"");
    }
}
