//! A release against the one before.

use crate::fixture::{self, Live};
use alloy_primitives::hex;
use payrox_model::Verdict;
use payrox_parity::{Aspect, Case, Inputs, Options, Outcome, compare_releases_on, replay_on};

fn both() -> (Live, Live) {
    let old = fixture::live(&fixture::payments());
    let new = fixture::planned(&fixture::payments(), "upgrade.toml", Some(&old));
    (old, new)
}

fn compare(old: &Live, new: &Live, routes: &[&str]) -> Outcome {
    let only = routes.iter().flat_map(|route| new.system.find(route).unwrap()).collect();
    let options = Options { runs: 400, only, threads: 2, ..Options::default() };
    compare_releases_on(&new.system, [&old.chain, &new.chain], &Inputs::new(), &options, &|_| ()).unwrap()
}

#[test]
fn prx_v03_a_release_that_exchanges_a_facet_leaves_the_others_as_they_were() {
    let (old, new) = both();
    let outcome =
        compare(&old, &new, &["Escrow", "Accounts", "Version", "Reporting", "Payments.quote", "Treasury"]);
    assert!(outcome.counter_examples.is_empty(), "{:#?}", outcome.counter_examples);
    let same = outcome.rows.iter().filter(|row| row.verdict == Verdict::Pass).count();
    assert!(same > 20 && outcome.rows.iter().all(|row| row.verdict != Verdict::Fail), "{:#?}", outcome.rows);
    let fresh: Vec<_> =
        new.plan.routes.iter().filter(|r| !old.plan.selectors.contains(&r.selector)).collect();
    assert!(!fresh.is_empty(), "the upgrade adds a function");
    let outcome = compare(&old, &new, &[&fresh[0].signature]);
    assert!(outcome.rows.is_empty(), "what the release before did not have is not compared");
    // Nothing in common is no doubt; to have compared nothing of what both have is.
    let check = outcome.check(&[]);
    assert_eq!((outcome.disjoint, check.verdict), (true, Verdict::Pass));
    assert!(check.summary.starts_with("no function in common"), "{}", check.summary);
    let unread = Outcome { disjoint: false, ..outcome };
    assert_eq!(unread.check(&[]).verdict, Verdict::Unknown);
}

#[test]
fn prx_v03_a_changed_fee_is_found_between_two_releases_and_replays_from_its_file() {
    let (old, new) = both();
    let facet = new.plan.facets.iter().find(|facet| facet.name.as_str() == "Payments").unwrap();
    // 10,000 hundredths of a per cent become 9,999.
    let code = new.chain.code(facet.address);
    let basis = [0x61, 0x27, 0x10];
    let changed: Vec<u8> = match code.windows(3).position(|window| window == basis) {
        Some(_) => {
            let mut changed = code.to_vec();
            let places: Vec<_> =
                code.windows(3).enumerate().filter(|(_, w)| *w == basis).map(|(at, _)| at).collect();
            places.iter().for_each(|at| changed[at + 2] = 0x0f);
            changed
        }
        None => panic!("the basis is not in the code"),
    };
    new.chain.set_code(facet.address, changed.into()).unwrap();

    let outcome = compare(&old, &new, &["Payments", "AccessControl"]);
    let quote = new.system.find("Payments.quote").unwrap()[0];
    let example = outcome
        .counter_examples
        .iter()
        .find(|e| e.calls.last().unwrap().route == quote && e.aspects == [Aspect::ReturnData])
        .unwrap_or_else(|| panic!("{:#?}", outcome.counter_examples));
    assert_eq!(example.calls.len(), 2, "a fee is set, then quoted: {example:#?}");
    assert_eq!(outcome.check(&[]).verdict, Verdict::Fail);

    let folder = tempfile::tempdir().unwrap();
    let case = Case::read(&Case::of(&new.system, example).write(folder.path()).unwrap()).unwrap();
    let steps = replay_on(&new.system, &case, Some(&old.chain), &new.chain).unwrap();
    assert_eq!(steps.last().unwrap().differs, [Aspect::ReturnData]);
    assert_eq!(steps.last().unwrap().sides.each_ref().map(|side| side.name), ["old", "new"]);

    let alone = replay_on(&new.system, &case, None, &new.chain);
    assert_eq!(payrox_model::Fault::code(&alone.unwrap_err()).0, "PRX-PAR-017");
}

/// Both releases with other code in the facet that is exchanged, held against each other on `quote`.
fn quoted(old_code: &str, new_code: &str) -> Outcome {
    let (old, new) = both();
    for (live, code) in [(&old, old_code), (&new, new_code)] {
        let facet = live.plan.facets.iter().find(|facet| facet.name.as_str() == "Payments").unwrap();
        live.chain.set_code(facet.address, hex::decode(code).unwrap().into()).unwrap();
    }
    compare(&old, &new, &["Payments.quote"])
}

/// `x % 7`.
const REMAINDER: &str = "6007600435065f5260205ff3";
/// `address(this).staticcall{gas: 1}("")`, which ends as it must.
const STARVING: &str = "5f5f5f5f306001fa50";

#[test]
fn prx_v03_a_frame_that_runs_out_of_gas_inside_does_not_hide_another_answer() {
    let changed = "60076004350661 03e8 015f5260205ff3".replace(' ', "");
    let outcome = quoted(REMAINDER, &format!("{STARVING}{changed}"));
    let row = &outcome.rows[0];
    assert_eq!((row.verdict, row.undecided), (Verdict::Fail, 0), "{row:?}");
    assert_eq!(outcome.counter_examples[0].aspects, [Aspect::ReturnData]);

    // In both releases, and with the same answer, it is no difference.
    let outcome = quoted(REMAINDER, &format!("{STARVING}{REMAINDER}"));
    let row = &outcome.rows[0];
    assert_eq!((row.verdict, row.undecided), (Verdict::Pass, 0), "{row:?}");
    assert_eq!(row.returned, row.runs);
}

#[test]
fn prx_v03_a_release_that_runs_out_of_gas_where_the_one_before_returned_is_unknown() {
    // `if (x > 1000) memory[0xffffffff] = 0`, which takes more gas than there is, and `x % 7`.
    let dear = format!("6103e860043511 6016 57 {REMAINDER} 5b5f63ffffffff52").replace(' ', "");
    let outcome = quoted(REMAINDER, &dear);
    let row = &outcome.rows[0];
    assert_eq!((row.verdict, row.mismatches), (Verdict::Unknown, 0), "{row:?}");
    assert!(row.parted > 0 && row.parted == row.undecided && row.returned > 0, "{row:?}");
    assert_eq!(row.returned + row.reverted + row.undecided, row.runs);
    let check = outcome.check(&[]);
    assert_eq!((check.verdict, check.findings[0].code.0), (Verdict::Unknown, "PRX-PAR-005"));
    assert!(check.summary.contains(" undecided, "), "{}", check.summary);
}

#[test]
fn prx_v03_a_function_that_always_runs_out_of_gas_is_not_taken_for_one_that_was_compared() {
    let outcome = quoted("5f63ffffffff52", "60015f525f63ffffffff52");
    let row = &outcome.rows[0];
    assert_eq!((row.verdict, row.returned, row.parted), (Verdict::Unknown, 0, 0), "{row:?}");
    assert!(row.undecided > 0);
}
