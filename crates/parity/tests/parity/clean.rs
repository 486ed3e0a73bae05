//! The example, which has nothing wrong with it.

use crate::fixture::{self, Live};
use alloy_primitives::{Bytes, hex};
use payrox_model::Verdict;
use payrox_parity::{Inputs, Options, Outcome, compare_routes_on, read_committed, read_corpus, write_corpus};

pub(crate) fn run(live: &Live, kept: &Inputs, options: &Options) -> Outcome {
    compare_routes_on(&live.system, &live.chain, kept, options, &|_| ()).unwrap()
}

fn options(runs: u64, routes: &[&str], live: &Live) -> Options {
    let only = routes.iter().flat_map(|route| live.system.find(route).unwrap()).collect();
    Options { runs, only, threads: 2, ..Options::default() }
}

#[test]
fn prx_v03_the_example_has_no_mismatch_and_every_route_is_reached_with_the_inputs_it_commits() {
    let live = fixture::live(&fixture::payments());
    let committed = read_committed(&fixture::payments().join("parity/corpus.json")).unwrap();
    let outcome = run(&live, &committed, &options(1_000, &[], &live));
    assert_eq!(outcome.rows.len(), 71);
    assert!(outcome.counter_examples.is_empty(), "{:#?}", outcome.counter_examples);
    let bad: Vec<_> = outcome.rows.iter().filter(|row| row.verdict != Verdict::Pass).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(outcome.rows.iter().all(|row| row.runs >= 1_000 && row.returned + row.reverted == row.runs));
    let several = outcome.rows.iter().filter(|row| row.paths > 3).count();
    assert!(several > 40, "only {several} routes have several paths");
    assert_eq!(outcome.check(&[]).verdict, Verdict::Pass);
}

#[test]
fn prx_v03_the_same_seed_gives_the_same_run_on_any_number_of_threads_and_another_seed_another() {
    let live = fixture::live(&fixture::payments());
    let routes = ["Payments", "Escrow", "Accounts"];
    let first = run(&live, &Inputs::new(), &options(200, &routes, &live));
    let one = Options { threads: 1, ..options(200, &routes, &live) };
    assert_eq!(run(&live, &Inputs::new(), &one), first);
    let other = run(&live, &Inputs::new(), &Options { seed: 2, ..one });
    assert_ne!(other.rows, first.rows);
    assert_ne!(other.corpus, first.corpus);
}

/// What a facet sees of its gas, its caller, its ether and its calldata is the same behind the router, whatever the route's flags.
#[test]
fn prx_v03_a_facet_that_looks_at_its_gas_or_its_calldata_is_no_mismatch() {
    for code in [
        // gas
        hex!("5a5f5260205ff3").to_vec(),
        // the calldata's length, the caller and the value
        hex!("365f5233602052346040525f5460605260805ff3").to_vec(),
        // its own code's size, which is the facet's in both ways
        hex!("385f5260205ff3").to_vec(),
        // a loop that never ends
        hex!("5b5f56").to_vec(),
        // more than a page of zeros
        hex!("620fffff5ff3").to_vec(),
    ] {
        let live = fixture::live(&fixture::payments());
        for name in ["Payments", "Accounts", "Treasury"] {
            let facet = live.plan.facets.iter().find(|facet| facet.name.as_str() == name).unwrap();
            // What a PIN route looks at is the hash that its slot holds, which this code has not.
            live.chain.set_code(facet.address, Bytes::from(code.clone())).unwrap();
        }
        let routes = [
            "Payments.quote",
            "Payments.payEther",
            "Payments.setFee",
            "Accounts.balanceOf",
            "Treasury.surplus",
        ];
        let outcome = run(&live, &Inputs::new(), &options(20, &routes, &live));
        assert!(outcome.counter_examples.is_empty(), "{code:02x?}: {:#?}", outcome.counter_examples);
    }
}

#[test]
fn prx_v03_a_route_that_is_paused_or_that_no_call_gets_through_is_unknown() {
    let live = fixture::live(&fixture::payments());
    let facet = live.plan.facets.iter().find(|facet| facet.name.as_str() == "Rewards").unwrap();
    live.chain.set_code(facet.address, hex!("5f5ffd").into()).unwrap();
    let options = options(20, &["Rewards", "Payments.quote"], &live);
    let outcome = run(&live, &Inputs::new(), &options);
    for row in &outcome.rows {
        let expected = if row.facet == "Rewards" { Verdict::Unknown } else { Verdict::Pass };
        assert_eq!(row.verdict, expected, "{row:?}");
    }
    let check = outcome.check(&[]);
    assert_eq!(check.verdict, Verdict::Unknown);
    assert!(check.findings.iter().all(|finding| finding.code.0 == "PRX-PAR-003"), "{:?}", check.findings);

    fixture::pause(&live);
    let outcome = run(&live, &Inputs::new(), &options);
    assert!(outcome.rows.iter().all(|row| row.verdict == Verdict::Unknown && row.runs == 0));
    assert!(outcome.check(&[]).findings.iter().all(|finding| finding.code.0 == "PRX-PAR-004"));
}

#[test]
fn prx_v03_what_a_run_found_is_tried_first_by_the_next() {
    let live = fixture::live(&fixture::payments());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".payrox/parity/corpus.json");
    assert!(read_corpus(&path).unwrap().is_empty(), "there is none yet");

    let routes = ["Escrow"];
    let long = run(&live, &Inputs::new(), &options(1_000, &routes, &live));
    write_corpus(&path, &Inputs::new(), &long).unwrap();
    let kept = read_corpus(&path).unwrap();
    assert!(!kept.is_empty());

    let paths = |outcome: &Outcome| outcome.rows.iter().map(|row| row.paths).sum::<u64>();
    let without = run(&live, &Inputs::new(), &options(60, &routes, &live));
    let with = run(&live, &kept, &options(60, &routes, &live));
    assert!(paths(&with) > paths(&without), "{} and {}", paths(&with), paths(&without));

    // What another version wrote, or nobody can read, is as if it were not there.
    for text in ["{\"inputs\":{},\"version\":2}", "{", ""] {
        payrox_files::write_atomic(&path, text.as_bytes()).unwrap();
        assert!(read_corpus(&path).unwrap().is_empty());
    }
}

#[test]
fn prx_v03_inputs_that_a_project_commits_are_read_or_refused_and_never_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parity/corpus.json");
    assert!(read_committed(&path).unwrap().is_empty(), "there need be none");
    let many = format!("{{\"inputs\":{{\"0x01010101\":[{}]}},\"version\":1}}", vec!["[]"; 65].join(","));
    for text in ["{\"inputs\":{},\"version\":2}", "{", "", &many] {
        payrox_files::write_atomic(&path, text.as_bytes()).unwrap();
        let error = read_committed(&path).unwrap_err();
        assert_eq!(payrox_model::Fault::code(&error).0, "PRX-PAR-020", "{error}");
    }
}
