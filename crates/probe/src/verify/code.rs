//! Facets: their code, and that they were created where they had to be.

use super::{
    answers::{Answers, CodeOf, Place, Questions},
    tally::Tally,
};
use payrox_model::{Check, Code, CodeHash, abi::IDeterministicChunkFactory as Factory};
use payrox_plan::Plan;

pub(super) const CODE: Code = Code("PRX-PRB-008");
const CREATION: Code = Code("PRX-PRB-014");

pub(crate) struct Facets {
    code: Vec<Place<CodeOf>>,
    address: Vec<Place<Factory::predictAddressCall>>,
}

impl Facets {
    pub(crate) fn ask(plan: &Plan, questions: &mut Questions) -> Self {
        let code = plan.facets.iter().map(|f| questions.code(f.address)).collect();
        let address = plan.facets.iter().map(|f| {
            let call = Factory::predictAddressCall { salt: f.salt.0, initCodeHash: f.init_code_hash };
            questions.call(plan.addresses.factory, &call)
        });
        Self { code, address: address.collect() }
    }

    pub(crate) fn check(self, plan: &Plan, answers: &Answers) -> Vec<Check> {
        let mut code = Tally::new(
            "facet code",
            "facets have the planned code",
            "`payrox deploy facets` creates what is missing",
        );
        let mut creation = Tally::new(
            "facet creation",
            "facets are where their init code puts them",
            "plan again: salt, init code or factory differ",
        );
        for ((facet, at), address) in plan.facets.iter().zip(&self.code).zip(&self.address) {
            let name = facet.name.as_str();
            code.judge(CODE, name, answers.code(at), |code| right_code(code, facet.code_hash));
            creation.equal(CREATION, name, &facet.address, answers.output(address));
        }
        vec![code.done(), creation.done()]
    }
}

/// That this is the planned code.
pub(crate) fn right_code(code: &[u8], expected: CodeHash) -> Result<(), String> {
    match CodeHash::of(code) {
        _ if code.is_empty() => Err("there is no code".into()),
        hash if hash == expected => Ok(()),
        hash => Err(format!("expected code {expected}, found {hash}")),
    }
}
