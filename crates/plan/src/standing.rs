//! Where a plan stands on a chain.

use crate::Plan;
use alloy_primitives::Address;
use payrox_model::{ChainId, ChainSnapshot, Code, Epoch, ExitCode, Fault, PlanId};

/// What a chain says about a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is in its way.
    Ready,
    /// Another plan is staged: it must be activated, cancelled or expire first.
    Behind {
        /// That one.
        pending: PlanId,
    },
    /// It is staged.
    Pending {
        /// From when it may be activated, seconds since 1970.
        eta: u64,
    },
    /// It is active.
    Active,
}

/// A plan that this chain can never activate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum StandingError {
    #[error("the plan is for chain {planned}, the endpoint serves chain {found}")]
    WrongChain { planned: ChainId, found: ChainId },
    #[error("the dispatcher {dispatcher} governs router {found}, the plan is for {planned}")]
    WrongRouter { dispatcher: Address, planned: Address, found: Address },
    #[error("the plan makes epoch {planned}, epoch {active} is active")]
    EpochMoved { planned: Epoch, active: Epoch },
    #[error("the plan follows plan {planned}, active is {active}")]
    ParentMoved { planned: PlanId, active: PlanId },
    #[error("the system is sealed: its manifest is final")]
    Sealed,
}

impl Fault for StandingError {
    fn code(&self) -> Code {
        Code(match self {
            Self::WrongChain { .. } => "PRX-PLAN-040",
            Self::WrongRouter { .. } => "PRX-PLAN-041",
            Self::EpochMoved { .. } => "PRX-PLAN-042",
            Self::ParentMoved { .. } => "PRX-PLAN-043",
            Self::Sealed => "PRX-PLAN-044",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::WrongChain { .. } | Self::WrongRouter { .. } => ExitCode::Endpoint,
            Self::EpochMoved { .. } | Self::ParentMoved { .. } => ExitCode::BadInput,
            Self::Sealed => ExitCode::Refused,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::WrongChain { .. } | Self::WrongRouter { .. } => "compare --network and --rpc-url".into(),
            Self::EpochMoved { .. } | Self::ParentMoved { .. } => {
                "somebody was faster: make the plan again with `payrox plan`".into()
            }
            Self::Sealed => "a sealed system keeps its manifest for ever".into(),
        })
    }
}

impl Plan {
    /// Where it stands.
    ///
    /// # Errors
    /// When it is for another chain or system, or the system has moved on.
    pub fn standing(&self, chain: &ChainSnapshot) -> Result<Standing, StandingError> {
        let (planned, found) = (self.chain_id, chain.chain_id);
        if planned != found {
            return Err(StandingError::WrongChain { planned, found });
        }
        let Some(dispatcher) = &chain.dispatcher else {
            return match self.epoch {
                Epoch(1) => Ok(Standing::Ready),
                planned => Err(StandingError::EpochMoved { planned, active: Epoch(0) }),
            };
        };
        if dispatcher.router != self.addresses.router {
            return Err(StandingError::WrongRouter {
                dispatcher: self.addresses.dispatcher,
                planned: self.addresses.router,
                found: dispatcher.router,
            });
        }
        let active = dispatcher.active;
        if (active.epoch, active.plan_id) == (self.epoch, self.plan_id) {
            return Ok(Standing::Active);
        }
        if active.epoch.0 + 1 != self.epoch.0 {
            return Err(StandingError::EpochMoved { planned: self.epoch, active: active.epoch });
        }
        if active.plan_id != self.parent {
            return Err(StandingError::ParentMoved { planned: self.parent, active: active.plan_id });
        }
        match dispatcher.pending {
            _ if dispatcher.is_sealed => Err(StandingError::Sealed),
            Some(pending) if pending.plan_id == self.plan_id => Ok(Standing::Pending { eta: pending.eta }),
            Some(pending) => Ok(Standing::Behind { pending: pending.plan_id }),
            None => Ok(Standing::Ready),
        }
    }
}
