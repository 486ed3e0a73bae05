//! What a signer's device shows, and commands of other tools that compute each of it again.

use crate::{ReviewError, calls::ShownCall};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use payrox_model::abi;
use payrox_plan::Plan;
use serde::Serialize;
use std::{borrow::Cow, fmt, str::FromStr};

sol! {
    /// What the owners of a Safe sign, the same for 1.3.0 and 1.4.1.
    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }
}

/// A version of the Safe whose hashes are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum SafeVersion {
    /// Domain of chain and address.
    #[serde(rename = "1.3.0")]
    V1_3_0,
    /// The same.
    #[serde(rename = "1.4.1")]
    V1_4_1,
}

impl FromStr for SafeVersion {
    type Err = ReviewError;
    fn from_str(text: &str) -> Result<Self, ReviewError> {
        match text {
            "1.3.0" => Ok(Self::V1_3_0),
            "1.4.1" => Ok(Self::V1_4_1),
            // Before 1.3.0 the domain had no chain.
            _ => Err(ReviewError::Safe {
                what: format!("version `{}` is not known", payrox_model::text::escape(text)),
            }),
        }
    }
}

impl fmt::Display for SafeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_3_0 => "1.3.0",
            Self::V1_4_1 => "1.4.1",
        })
    }
}

/// The Safe that is to make a plan's calls.
#[derive(Clone, Copy, Debug)]
pub struct Safe {
    /// Where it is.
    pub address: Address,
    /// The nonce of the first call.
    pub nonce: u64,
    /// Its version.
    pub version: SafeVersion,
}

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

/// What the owners of the Safe sign for one call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SafeTransaction {
    /// The step.
    pub step: String,
    /// The Safe.
    pub safe: Address,
    /// Its version.
    pub version: SafeVersion,
    /// Its nonce for this call.
    pub nonce: u64,
    /// Hash of domain: chain and Safe.
    pub domain_hash: B256,
    /// Hash of the message.
    pub message_hash: B256,
    /// What is signed.
    pub safe_tx_hash: B256,
}

/// Everything for signers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignerView {
    /// Hash of the plan's domain: name, version, chain and dispatcher.
    pub domain_hash: B256,
    /// Hash of the plan as a struct.
    pub struct_hash: B256,
    /// The plan id.
    pub digest: B256,
    /// The calls that need a role, as transactions.
    pub transactions: Vec<RawTransaction>,
    /// The same through a Safe.
    pub safe: Vec<SafeTransaction>,
    /// Every value once more, with what computes it.
    pub lines: Vec<Line>,
}

const DOMAIN: &str = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const SAFE_DOMAIN: &str = "EIP712Domain(uint256 chainId,address verifyingContract)";

/// What signers see of a plan.
pub fn signer_view(plan: &Plan, calls: &[ShownCall], safe: Option<Safe>) -> SignerView {
    let domain = Eip712Domain {
        name: Some(Cow::Borrowed("PayRox")),
        version: Some(Cow::Borrowed("1")),
        chain_id: Some(U256::from(plan.chain_id.0)),
        verifying_contract: Some(plan.addresses.dispatcher),
        salt: None,
    };
    let onchain = abi::Plan::from(&plan.onchain);
    let governed: Vec<_> = calls.iter().filter(|c| c.to == plan.addresses.dispatcher).collect();
    let mut view = SignerView {
        domain_hash: domain.hash_struct(),
        struct_hash: onchain.eip712_hash_struct(),
        digest: onchain.eip712_signing_hash(&domain),
        transactions: governed.iter().map(|call| raw(call)).collect(),
        safe: Vec::new(),
        lines: Vec::new(),
    };
    view.lines = plan_lines(plan, &view);
    view.lines.extend(facet_lines(plan));
    view.lines.extend(governed.iter().map(|call| data_line(call)));
    for (nonce, call) in safe.iter().flat_map(|safe| (safe.nonce..).zip(&governed)) {
        if let Some(safe) = safe {
            let transaction = through(plan, call, safe, nonce);
            view.lines.extend(safe_lines(plan, call, &transaction));
            view.safe.push(transaction);
        }
    }
    view
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

fn through(plan: &Plan, call: &ShownCall, safe: Safe, nonce: u64) -> SafeTransaction {
    let domain = Eip712Domain {
        chain_id: Some(U256::from(plan.chain_id.0)),
        verifying_contract: Some(safe.address),
        ..Eip712Domain::default()
    };
    let message = SafeTx {
        to: call.to,
        value: call.value,
        data: call.data.clone(),
        operation: 0,
        safeTxGas: U256::ZERO,
        baseGas: U256::ZERO,
        gasPrice: U256::ZERO,
        gasToken: Address::ZERO,
        refundReceiver: Address::ZERO,
        nonce: U256::from(nonce),
    };
    SafeTransaction {
        step: call.step.clone(),
        safe: safe.address,
        version: safe.version,
        nonce,
        domain_hash: domain.hash_struct(),
        message_hash: message.eip712_hash_struct(),
        safe_tx_hash: message.eip712_signing_hash(&domain),
    }
}

fn line(name: impl Into<String>, value: impl ToString, command: String) -> Line {
    Line { name: name.into(), value: value.to_string(), command }
}

fn digest_line(name: String, value: B256, domain: B256, message: B256) -> Line {
    line(name, value, format!("cast keccak $(cast concat-hex 0x1901 {domain} {message})"))
}

fn plan_lines(plan: &Plan, view: &SignerView) -> Vec<Line> {
    let ty = abi::Plan::eip712_root_type();
    let types = member_types(&ty);
    let members = "[.router,.epoch,.parent,.manifest,.root,.routes,.initTarget,.initCodeHash,.initDataHash,.notBefore,.window,.undoFor,.floor]";
    let canonical = r#"jq -S 'del(.contentHash)' "$plan""#;
    vec![
        line("content hash", plan.content_hash, format!("echo 0x$({canonical} | sha256sum | cut -c1-64)")),
        line(
            "domain hash",
            view.domain_hash,
            format!(
                r#"cast keccak $(cast abi-encode 'f(bytes32,bytes32,bytes32,uint256,address)' $(cast keccak '{DOMAIN}') $(cast keccak PayRox) $(cast keccak 1) $(jq -r '.chainId,.addresses.dispatcher' "$plan"))"#
            ),
        ),
        line(
            "struct hash",
            view.struct_hash,
            format!(
                r#"cast keccak $(cast abi-encode 'f(bytes32,{types})' $(cast keccak '{ty}') $(jq -r '.onchain|{members}|.[]' "$plan"))"#
            ),
        ),
        digest_line("plan id".into(), view.digest, view.domain_hash, view.struct_hash),
        line("Merkle root", plan.root, root_command()),
        line(
            "manifest bytes",
            keccak256(&plan.manifest.bytes),
            r#"cast keccak $(jq -r .manifest.bytes "$plan")"#.into(),
        ),
    ]
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
    for facet in &plan.facets {
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
