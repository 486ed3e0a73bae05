//! The payments example, whose facets have nothing that these rules look for.

use crate::evm::{Entry, Reach, op, walk};
use payrox_artifacts::{ArtifactSet, Source};
use std::path::Path;

#[test]
fn prx_v11_every_path_of_the_example_is_followed_to_its_end() {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments/out");
    let names =
        ["Accounts", "BatchPayouts", "ChunkFactory", "Escrow", "Payments", "Reporting", "Subscriptions"];
    let set = ArtifactSet::read(&Source::at(&out), &names).unwrap();
    for contract in set.contracts() {
        let code = contract.runtime.template();
        let reach = Reach::of(contract, code);
        for (function, walked) in &reach.walks {
            let name = function.map_or("other", |function| function.signature.as_str());
            assert_eq!(walked.incomplete, None, "{}.{name}", contract.id);
            assert!(walked.acts.values().all(|act| act.op != op::DELEGATECALL));
        }
        let (reached, all) = reach.coverage(code);
        assert!(reached * 100 > all * 95, "{}: {reached} of {all}", contract.id);
        assert_eq!(walk(contract.creation.template(), Entry::Creation).incomplete, None);
    }
}
