//! Turning a change of manifests into calls: the seam where another kind of diamond goes.

mod eip2535;
mod payrox;

pub use self::{eip2535::Eip2535, payrox::PayRox};

use crate::{Inverse, OnchainPlan, PlannedStep};
use alloy_primitives::{Address, Bytes};
use payrox_model::Manifest;

/// A system going from one manifest to another.
#[derive(Clone, Debug)]
pub struct Transition<'a> {
    /// What is staged.
    pub onchain: &'a OnchainPlan,
    /// What is served before; `None` for the first release.
    pub from: Option<&'a Manifest>,
    /// What is served after.
    pub to: &'a Manifest,
    /// What was staged for what is served before.
    pub parent: Option<&'a OnchainPlan>,
    /// The init contract; zero without one.
    pub init_target: Address,
    /// Calldata of the init contract; empty without one.
    pub init_data: &'a Bytes,
    /// Steps that must be true before the first call.
    pub after: &'a [String],
}

/// The calls that make a transition, and those that take it back.
pub trait Lower {
    /// The steps forwards, in order.
    fn forward(&self, transition: &Transition<'_>) -> Vec<PlannedStep>;
    /// The way back.
    fn backward(&self, transition: &Transition<'_>) -> Inverse;
}

/// The kinds of system there are.
#[derive(Clone, Copy, Debug)]
pub enum Backend {
    /// Stage, wait, activate, through a dispatcher.
    PayRox(PayRox),
    /// Cut, by the owner of a diamond.
    Eip2535(Eip2535),
}

impl Backend {
    /// The back end of a system of our own.
    pub fn payrox(dispatcher: Address) -> Self {
        Self::PayRox(PayRox { dispatcher })
    }

    /// The back end of a diamond.
    pub fn eip2535(diamond: Address) -> Self {
        Self::Eip2535(Eip2535 { diamond })
    }
}

impl Lower for Backend {
    fn forward(&self, transition: &Transition<'_>) -> Vec<PlannedStep> {
        match self {
            Self::PayRox(back) => back.forward(transition),
            Self::Eip2535(back) => back.forward(transition),
        }
    }

    fn backward(&self, transition: &Transition<'_>) -> Inverse {
        match self {
            Self::PayRox(back) => back.backward(transition),
            Self::Eip2535(back) => back.backward(transition),
        }
    }
}
