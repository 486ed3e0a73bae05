//! The journal under crashes, damage and mix-ups.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "damage is done by hand")]

use alloy_primitives::{Address, B256, Bytes, keccak256};
use payrox_journal::{
    ContractInfo, Ending, History, Identity, Journal, JournalError, Placed, Record, render,
};
use payrox_model::{ChainId, CodeHash, Epoch, Gas, PlanId};
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const IDENTITY: Identity = Identity { chain_id: ChainId(31338), system: Address::repeat_byte(0xd1) };

fn run(plan: u8) -> Record {
    Record::Run {
        command: "run".into(),
        network: "local".parse().unwrap(),
        plan: B256::repeat_byte(plan),
        plan_id: PlanId(B256::repeat_byte(plan)),
        epoch: Epoch(1),
    }
}

fn intent(tx: u8) -> Record {
    Record::Intent {
        step: format!("step {tx}"),
        plan: B256::repeat_byte(1),
        from: Address::repeat_byte(9),
        nonce: u64::from(tx),
        to: Address::repeat_byte(8),
        gas: Gas(21_000),
        tx: B256::repeat_byte(tx),
        replaces: None,
    }
}

fn done(name: &str, tx: u8, address: u8) -> Record {
    Record::Done {
        step: format!("step {tx}"),
        tx: B256::repeat_byte(tx),
        block: u64::from(tx),
        block_hash: B256::ZERO,
        gas_used: Gas(21_000),
        placed: vec![placed(name, address)],
    }
}

fn placed(name: &str, address: u8) -> Placed {
    Placed {
        name: name.into(),
        address: Address::repeat_byte(address),
        code_hash: CodeHash::of(&[address]),
        constructor_args: Bytes::new(),
    }
}

fn open(project: &Path) -> Result<(Journal, History), JournalError> {
    Journal::open(project, IDENTITY)
}

/// A journal of a finished run; gives its file.
fn written(project: &Path) -> PathBuf {
    let (mut journal, _) = open(project).unwrap();
    journal.append(&[run(1), intent(1), done("Payments", 1, 5)]).unwrap();
    journal.append(&[Record::Finished { ending: Ending::Complete }]).unwrap();
    journal.sync().unwrap();
    journal.path().to_owned()
}

#[test]
fn what_was_written_is_read_and_each_line_names_the_hash_of_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path());
    let text = fs::read_to_string(&path).unwrap();
    let mut prev = B256::ZERO;
    for (seq, line) in text.lines().enumerate() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["seq"], seq);
        assert_eq!(value["prev"], format!("{prev:#x}"));
        prev = keccak256(line);
    }
    let (mut journal, history) = open(dir.path()).unwrap();
    assert_eq!(history.records().count(), 5);
    journal.append(&[intent(2)]).unwrap();
    drop(journal);
    let history = History::read(dir.path(), IDENTITY).unwrap();
    assert_eq!(history.open_intents().iter().map(|i| i.nonce).collect::<Vec<_>>(), [2]);
}

#[test]
fn prx_b02_a_torn_last_line_is_cut_off_and_everything_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path());
    let whole = fs::read(&path).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|b| *b == b'\n').unwrap() + 1;

    for length in last + 1..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let (_, history) = open(dir.path()).unwrap();
        assert_eq!((history.records().count(), history.torn), (4, (length - last) as u64));
        assert_eq!(fs::read(&path).unwrap(), whole[..last], "the torn line is gone");
    }

    let lines: Vec<_> = whole.split_inclusive(|b| *b == b'\n').collect();
    let without = |skip: usize| {
        lines.iter().enumerate().filter(|(i, _)| *i != skip).map(|(_, l)| *l).collect::<Vec<_>>().concat()
    };
    let swapped = [lines[0], lines[2], lines[1], lines[3], lines[4]].concat();
    let doubled = [lines[0], lines[1], lines[1], lines[2], lines[3], lines[4]].concat();
    for damaged in [without(0), without(2), swapped, doubled] {
        fs::write(&path, damaged).unwrap();
        assert!(matches!(open(dir.path()), Err(JournalError::Damaged { .. })));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn prx_b02_a_flipped_bit_is_found(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let dir = tempfile::tempdir().unwrap();
        let path = written(dir.path());
        let mut bytes = fs::read(&path).unwrap();
        // The end of the last line is all that can hide: without its line break it is a torn line. Its hash is in no
        // other line either, so what is not JSON of a record is found and the rest is what was never acted upon.
        let last = bytes[..bytes.len() - 1].iter().rposition(|b| *b == b'\n').unwrap();
        let at = at.index(last);
        bytes[at] ^= 1 << bit;
        fs::write(&path, bytes).unwrap();
        let found = matches!(open(dir.path()), Err(JournalError::Damaged { .. } | JournalError::Version { .. }));
        prop_assert!(found);
    }
}

#[test]
fn prx_b48_prx_b49_a_name_with_a_path_or_an_escape_in_it_is_refused_and_no_file_is_made_of_it() {
    for name in [
        "../../evil",
        "/tmp/evil",
        "a/b",
        "",
        "C:evil",
        "evil\u{1b}[2J",
        "e\u{202e}vil",
        "a\0b",
        &"x".repeat(65),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(dir.path()).unwrap();
        journal.append(&[run(1), done(name, 1, 5)]).unwrap();
        drop(journal);
        let Err(error) = open(dir.path()) else { panic!("{name:?}") };
        assert!(matches!(error, JournalError::Damaged { line: 3, .. }), "{name:?}: {error}");
        let shown = error.to_string();
        assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}'), "{shown:?}");
    }
}

#[test]
fn prx_b07_a_journal_of_a_newer_version_another_chain_system_or_plan_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path());
    let other = Identity { system: Address::repeat_byte(7), ..IDENTITY };
    assert!(matches!(Journal::open(dir.path(), other), Err(JournalError::OtherSystem { .. })));

    let moved = dir.path().join("journal/1/x.jsonl");
    fs::create_dir_all(moved.parent().unwrap()).unwrap();
    fs::copy(&path, &moved).unwrap();
    let mainnet = Identity { chain_id: ChainId(1), ..IDENTITY };
    assert!(matches!(Journal::open(dir.path(), mainnet), Err(JournalError::OtherChain { found: 31338, .. })));

    let (mut journal, history) = open(dir.path()).unwrap();
    assert!(history.unfinished().is_empty());
    journal.append(&[run(2)]).unwrap();
    drop(journal);
    let unfinished = History::read(dir.path(), IDENTITY).unwrap().unfinished();
    assert_eq!(unfinished.iter().map(|u| u.plan).collect::<Vec<_>>(), [B256::repeat_byte(2)]);

    let text = fs::read_to_string(&path).unwrap().replacen("\"version\":2", "\"version\":3,\"new\":{}", 1);
    fs::write(&path, text).unwrap();
    assert!(matches!(open(dir.path()), Err(JournalError::Version { found: 3, known: 2, .. })));
}

#[test]
fn prx_b04_a_second_run_at_the_same_time_is_refused_and_a_dead_one_is_not_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).unwrap();
    assert!(matches!(open(dir.path()), Err(JournalError::Locked { .. })));
    drop(first);
    open(dir.path()).unwrap();
}

#[test]
fn prx_b03_what_does_not_fit_on_the_disk_is_an_error_and_what_is_there_stays_good() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    journal.leave_room(2);
    let failed = journal.append(&[run(1), intent(1), intent(2)]).unwrap_err();
    assert!(matches!(failed, JournalError::Write { .. }));
    drop(journal);
    assert_eq!(History::read(dir.path(), IDENTITY).unwrap().records().count(), 3);
}

#[cfg(unix)]
#[test]
fn prx_b45_signed_transactions_are_kept_from_other_users_and_out_of_the_public_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    let raw = Bytes::from_static(&[0x02, 0xde, 0xad, 0xbe, 0xef]);
    let tx = keccak256(&raw);
    journal.keep_signed(&[(tx, raw.clone()), (B256::repeat_byte(3), raw.clone())]).unwrap();
    assert_eq!(journal.signed(tx), Some(raw));
    assert_eq!(
        journal.signed(B256::repeat_byte(3)),
        None,
        "bytes that are not the transaction's are not given out"
    );
    let public = fs::read_to_string(journal.path()).unwrap();
    assert!(!public.contains("02deadbeef"));
    let hidden = dir.path().join(".payrox/journal/31338");
    let file = fs::read_dir(hidden)
        .unwrap()
        .map(|e| e.unwrap())
        .find(|e| e.file_name().to_string_lossy().contains("signed"));
    assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn prx_b02_b18_what_a_crash_tore_does_not_take_the_next_signed_transaction_with_it() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()).unwrap());
    let hidden = dir.path().join(".payrox/journal/31338");
    let writer = fs::read_to_string(hidden.join("writer")).unwrap();
    fs::write(hidden.join(format!("{writer}.signed.jsonl")), r#"{"tx":"0x12"#).unwrap();
    let raw = Bytes::from_static(&[0x02, 0xbe, 0xef]);
    let tx = keccak256(&raw);
    open(dir.path()).unwrap().0.keep_signed(&[(tx, raw.clone())]).unwrap();
    assert_eq!(open(dir.path()).unwrap().0.signed(tx), Some(raw));
}

#[test]
fn prx_d10_log_and_deployments_are_rendered_from_the_journal_with_the_same_bytes_each_time() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let contracts = BTreeMap::from([(
        "Payments".to_owned(),
        ContractInfo { abi: serde_json::json!([]), input_hash: Some(B256::repeat_byte(4)) },
    )]);
    let history = History::read(dir.path(), IDENTITY).unwrap();
    let files = render(dir.path(), IDENTITY.chain_id, &history, &contracts).unwrap();
    let json = dir.path().join("deployments/31338/Payments.json");
    let log = dir.path().join("deployment-log.txt");
    assert_eq!(files, [json.clone(), log.clone()]);
    assert_eq!(fs::read_to_string(&log).unwrap(), format!("Payments: {}\n", Address::repeat_byte(5)));
    let value: serde_json::Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!(value["transaction"], format!("{:#x}", B256::repeat_byte(1)));
    assert_eq!(value["block"], 1);

    // Found again later, without a transaction: what is known stays. At another address: it is another contract.
    let (mut journal, _) = open(dir.path()).unwrap();
    let found = |address| Record::Found {
        step: "x".into(),
        reason: "there".into(),
        placed: vec![placed("Payments", address)],
    };
    journal.append(&[found(5)]).unwrap();
    let history = History::read(dir.path(), IDENTITY).unwrap();
    assert!(
        render(dir.path(), IDENTITY.chain_id, &history, &contracts).unwrap().is_empty(),
        "nothing changed"
    );
    journal.append(&[found(6)]).unwrap();
    let history = History::read(dir.path(), IDENTITY).unwrap();
    assert_eq!(render(dir.path(), IDENTITY.chain_id, &history, &contracts).unwrap().len(), 2);
    assert_eq!(fs::read_to_string(&log).unwrap(), format!("Payments: {}\n", Address::repeat_byte(6)));
}

#[test]
fn the_log_of_a_second_chain_stands_beside_that_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let history = History::read(dir.path(), IDENTITY).unwrap();
    render(dir.path(), IDENTITY.chain_id, &history, &BTreeMap::new()).unwrap();
    render(dir.path(), ChainId(1), &history, &BTreeMap::new()).unwrap();
    let line = format!("Payments: {}\n", Address::repeat_byte(5));
    let log = fs::read_to_string(dir.path().join("deployment-log.txt")).unwrap();
    assert_eq!(log, format!("# chain 1\n{line}\n# chain 31338\n{line}"));

    // What is no record is passed over, and nobody's folder is a chain.
    fs::write(dir.path().join("deployments/1/Other.json"), "{").unwrap();
    fs::create_dir(dir.path().join("deployments/old")).unwrap();
    assert!(render(dir.path(), ChainId(1), &history, &BTreeMap::new()).unwrap().is_empty());
}

/// A file as the first version wrote it: another version in its first line, and the hashes that follow from that.
fn as_version_1(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let (mut out, mut prev) = (String::new(), B256::ZERO);
    for line in text.lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["prev"] = serde_json::json!(prev);
        if line["kind"] == "opened" {
            line["version"] = 1.into();
        }
        let line = line.to_string();
        prev = keccak256(&line);
        out.push_str(&line);
        out.push('\n');
    }
    fs::write(path, out).unwrap();
}

#[test]
fn prx_b07_a_file_of_the_first_version_is_read_and_never_added_to() {
    let dir = tempfile::tempdir().unwrap();
    let old = {
        let (mut journal, _) = open(dir.path()).unwrap();
        journal.keep_signed(&[(keccak256([7]), Bytes::from_static(&[7]))]).unwrap();
        journal.append(&[run(1), intent(1)]).unwrap();
        journal.path().to_owned()
    };
    as_version_1(&old);
    let before = fs::read(&old).unwrap();
    let (mut journal, history) = open(dir.path()).unwrap();
    assert_eq!(history.open_intents().len(), 1);
    assert_ne!(journal.path(), old, "a new file under a new name");
    journal
        .append(&[
            done("Payments", 1, 5),
            Record::Final { plan: B256::repeat_byte(1), block: 9, block_hash: B256::ZERO },
        ])
        .unwrap();
    assert_eq!(
        journal.signed(keccak256([7])),
        Some(Bytes::from_static(&[7])),
        "what was signed before is found"
    );
    drop(journal);
    assert_eq!(fs::read(&old).unwrap(), before);
    let (_, history) = open(dir.path()).unwrap();
    assert!(history.open_intents().is_empty() && history.files.len() == 2);
}

#[test]
fn prx_d13_a_transaction_that_was_taken_out_of_its_block_is_open_again_until_it_is_in_another() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    let tx = B256::repeat_byte(1);
    let unwound = Record::Unwound { step: "step 1".into(), tx, block: 1, block_hash: B256::ZERO };
    let open_after = |journal: &mut Journal, record: Record| {
        journal.append(&[record]).unwrap();
        let history = History::read(dir.path(), IDENTITY).unwrap();
        (history.open_intents().len(), history.landed().len())
    };
    assert_eq!(open_after(&mut journal, intent(1)), (1, 0));
    assert_eq!(open_after(&mut journal, done("Payments", 1, 5)), (0, 1));
    assert_eq!(open_after(&mut journal, unwound), (1, 0));
    assert_eq!(open_after(&mut journal, done("Payments", 1, 5)), (0, 1));
}

#[test]
fn prx_b25_a_step_has_failed_until_something_is_meant_for_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path()).unwrap();
    let plan = B256::repeat_byte(1);
    let failed = |tx: u8| Record::Failed {
        step: format!("step {tx}"),
        tx: B256::repeat_byte(tx),
        reason: "Frozen()".into(),
    };
    journal.append(&[intent(1), failed(1), intent(2), failed(2), done("Payments", 2, 5)]).unwrap();
    let history = History::read(dir.path(), IDENTITY).unwrap();
    assert_eq!(history.failed(plan).keys().collect::<Vec<_>>(), [&"step 1"]);
    assert!(history.failed(B256::repeat_byte(2)).is_empty(), "of another plan");
    journal.append(&[intent(1)]).unwrap();
    assert!(History::read(dir.path(), IDENTITY).unwrap().failed(plan).is_empty());
}
