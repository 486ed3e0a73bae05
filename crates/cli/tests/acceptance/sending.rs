//! What was not sent, or did not arrive, is never called complete.

use crate::{
    endpoint::Endpoint,
    project::{Project, Ran},
    served::Served,
};
use alloy_primitives::{B256, Bytes, keccak256};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command},
};

const RUN: [&str; 6] = ["run", "--json", "--broadcast", "--network", "anvil", "--rpc-url"];

/// The hash of a signed transaction that is sent.
fn hash(params: &Value) -> B256 {
    keccak256(params[0].as_str().unwrap().parse::<Bytes>().unwrap())
}

fn world() -> (Project, Served) {
    let project = Project::example();
    project.reach_devnet_as_anvil();
    let served = Served::devnet(&project, &["--fresh"]);
    (project, served)
}

fn end(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        status: output.status.code().unwrap_or(-1),
    }
}

#[test]
fn prx_h22_a_dry_run_says_planned_and_sends_nothing() {
    let (project, served) = world();
    let endpoint = Endpoint::before(served.chain(), |method, _| {
        assert!(!method.starts_with("eth_send"), "{method}");
        None
    });
    let ran = project.run(&["run", "--json", "--network", "anvil", "--rpc-url", endpoint.url()]);
    assert_eq!((ran.status, &ran.json()["outcome"]), (0, &"planned".into()), "{ran:?}");
    assert_eq!(served.chain().transactions(), 0);
}

#[test]
fn prx_h22_where_transactions_are_swallowed_the_run_waits_and_when_stopped_says_waiting_with_status_6() {
    let (project, served) = world();
    let endpoint = Endpoint::before(served.chain(), |method, params| {
        (method == "eth_sendRawTransaction").then(|| json!(hash(params)))
    });
    let mut child = project.start(&[&RUN[..], &[endpoint.url(), "--verbose"]].concat());
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.find(|line| line.contains("to be mined"));
    assert!(told.is_some(), "it says what it waits for");
    std::thread::spawn(move || lines.for_each(drop));
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    Ran::of(Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())])).good();
    let ran = end(child);
    assert_eq!((ran.status, &ran.json()["outcome"]), (6, &"waiting".into()), "{ran:?}");
    assert_eq!(served.chain().transactions(), 0);
}

#[test]
fn prx_h22_receipts_of_an_endpoint_that_lies_are_not_believed() {
    let (project, served) = world();
    let endpoint = Endpoint::before(served.chain(), |method, params| match method {
        "eth_sendRawTransaction" => Some(json!(hash(params))),
        "eth_getTransactionReceipt" => Some(json!({
            "transactionHash": params[0], "transactionIndex": "0x0", "type": "0x2", "status": "0x1",
            "blockHash": B256::repeat_byte(7), "blockNumber": "0x1", "logs": [], "logsBloom": Bytes::from([0; 256]),
            "from": crate::chain::BOOTSTRAPPER, "to": crate::chain::OWNER, "contractAddress": null,
            "gasUsed": "0x5208", "cumulativeGasUsed": "0x5208", "effectiveGasPrice": "0x3b9aca00",
        })),
        _ => None,
    });
    let ran = project.run(&[&RUN[..], &[endpoint.url()]].concat());
    assert_ne!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.json()["outcome"], "failed", "{ran:?}");
    assert_eq!(served.chain().transactions(), 0);
}
