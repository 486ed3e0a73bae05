//! Our own dispatcher: stage, activate, roll back.

use super::{Lower, Transition};
use crate::{Call, Effect, Inverse, OnchainPlan, Phase, PlannedStep, Sender};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use payrox_model::{Epoch, abi::IManifestDispatcher as D};

/// A system with a dispatcher.
#[derive(Clone, Copy, Debug)]
pub struct PayRox {
    /// Its control plane.
    pub dispatcher: Address,
}

impl PayRox {
    fn call(&self, sender: Sender, call: &impl SolCall) -> Call {
        Call { sender, to: self.dispatcher, value: U256::ZERO, data: call.abi_encode().into() }
    }

    /// Starts the delay.
    pub fn stage(&self, plan: &OnchainPlan) -> Call {
        self.call(Sender::Stager, &D::stageCall { plan: plan.into() })
    }

    /// Ends it.
    pub fn activate(&self, plan: &OnchainPlan, init_data: &Bytes) -> Call {
        self.call(Sender::Activator, &D::activateCall { plan: plan.into(), initData: init_data.clone() })
    }

    /// Brings an earlier epoch's manifest back.
    pub fn rollback(&self, expected: Epoch, target: Epoch, plan: &OnchainPlan) -> Call {
        let call = D::rollbackCall { expectedEpoch: expected.0, targetEpoch: target.0, target: plan.into() };
        self.call(Sender::Owner, &call)
    }

    /// Stops calls, then changes.
    pub fn pause_and_freeze(&self) -> Vec<Call> {
        vec![self.call(Sender::Guardian, &D::pauseCall {}), self.call(Sender::Guardian, &D::freezeCall {})]
    }
}

impl Lower for PayRox {
    fn forward(&self, transition: &Transition<'_>) -> Vec<PlannedStep> {
        vec![
            PlannedStep {
                name: "stage".into(),
                phase: Phase::Stage,
                effect: Effect::Staged,
                call: Some(self.stage(transition.onchain)),
                after: transition.after.to_vec(),
            },
            PlannedStep {
                name: "activate".into(),
                phase: Phase::Apply,
                effect: Effect::Active,
                call: Some(self.activate(transition.onchain, transition.init_data)),
                after: vec!["stage".into()],
            },
        ]
    }

    fn backward(&self, transition: &Transition<'_>) -> Inverse {
        match transition.parent {
            None => Inverse::PauseAndFreeze { calls: self.pause_and_freeze() },
            Some(parent) => {
                let planned = Epoch(transition.onchain.epoch);
                let target_epoch = Epoch(planned.0.saturating_sub(1));
                Inverse::Rollback {
                    target_epoch,
                    root: parent.root,
                    calls: vec![self.rollback(planned, target_epoch, parent)],
                }
            }
        }
    }
}
