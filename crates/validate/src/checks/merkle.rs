//! Whether each route's proof leads to the root that people approve.

use super::{counted, error, judged, unknown};
use crate::Subject;
use payrox_model::{Check, Manifest, MerkleTree, text::escape};

/// A proof that does not lead to the root.
pub(crate) const PROOF: &str = "PRX-VAL-050";
/// A root that is not that of the manifest's bytes.
pub(crate) const ROOT: &str = "PRX-VAL-051";
/// The dispatcher says otherwise.
pub(crate) const CONTRACT: &str = "PRX-VAL-052";

const HINT: &str = "do not sign it: make the plan again, `payrox plan`";

/// Every proof, in Rust, and the root from the manifest's bytes.
pub(crate) fn proofs(subject: &Subject<'_>) -> Check {
    const NAME: &str = "merkle: proofs";
    let plan = subject.plan;
    let manifest = match Manifest::decode(&plan.manifest.bytes) {
        Ok(manifest) => manifest,
        Err(flaw) => {
            return judged(NAME, "no manifest", vec![error(ROOT, "manifest", flaw.to_string(), HINT)]);
        }
    };
    let root = manifest.root();
    let mut findings = Vec::new();
    let staged = (!subject.is_diamond()).then_some(("onchain.root", plan.onchain.root));
    for (what, said) in [("root", plan.root)].into_iter().chain(staged) {
        if said != root {
            let evidence = format!("the plan says {said}, its manifest's bytes give {root}");
            findings.push(error(ROOT, what, evidence, HINT));
        }
    }
    if subject.is_diamond() {
        let why = format!("its chain is shown no proof; its routes have root {root}");
        return judged(NAME, format!("not for a diamond: {why}"), findings);
    }
    let leaves = manifest.leaves();
    let count = leaves.len();
    for (index, leaf) in leaves.enumerate() {
        let proof = plan.proofs.get(&leaf.selector);
        let leads = proof.is_some_and(|proof| MerkleTree::verify(root, leaf.hash(), index, count, proof));
        if !leads {
            let route = plan.routes.iter().find(|route| route.selector == leaf.selector);
            let name = route.map_or_else(
                || leaf.selector.to_string(),
                |route| escape(&format!("{}.{}", route.facet, route.signature)),
            );
            let evidence =
                if proof.is_some() { "its proof does not lead to the root" } else { "it has no proof" };
            findings.push(error(PROOF, name, evidence, HINT));
        }
    }
    judged(NAME, format!("{} to root {root}", counted(count, "proof")), findings)
}

/// The same by the dispatcher, on the embedded chain.
pub(crate) fn by_the_contract(subject: &Subject<'_>) -> Check {
    const NAME: &str = "merkle: by the contract";
    let Some(seen) = &subject.seen.rehearsed else { return unknown(NAME, "no rehearsal ran") };
    let Some(root) = seen.root else {
        return unknown(NAME, "the plan did not become active in the rehearsal");
    };
    let plan = subject.plan;
    let mut findings = Vec::new();
    if subject.is_diamond() {
        if root != plan.root {
            let evidence = format!("the diamond's loupe lists {root}, the plan says {}", plan.root);
            findings.push(error(CONTRACT, "root", evidence, HINT));
        }
        let what = format!("not for a diamond: no contract checks proofs; its loupe lists root {root}");
        return judged(NAME, what, findings);
    }
    if root != plan.root {
        let evidence = format!("the dispatcher computes {root}, the plan says {}", plan.root);
        findings.push(error(CONTRACT, "root", evidence, HINT));
    }
    findings.extend(plan.routes.iter().filter(|r| seen.proofs.get(&r.selector) != Some(&true)).map(
        |route| {
            let name = escape(&format!("{}.{}", route.facet, route.signature));
            error(CONTRACT, name, "`verifyRoute` of the dispatcher does not accept its proof", HINT)
        },
    ));
    let accepted = seen.proofs.values().filter(|accepted| **accepted).count();
    let summary = format!("the dispatcher accepts {accepted} of {}", counted(plan.routes.len(), "proof"));
    judged(NAME, summary, findings)
}
