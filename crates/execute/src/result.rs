//! What a run came to: the document behind `--json`.

use crate::Target;
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_model::{
    Addresses, BoxFault, ChainId, Code, Epoch, ExitCode, Fault, Gas, Name, Pin, PlanId, Report, Root,
};
use payrox_plan::Plan;
use serde::Serialize;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything selected is true, and something was sent for it.
    Complete,
    /// Everything selected was true already.
    NothingToDo,
    /// Nothing was sent: without `--broadcast` this is what would be.
    Planned,
    /// It goes on later, or with another key. Run again.
    Waiting,
    /// It must not go on.
    Refused,
    /// Something broke.
    Failed,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Made true by a transaction of this run.
    Done,
    /// True already.
    Skipped,
    /// Would be sent.
    Planned,
    /// Sent by this run, and in no block when the run ended.
    Sent,
    /// Not its turn yet.
    Pending,
    /// It failed.
    Failed,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepResult {
    /// Its name in the plan.
    pub name: String,
    /// What became of it.
    pub outcome: StepOutcome,
    /// The transaction of this run; of what was sent the newest, which may still be mined.
    pub tx: Option<B256>,
    /// What that used, or would use by the dry run.
    pub gas_used: Option<Gas>,
    /// Why.
    pub reason: Option<String>,
    /// What would be sent, and by whom: where it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<PlannedCall>,
}

/// A call for a person to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedCall {
    /// Who may send it; empty for anyone.
    pub from: Vec<Address>,
    /// Callee.
    pub to: Address,
    /// Ether.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
}

/// Why it ended before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// `PRX-…`.
    pub code: Code,
    /// Exit status of the process.
    pub exit: ExitCode,
    /// What and why.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// Until when it waits, seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

/// What the transactions of an account may cost, at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// The account.
    pub from: Address,
    /// Its transactions.
    pub transactions: usize,
    /// Units of gas, each transaction's limit.
    pub gas: Gas,
    /// Wei for them, at the highest price that is offered, the value that is sent, and the data's own price included.
    pub wei: U256,
    /// Wei of that for the data: what a second layer pays its first.
    pub data_wei: U256,
    /// Wei the account has.
    pub balance: U256,
}

/// A whole run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunResult {
    /// How it ended.
    pub outcome: Outcome,
    /// The network.
    pub network: Name,
    /// Its chain.
    pub chain_id: ChainId,
    /// Facets of the plan.
    pub facets: usize,
    /// Routes of the plan.
    pub routes: usize,
    /// Contracts of the system.
    pub addresses: Addresses,
    /// The epoch that is active now; 0 before the first.
    pub epoch: Epoch,
    /// Root of the plan.
    pub root: Root,
    /// Id of the plan; of a cancellation that of the plan by which the system is known.
    pub plan_id: PlanId,
    /// The pending plan that is cancelled, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancels: Option<PlanId>,
    /// Selected steps, in order.
    pub steps: Vec<StepResult>,
    /// The chain after the last step against the dry run: storage and logs; empty where nothing was compared.
    #[serde(skip_serializing_if = "Report::is_empty")]
    pub after: Report,
    /// Gas of this run's transactions.
    pub gas: Gas,
    /// What it may cost, or might have cost, at most; by account.
    pub cost: Vec<Cost>,
    /// Wall time.
    pub duration_ms: u64,
    /// Why it ended before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// The block that was looked at last.
    #[serde(skip)]
    pub seen: Option<Pin>,
}

impl RunResult {
    /// The result of a run that has done nothing.
    pub fn of(plan: &Plan, target: &Target) -> Self {
        Self {
            facets: plan.facets.len(),
            routes: plan.routes.len(),
            root: plan.root,
            ..Self::without_plan(&target.name, target.chain_id, plan.addresses, plan.plan_id)
        }
    }

    /// The same where nobody has the plan that is live: what only the plan tells is zero.
    pub fn without_plan(network: &Name, chain_id: ChainId, addresses: Addresses, plan_id: PlanId) -> Self {
        Self {
            outcome: Outcome::NothingToDo,
            network: network.clone(),
            chain_id,
            facets: 0,
            routes: 0,
            addresses,
            epoch: Epoch(0),
            root: Root::default(),
            plan_id,
            cancels: None,
            steps: Vec::new(),
            after: Report::default(),
            gas: Gas(0),
            cost: Vec::new(),
            duration_ms: 0,
            stopped: None,
            seen: None,
        }
    }

    /// The exit status it ends the process with.
    pub fn exit(&self) -> ExitCode {
        match (&self.stopped, self.outcome) {
            (Some(stopped), _) => stopped.exit,
            (None, Outcome::Waiting) => ExitCode::Waiting,
            (None, Outcome::Refused) => ExitCode::Refused,
            (None, Outcome::Failed) => ExitCode::Internal,
            (None, _) => ExitCode::Ok,
        }
    }
}

impl Stopped {
    /// From an error.
    pub fn of(fault: &dyn Fault) -> Self {
        let mut message = fault.to_string();
        let mut cause: Option<&dyn std::error::Error> = fault.source();
        while let Some(source) = cause {
            message.push_str(": ");
            message.push_str(&source.to_string());
            cause = source.source();
        }
        Self { code: fault.code(), exit: fault.exit(), message, hint: fault.hint(), until: None }
    }
}

impl From<BoxFault> for Stopped {
    fn from(fault: BoxFault) -> Self {
        Self::of(fault.as_ref())
    }
}
