//! Another client's view: viem, over `payrox devnet`.

use crate::{
    project::{Project, Ran, text},
    served::Served,
    tools::{installed, program, repository},
};
use std::process::Command;

#[test]
fn prx_d08_viem_deploys_pays_in_ten_ways_reads_logs_decodes_an_error_and_estimates_over_the_served_chain() {
    let (Some(node), Some(_)) = (program("node"), installed("node_modules/viem")) else { return };
    let (project, ran) = Project::live();
    let served = Served::devnet(&project, &[]);
    let script = repository().join("tests/interop/payments.mjs");
    let mut command = Command::new(node);
    command.arg(script).args([served.url(), text(&ran["addresses"], "router")]);
    let said = Ran::of(&mut command).good();
    assert!(said.contains("all hold"), "{said}");
    assert!(served.chain().block() > 30, "its transactions are on the served chain");
    drop(served);
    assert_eq!(project.json(&["verify", "--network", "local"])["outcome"], "pass", "paying changes no route");
}
