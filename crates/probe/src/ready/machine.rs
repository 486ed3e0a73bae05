//! What the node answers, and what the chain can run.

use super::{NO_DEPLOYER, OPCODES, OTHER_DEPLOYER, Readiness, SUPPORT, check, finding, unanswered};
use alloy_primitives::keccak256;
use payrox_chain::{At, Endpoint, Read, probe_opcodes};
use payrox_devnet::{CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE};
use payrox_model::{Check, Verdict};
use serde_json::{Value, json};

/// Optional methods: each makes something faster, or one check possible.
pub(super) async fn support(question: &Readiness<'_>, endpoint: &Endpoint) -> Check {
    let two = [Read::Balance(CREATE2_DEPLOYER), Read::Nonce(CREATE2_DEPLOYER)];
    let batches = endpoint.read(At::Latest, &two).await;
    let (mut has, mut lacks) = (Vec::new(), Vec::new());
    let to = CREATE2_DEPLOYER;
    // Runtime code that gives 1, in the place of the deployer's.
    let overridden = json!({ to.to_string(): { "code": "0x600160005260206000f3" } });
    let call = json!({ "to": to, "data": "0x" });
    for (name, method, params) in [
        ("block receipts", "eth_getBlockReceipts", json!(["latest"])),
        ("finalized", "eth_getBlockByNumber", json!(["finalized", false])),
        ("safe", "eth_getBlockByNumber", json!(["safe", false])),
        ("proofs", "eth_getProof", json!([to, [], "latest"])),
        ("state override", "eth_call", json!([call, "latest", overridden])),
        ("access lists", "eth_createAccessList", json!([call, "latest"])),
    ] {
        let answer: Result<Value, _> = endpoint.request(method, params).await;
        let one = format!("{:#066x}", 1);
        let fits = match (&answer, name) {
            (Ok(Value::String(output)), "state override") => *output == one,
            (Ok(answer), _) => !answer.is_null(),
            (Err(_), _) => false,
        };
        if fits { has.push(name) } else { lacks.push(name) }
    }
    let missing = if lacks.is_empty() { String::new() } else { format!("; without {}", lacks.join(", ")) };
    match batches {
        Ok(answers) if answers.len() == 2 && answers.iter().all(Result::is_ok) => {
            has.insert(0, "batches");
            check("support", Verdict::Pass, format!("{}{missing}", has.join(", ")), Vec::new())
        }
        Ok(_) => {
            let evidence = format!("two questions in one request were not both answered{missing}");
            let hint = "pass another --rpc-url: every read here is a batch; then `payrox doctor`";
            let findings = vec![finding(SUPPORT, question.endpoints[0].shown(), evidence, hint)];
            check("support", Verdict::Fail, "no batches", findings)
        }
        Err(error) => unanswered("support", &error),
    }
}

/// That the instructions are there which contracts of this release are made of.
pub(super) async fn opcodes(endpoint: &Endpoint) -> Check {
    match probe_opcodes(endpoint).await {
        Err(error) => unanswered("opcodes", &error),
        Ok(found) if found.missing().is_empty() => {
            check("opcodes", Verdict::Pass, "PUSH0, MCOPY, TLOAD and TSTORE run", Vec::new())
        }
        Ok(found) => {
            let missing = found.missing().join(", ");
            let hint = "choose a chain of the Cancun rules or later: `payrox explain PRX-DOC-003`";
            let findings = vec![finding(OPCODES, missing.clone(), "the chain does not run it", hint)];
            check("opcodes", Verdict::Fail, format!("without {missing}"), findings)
        }
    }
}

/// That the contract through which the factory is made is there, and no other in its place.
pub(super) async fn deployer(endpoint: &Endpoint) -> Check {
    let known = keccak256(&CREATE2_DEPLOYER_CODE);
    let code = match endpoint.code(CREATE2_DEPLOYER, At::Latest).await {
        Ok(code) => code,
        Err(error) => return unanswered("deployer", &error),
    };
    let subject = CREATE2_DEPLOYER.to_string();
    if code.is_empty() {
        let hint = "everybody may put it there: the two commands are in docs/operating.md, The CREATE2 deployer; then `payrox doctor`";
        let findings = vec![finding(NO_DEPLOYER, subject, "there is no code", hint)];
        return check("deployer", Verdict::Fail, "the canonical CREATE2 deployer is not there", findings);
    }
    if keccak256(&code) != known {
        let evidence = format!("its code hash is {}, not {known}", keccak256(&code));
        let hint = "do not deploy here: what stands there is another contract; `payrox explain PRX-DOC-005`";
        let findings = vec![finding(OTHER_DEPLOYER, subject, evidence, hint)];
        return check(
            "deployer",
            Verdict::Fail,
            "other code than the canonical CREATE2 deployer's",
            findings,
        );
    }
    check("deployer", Verdict::Pass, "the canonical CREATE2 deployer has the known code hash", Vec::new())
}
