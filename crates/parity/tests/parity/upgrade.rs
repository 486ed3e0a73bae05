//! A release against the one before.

use crate::fixture::{self, Live};
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
