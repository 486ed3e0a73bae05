//! What a signer's device shows, and commands of other tools that compute each of it again.

use crate::{
    ReviewError,
    calls::ShownCall,
    safe::{Safe, SafeTransaction, SafeTx, may, through},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct as _};
use payrox_model::abi;
use payrox_plan::{DiamondPart, Plan, PlannedFacet};
use serde::Serialize;
use std::{borrow::Cow, path::Path};

/// A value, and a line of a shell that prints it. `$plan` is the plan's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// What the line must print.
    pub value: String,
    /// cast, jq and nothing else but the shell.
    pub command: String,
}

/// What is sent as a transaction of an account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RawTransaction {
    /// The step.
    pub step: String,
    /// Who may send it.
    pub sender: String,
    /// Callee.
    pub to: Address,
    /// Ether.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Known only when it is sent.
    pub nonce: &'static str,
}

/// Everything for signers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignerView {
    /// Hash of the plan's domain: name, version, chain and dispatcher. Nothing for a diamond, whose plan is no typed data.
    pub domain_hash: Option<B256>,
    /// Hash of the plan as a struct; likewise.
    pub struct_hash: Option<B256>,
    /// The plan id where it is the hash of typed data.
    pub digest: Option<B256>,
    /// The steps that need a role, as transactions.
    pub transactions: Vec<RawTransaction>,
    /// Those of them that the Safe may make, from its nonce on.
    pub safe: Vec<SafeTransaction>,
    /// What is not signed now.
    pub way_back: WayBack,
    /// The line that names the plan's file.
    pub file: String,
    /// Every value once more, with what computes it.
    pub lines: Vec<Line>,
}

/// The way back: for another day, instead of the steps and not after them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WayBack {
    /// Its calls as transactions.
    pub transactions: Vec<RawTransaction>,
    /// Those that the Safe may make, if its nonce is then the one that was given.
    pub safe: Vec<SafeTransaction>,
}

const DOMAIN: &str = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const SAFE_DOMAIN: &str = "EIP712Domain(uint256 chainId,address verifyingContract)";

/// What signers see of a plan that was read from a file.
///
/// # Errors
/// When the Safe holds no role by which it could make any of the calls.
pub fn signer_view(
    plan: &Plan,
    file: &Path,
    calls: &[ShownCall],
    safe: Option<Safe>,
) -> Result<SignerView, ReviewError> {
    let domain = Eip712Domain {
        name: Some(Cow::Borrowed("PayRox")),
        version: Some(Cow::Borrowed("1")),
        chain_id: Some(U256::from(plan.chain_id.0)),
        verifying_contract: Some(plan.addresses.dispatcher),
        salt: None,
    };
    let onchain = abi::Plan::from(&plan.onchain);
    let typed = plan.diamond.is_none();
    let governed: Vec<_> = calls.iter().filter(|c| c.to == plan.addresses.dispatcher).collect();
    let (back, forward): (Vec<&ShownCall>, Vec<&ShownCall>) = governed.iter().partition(|c| c.back);
    let mut view = SignerView {
        domain_hash: typed.then(|| domain.hash_struct()),
        struct_hash: typed.then(|| onchain.eip712_hash_struct()),
        digest: typed.then(|| onchain.eip712_signing_hash(&domain)),
        transactions: forward.iter().map(|call| raw(call)).collect(),
        safe: Vec::new(),
        way_back: WayBack { transactions: back.iter().map(|call| raw(call)).collect(), safe: Vec::new() },
        file: format!("plan={}", quoted(file)),
        lines: Vec::new(),
    };
    view.lines = plan_lines(plan);
    view.lines.extend(typed_lines(&view).into_iter().flatten());
    if let Some(part) = &plan.diamond {
        view.lines.push(cuts_line(plan, part));
    }
    view.lines.extend(facet_lines(plan));
    view.lines.extend(governed.iter().map(|call| data_line(call)));
    let Some(safe) = safe else { return Ok(view) };
    // Each way begins with the nonce that was given: who goes back does not go on.
    for (way, signed) in [(forward, &mut view.safe), (back, &mut view.way_back.safe)] {
        let own = way.into_iter().filter(|call| may(plan, safe.address, call.role));
        for (nonce, call) in (safe.nonce..).zip(own) {
            let transaction = through(plan, call, safe, nonce);
            view.lines.extend(safe_lines(plan, call, &transaction));
            signed.push(transaction);
        }
    }
    if view.safe.is_empty() && view.way_back.safe.is_empty() {
        let what = format!("{} has no role in this plan: it may make none of its calls", safe.address);
        return Err(ReviewError::Safe { what });
    }
    Ok(view)
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> String {
    let shown = payrox_model::text::escape(&path.display().to_string());
    match path.to_str() {
        Some(text) if text == shown => {
            // What begins with a dash would be a flag of jq.
            let dash = if text.starts_with('-') { "./" } else { "" };
            format!("'{dash}{}'", text.replace('\'', "'\\''"))
        }
        _ => format!("'' # the file whose name is {shown}"),
    }
}

fn raw(call: &ShownCall) -> RawTransaction {
    RawTransaction {
        step: call.step.clone(),
        sender: call.sender.clone(),
        to: call.to,
        value: call.value,
        data: call.data.clone(),
        nonce: "the sender's next",
    }
}

fn line(name: impl Into<String>, value: impl ToString, command: String) -> Line {
    Line { name: name.into(), value: value.to_string(), command }
}

fn digest_line(name: String, value: B256, domain: B256, message: B256) -> Line {
    line(name, value, format!("cast keccak $(cast concat-hex 0x1901 {domain} {message})"))
}

fn plan_lines(plan: &Plan) -> Vec<Line> {
    let canonical = r#"jq -S 'del(.contentHash)' "$plan""#;
    vec![
        line("content hash", plan.content_hash, format!("echo 0x$({canonical} | sha256sum | cut -c1-64)")),
        line("Merkle root", plan.root, root_command()),
        line(
            "manifest bytes",
            keccak256(&plan.manifest.bytes),
            r#"cast keccak $(jq -r .manifest.bytes "$plan")"#.into(),
        ),
    ]
}

/// The plan as typed data.
fn typed_lines(view: &SignerView) -> Option<[Line; 3]> {
    let (domain, message) = (view.domain_hash?, view.struct_hash?);
    let ty = abi::Plan::eip712_root_type();
    let types = member_types(&ty);
    let members = "[.router,.epoch,.parent,.manifest,.root,.routes,.initTarget,.initCodeHash,.initDataHash,.notBefore,.window,.undoFor,.floor]";
    Some([
        line(
            "domain hash",
            domain,
            format!(
                r#"cast keccak $(cast abi-encode 'f(bytes32,bytes32,bytes32,uint256,address)' $(cast keccak '{DOMAIN}') $(cast keccak PayRox) $(cast keccak 1) $(jq -r '.chainId,.addresses.dispatcher' "$plan"))"#
            ),
        ),
        line(
            "struct hash",
            message,
            format!(
                r#"cast keccak $(cast abi-encode 'f(bytes32,{types})' $(cast keccak '{ty}') $(jq -r '.onchain|{members}|.[]' "$plan"))"#
            ),
        ),
        digest_line("plan id".into(), view.digest?, domain, message),
    ])
}

/// The id of a diamond's plan: over chain, diamond, both roots and the calls.
fn cuts_line(plan: &Plan, part: &DiamondPart) -> Line {
    let cuts = r#"jq -r '.steps[]|select(.effect.kind=="cut").call.data' "$plan" | while read d; do cast keccak $d; done"#;
    line(
        "plan id",
        plan.plan_id,
        format!(
            r#"cast keccak $(cast concat-hex $(cast from-utf8 'payrox plan for a diamond, 1') $(cast to-uint256 {}) {} $(jq -r '.parent,.root' "$plan") $({cuts}))"#,
            plan.chain_id, part.address
        ),
    )
}

/// `address,uint64,…` of `Plan(address router,uint64 epoch,…)`.
fn member_types(ty: &str) -> String {
    let inner = ty.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    inner.split(',').filter_map(|member| member.split(' ').next()).collect::<Vec<_>>().join(",")
}

/// Leaves in route order, then pairs, an odd one carried up.
fn root_command() -> String {
    let routes = r#"jq -r '. as $p|.routes[]|(if .selector=="0x00000000" then $p.facets[0] else (.facet as $n|$p.facets[]|select(.name==$n)) end) as $f|"\(.selector) \($f.address) \($f.codeHash) \(.flags)"' "$plan""#;
    let leaf = "cast keccak $(cast concat-hex 0x00 $(cast keccak $(cast abi-encode 'f(bytes4,address,bytes32,uint8)' $r)))";
    let level = "set -- $l; l=; while [ $# -gt 1 ]; do l=\"$l $(cast keccak $(cast concat-hex 0x01 $1 $2))\"; shift 2; done; l=\"$l $1\"";
    format!(
        "l=$({routes} | while read r; do {leaf}; done); while [ $(echo $l | wc -w) -gt 1 ]; do {level}; done; echo $l"
    )
}

const DEPLOY: &str = "deployDeterministic(bytes32,bytes,bytes,bytes32)";

fn facet_lines(plan: &Plan) -> Vec<Line> {
    let mut lines = Vec::new();
    let brought = |facet: &&PlannedFacet| {
        plan.steps.iter().any(|s| s.call.is_some() && s.name == format!("facet {}", facet.name))
    };
    for facet in plan.facets.iter().filter(|facet| plan.diamond.is_none() || brought(facet)) {
        // A facet's name is an identifier: it needs no quotes of its own.
        let name = facet.name.as_str();
        lines.push(line(
            format!("init code {name}"),
            facet.init_code_hash,
            format!(
                r#"cast keccak $(cast concat-hex $(cast decode-calldata --json '{DEPLOY}' $(jq -r '.steps[]|select(.name=="facet {name}").call.data' "$plan") | jq -r '.[1],.[2]'))"#
            ),
        ));
        lines.push(line(
            format!("address {name}"),
            facet.address.to_checksum(None),
            format!(
                r#"cast to-check-sum-address 0x$(cast keccak $(cast concat-hex 0xff $(jq -r '.addresses.factory' "$plan") $(jq -r '.facets[]|select(.name=="{name}")|.salt,.initCodeHash' "$plan")) | cut -c27-)"#
            ),
        ));
    }
    lines
}

/// Where a call's data is in the plan.
fn data_query(call: &ShownCall) -> String {
    match call.step.strip_prefix("back ").and_then(|n| n.parse::<usize>().ok()) {
        Some(n) => format!(r#"jq -r '.inverse.calls[{}].data' "$plan""#, n.saturating_sub(1)),
        None => format!(r#"jq -r '.steps[]|select(.name=="{}").call.data' "$plan""#, call.step),
    }
}

fn data_line(call: &ShownCall) -> Line {
    line(format!("calldata {}", call.step), call.data_hash, format!("cast keccak $({})", data_query(call)))
}

fn safe_lines(plan: &Plan, call: &ShownCall, sent: &SafeTransaction) -> Vec<Line> {
    let ty = SafeTx::eip712_root_type();
    let zero = Address::ZERO;
    let SafeTransaction { safe, nonce, step, .. } = sent;
    let step = format!("{step}{}", if call.back { ", not now" } else { "" });
    let domain = format!(
        "cast keccak $(cast abi-encode 'f(bytes32,uint256,address)' $(cast keccak '{SAFE_DOMAIN}') {} {safe})",
        plan.chain_id
    );
    let message = format!(
        "cast keccak $(cast abi-encode 'f(bytes32,address,uint256,bytes32,uint8,uint256,uint256,uint256,address,address,uint256)' \
         $(cast keccak '{ty}') {} {} $(cast keccak $({})) 0 0 0 0 {zero} {zero} {nonce})",
        call.to,
        call.value,
        data_query(call)
    );
    vec![
        line(format!("Safe domain hash {step}"), sent.domain_hash, domain),
        line(format!("Safe message hash {step}"), sent.message_hash, message),
        digest_line(
            format!("Safe transaction hash {step}"),
            sent.safe_tx_hash,
            sent.domain_hash,
            sent.message_hash,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_b47_a_plans_file_is_one_word_of_the_shell_whatever_it_is_called() {
        for (path, word) in [
            ("plans/plan.json", "'plans/plan.json'"),
            ("it's $(x) \"a\".json", r#"'it'\''s $(x) "a".json'"#),
            ("-n", "'./-n'"),
        ] {
            assert_eq!(quoted(Path::new(path)), word);
        }
        assert!(quoted(Path::new("a\nb\u{1b}")).starts_with("'' # "));
    }
}
