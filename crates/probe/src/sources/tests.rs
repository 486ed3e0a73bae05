//! What an explorer shows, against what was planned.

use super::{
    Ledger, LedgerError,
    judge::{self, OTHER_CODE, OTHER_SOURCES},
    subject::{Compiled, Subject, What, text_hash},
};
use alloy_primitives::{Address, B256, Bytes, bytes};
use payrox_chain::explorers::{Listing, Quality, Submission};
use payrox_model::{ChainId, CodeHash, Verdict};
use std::sync::Arc;

const CODE: Bytes = bytes!("6001600055");

fn compiled() -> Compiled {
    let submission = Submission {
        address: Address::ZERO,
        contract: "src/A.sol:A".into(),
        compiler: "0.8.30+commit.73712a01".into(),
        input: "{}".into(),
        arguments: bytes!("01"),
        created_by: None,
    };
    let texts = ["contract A {}\n", "library L {}\n"].map(text_hash).into_iter().collect();
    Compiled { submission: Some(submission), texts: Arc::new(texts), input: B256::ZERO }
}

fn subject() -> Subject {
    Subject {
        name: "A".into(),
        contract: "src/A.sol:A".into(),
        address: Address::ZERO,
        code_hash: CodeHash::of(&CODE),
        what: What::Compiled(Box::new(compiled())),
    }
}

fn good() -> Listing {
    Listing {
        quality: Quality::Partial,
        code: Some(CODE),
        changed: false,
        contract: Some("A".into()),
        compiler: Some("0.8.30+commit.73712a01".into()),
        arguments: Some(bytes!("01")),
        sources: vec!["contract A {}\r\n".into(), "library L {}".into()],
    }
}

#[test]
fn prx_b42_verified_counts_only_for_this_code_and_these_sources() {
    let opinion = |listing: &Listing| judge::listing(&subject(), &compiled(), listing);
    assert_eq!(opinion(&good()).verdict, Verdict::Pass);
    let silent = Listing { code: None, contract: None, compiler: None, arguments: None, ..good() };
    assert_eq!(opinion(&silent).verdict, Verdict::Pass, "what is not told cannot differ");
    let path = Listing { contract: Some("src/A.sol:A".into()), ..good() };
    assert_eq!(opinion(&path).verdict, Verdict::Pass);
    let wrong = [
        (OTHER_CODE, Listing { code: Some(bytes!("6002600055")), ..good() }),
        (OTHER_CODE, Listing { changed: true, ..good() }),
        (OTHER_SOURCES, Listing { contract: Some("B".into()), ..good() }),
        (OTHER_SOURCES, Listing { compiler: Some("0.8.31+commit.fd3a2265".into()), ..good() }),
        (OTHER_SOURCES, Listing { arguments: Some(bytes!("02")), ..good() }),
        (OTHER_SOURCES, Listing { sources: vec!["contract A { /* safe */ }".into()], ..good() }),
    ];
    for (code, listing) in wrong {
        let opinion = opinion(&listing);
        assert_eq!(
            (opinion.verdict, opinion.finding.map(|f| f.code)),
            (Verdict::Fail, Some(code)),
            "{listing:?}"
        );
    }
    let empty = Listing { sources: Vec::new(), ..good() };
    assert_eq!(opinion(&empty).verdict, Verdict::Unknown, "without sources there is nothing to compare");
    let kept = Compiled { submission: None, texts: Arc::default(), input: B256::ZERO };
    assert_eq!(judge::listing(&subject(), &kept, &good()).verdict, Verdict::Unknown);
}

#[test]
fn prx_d09_a_ticket_is_found_again_for_the_same_code_and_input_alone() {
    let (chain, at) = (ChainId(5), Address::repeat_byte(1));
    let (hash, input) = (CodeHash::of(&CODE), B256::repeat_byte(2));
    let mut ledger = Ledger::new(chain);
    ledger.sent("sourcify x", at, hash, input, "ticket");
    let text = serde_json::to_string(&ledger).unwrap();
    let read = Ledger::read(&text, chain).unwrap();
    assert_eq!(read, ledger);
    assert_eq!(read.ticket("sourcify x", at, hash, input), Some("ticket"));
    assert_eq!(read.ticket("sourcify y", at, hash, input), None);
    assert_eq!(read.ticket("sourcify x", at, CodeHash::of(&[0]), input), None);
    assert_eq!(read.ticket("sourcify x", at, hash, B256::ZERO), None);
    ledger.forget("sourcify x", at);
    assert_eq!(ledger.ticket("sourcify x", at, hash, input), None);
    assert_eq!(Ledger::read(&text, ChainId(6)), Err(LedgerError::Chain(chain)));
    let newer = text.replace("\"version\":1", "\"version\":2");
    assert!(matches!(Ledger::read(&newer, chain), Err(LedgerError::Version { found: 2, .. })));
    assert!(matches!(Ledger::read("{}", chain), Err(LedgerError::Malformed(_))));
}
