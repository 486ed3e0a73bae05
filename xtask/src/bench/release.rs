//! A release to ten chains at once, against the same to one.

use super::{figures::time, node::Anvil, work::Bench};
use crate::{
    failure::{Doing, Done},
    repo,
};
use std::{thread, time::Duration};

const CHAINS: u64 = 10;
/// Chains ids from here on; nobody has them.
const FIRST: u64 = 43_001;
const ACCOUNTS: &str = "[roles]\nowner = \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"\nbootstrapper = \"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\"\n";

impl Bench {
    /// How many times as long `release apply` takes on ten chains with a block a second as on one: from nothing to live and proved.
    pub(super) fn ten_chains(&self) -> Done<f64> {
        let one = self.release_to(1)?;
        Ok(self.release_to(CHAINS)? / one)
    }

    fn release_to(&self, chains: u64) -> Done<f64> {
        let project = self.project()?;
        let ids: Vec<u64> = (FIRST..FIRST + chains).collect();
        let nodes = ids.iter().map(|id| Anvil::on(&self.repo, *id, &["--block-time", "1", "--threads", "1"]));
        let nodes = nodes.collect::<Done<Vec<_>>>()?;
        for (id, node) in ids.iter().zip(&nodes) {
            let text = format!(
                "version = 1\nname = \"n{id}\"\nchain_id = {id}\nrpc_url = [\"{}\"]\nskip_time = true\n{ACCOUNTS}",
                node.url()
            );
            repo::write(&project.path().join(format!("networks/n{id}.toml")), &text)?;
        }
        let names: Vec<String> = ids.iter().map(|id| format!("n{id}")).collect();
        let mut plan = self.payrox(project.path());
        time(plan.args(["release", "plan", "--networks", &names.join(",")]))?;
        // All begin just after a block: how long the first is waited for is not what is measured.
        let last = nodes.last().doing(|| "there is no node".into())?;
        let block = last.newest()?;
        while last.newest()? == block {
            thread::sleep(Duration::from_millis(5));
        }
        time(self.payrox(project.path()).args(["release", "apply", "--broadcast"]))
    }
}
