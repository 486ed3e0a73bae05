//! A line of the journal and a contract's record against their schemas.
#![cfg(test)]

use alloy_primitives::{Address, B256, Bytes};
use payrox_conforms::{conforms, mutations};
use payrox_files::read_text;
use payrox_journal::{
    ContractInfo, Ending, History, Identity, Journal, Placed, Record, deployment_schema, line_schema, render,
};
use payrox_model::{ChainId, CodeHash, Epoch, Gas, PlanId};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

const IDENTITY: Identity = Identity { chain_id: ChainId(31338), system: Address::repeat_byte(0xd1) };
const WORD: B256 = B256::repeat_byte(0xab);

fn placed() -> Vec<Placed> {
    let code_hash = CodeHash::of(&[1]);
    let constructor_args = Bytes::from_static(&[0xab]);
    vec![Placed { name: "Payments".into(), address: Address::repeat_byte(5), code_hash, constructor_args }]
}

/// Each record that is written after the first line, with and without what may be absent. A new one makes `rank` not compile.
fn records() -> Vec<Record> {
    let (step, plan, tx, from) = ("facet Payments".to_owned(), WORD, WORD, Address::repeat_byte(9));
    let (gas, reason) = (Gas(21_000), "why".to_owned());
    let intent = |replaces| {
        let (step, to) = (step.clone(), Address::repeat_byte(8));
        Record::Intent { step, plan, from, nonce: 3, to, gas, tx, replaces }
    };
    vec![
        Record::Run {
            command: "run".into(),
            network: "local".parse().unwrap(),
            plan,
            plan_id: PlanId(WORD),
            epoch: Epoch(1),
        },
        Record::Cleared { plan, artifacts: WORD, chain_id: ChainId(31338), steps: 23, gas },
        Record::Found { step: step.clone(), reason: reason.clone(), placed: placed() },
        intent(None),
        intent(Some(WORD)),
        Record::Sent { txs: vec![WORD] },
        Record::Done { step: step.clone(), tx, block: 7, block_hash: WORD, gas_used: gas, placed: placed() },
        Record::Failed { step: step.clone(), tx, reason: reason.clone() },
        Record::Dropped { tx, reason },
        Record::Replaced { tx, by: None },
        Record::Replaced { tx, by: Some(WORD) },
        Record::Unwound { step, tx, block: 7, block_hash: WORD },
        Record::Final { plan, block: 7, block_hash: WORD },
        Record::TimeSkipped { seconds: 60 },
        Record::Finished { ending: Ending::Complete },
        Record::Finished { ending: Ending::Waiting },
        Record::Finished { ending: Ending::Refused },
        Record::Finished { ending: Ending::Failed },
    ]
}

fn rank(record: &Record) -> usize {
    match record {
        Record::Opened { .. } => 0,
        Record::Run { .. } => 1,
        Record::Cleared { .. } => 2,
        Record::Found { .. } => 3,
        Record::Intent { .. } => 4,
        Record::Sent { .. } => 5,
        Record::Done { .. } => 6,
        Record::Failed { .. } => 7,
        Record::Dropped { .. } => 8,
        Record::Replaced { .. } => 9,
        Record::Unwound { .. } => 10,
        Record::Final { .. } => 11,
        Record::TimeSkipped { .. } => 12,
        Record::Finished { .. } => 13,
    }
}

/// The lines of a journal with every record.
fn lines(project: &Path) -> Vec<Value> {
    let (mut journal, _) = Journal::open(project, IDENTITY).unwrap();
    journal.append(&records()).unwrap();
    journal.sync().unwrap();
    let text = read_text(journal.path(), 1 << 20).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_schema_accepts_every_record_and_nothing_with_a_field_more_or_less() {
    let mut ranks: Vec<_> = records().iter().map(rank).collect();
    ranks.dedup();
    assert_eq!(ranks, (1..=13).collect::<Vec<_>>(), "a record is missing here");
    let (dir, schema) = (tempfile::tempdir().unwrap(), line_schema());
    let lines = lines(dir.path());
    assert_eq!(lines.len(), records().len() + 1);
    for line in lines {
        assert_eq!(conforms(&schema, &line), Ok(()));
        for (what, spoiled) in mutations(&line) {
            let absent = line["kind"] == "intent" && what == ": without replaces";
            assert_eq!(conforms(&schema, &spoiled).is_ok(), absent, "{}{what}", line["kind"]);
        }
        let mut upper = line.clone();
        upper["prev"] = json!(format!("0x{}", "AB".repeat(32)));
        assert!(conforms(&schema, &upper).is_err(), "{upper}");
    }
}

#[test]
fn the_schema_accepts_a_contracts_record_and_nothing_with_a_field_more_or_less() {
    let dir = tempfile::tempdir().unwrap();
    lines(dir.path());
    let history = History::read(dir.path(), IDENTITY).unwrap();
    let schema = deployment_schema();
    let abi = json!([{ "type": "function", "name": "pay", "inputs": [], "outputs": [], "stateMutability": "payable" }]);
    let known = ContractInfo { abi, input_hash: Some(WORD) };
    for contracts in [BTreeMap::new(), BTreeMap::from([("Payments".to_owned(), known)])] {
        let written = render(dir.path(), IDENTITY.chain_id, &history, &contracts).unwrap();
        let file = written.iter().find(|path| path.ends_with("deployments/31338/Payments.json")).unwrap();
        let record: Value = serde_json::from_str(&read_text(file, 1 << 20).unwrap()).unwrap();
        assert_eq!(conforms(&schema, &record), Ok(()));
        // What is in an ABI is Solidity's.
        for (what, spoiled) in mutations(&record).into_iter().filter(|(what, _)| !what.starts_with("/abi")) {
            assert!(conforms(&schema, &spoiled).is_err(), "{what}");
        }
    }
}
