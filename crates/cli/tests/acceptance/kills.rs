//! Killed, with nothing left but plan and endpoint; and two at once.

use crate::{
    chain::Chain,
    dice::Dice,
    effects::{Effects, KEYS, reference, sent},
    project::{Project, Ran},
    served::Served,
};
use std::{
    process::{Child, Stdio},
    time::{Duration, Instant},
};

/// A run of one operator: a folder of its own, one key, one endpoint.
pub(crate) struct Operator {
    project: Project,
    key: &'static str,
}

impl Operator {
    pub(crate) fn new(key: &'static str) -> Self {
        Self { project: Project::example(), key }
    }

    pub(crate) fn start(&self, url: &str) -> Child {
        let mut command = self.project.bare();
        command.args(["run", "--network", "anvil", "--rpc-url", url, "--broadcast", "--json", "--project"]);
        command.arg(self.project.path()).env("PRIVATE_KEY", self.key).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Everything that a run left: as on another machine, to which only the project came.
    pub(crate) fn forget(&self) {
        for state in [".payrox", "journal", "deployments", "artifacts"] {
            self.project.forget(state);
        }
    }
}

/// What a run that was left alone ended with.
pub(crate) fn end(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran {
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        status: output.status.code().unwrap_or(-1),
    }
}

pub(crate) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The chain is as after one undisturbed run.
pub(crate) fn same_effects(chain: &Chain) {
    let reference = reference().unwrap();
    assert_eq!(Effects::of(chain, &reference.plan), reference.effects);
}

#[test]
fn prx_d11_prx_q03_killed_ten_times_with_an_empty_state_each_time_a_run_ends_complete_with_no_second_effect()
{
    let Some(reference) = reference() else { return };
    let Some(anvil) = Served::anvil_with(&["--block-time", "1"]) else { return };
    let (chain, operator) = (anvil.chain(), Operator::new(KEYS[0]));
    let seed = std::env::var("PAYROX_CHAOS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("seed {seed}: PAYROX_CHAOS_SEED={seed} has it again");
    let mut dice = Dice::new(seed);
    let mut kills = 0;
    for _ in 0..10 {
        let mut child = operator.start(anvil.url());
        std::thread::sleep(Duration::from_millis(dice.within(50, 1_500)));
        if child.try_wait().unwrap().is_none() {
            kills += 1;
        }
        kill(child);
        operator.forget();
    }
    let ran = end(operator.start(anvil.url()));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(kills > 0, "at least some runs were cut off");
    same_effects(&chain);
    assert_eq!(sent(&chain), reference.transactions, "as many transactions as without a kill");
}

#[test]
fn prx_d11_prx_b05_two_operators_with_two_keys_started_at_once_converge() {
    let Some(_) = reference() else { return };
    for block_time in ["0.3", "1"] {
        let Some(anvil) = Served::anvil_with(&["--block-time", block_time]) else { return };
        let operators = KEYS.map(Operator::new);
        let children = operators.each_ref().map(|operator| operator.start(anvil.url()));
        for ran in children.map(end) {
            assert_eq!(ran.status, 0, "{ran:?}");
            assert!(
                ["complete", "nothing_to_do"].contains(&ran.json()["outcome"].as_str().unwrap()),
                "{ran:?}"
            );
        }
        same_effects(&anvil.chain());
    }
}

#[test]
fn prx_d11_the_whole_is_done_by_the_owner_alone_from_another_machine() {
    let Some(_) = reference() else { return };
    let Some(anvil) = Served::anvil() else { return };
    let first = Operator::new(KEYS[0]);
    let started = Instant::now();
    let child = first.start(anvil.url());
    // Whatever it got to.
    std::thread::sleep(Duration::from_millis(150));
    kill(child);
    assert!(started.elapsed() < Duration::from_secs(30));
    let ran = end(Operator::new(KEYS[1]).start(anvil.url()));
    assert_eq!(ran.status, 0, "{ran:?}");
    same_effects(&anvil.chain());
}
