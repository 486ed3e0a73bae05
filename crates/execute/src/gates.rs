//! What must hold before anything is sent. [`Cleared`] is made here and nowhere else.

use crate::{Refusal, rehearse::Rehearsal};
use alloy_primitives::B256;
use payrox_chain::{CallRequest, ChainError, Endpoint, Reasons};
use payrox_model::{ChainId, Code, ExitCode, Fault, Gas, PlanId, limits};
use payrox_plan::Plan;
use std::collections::BTreeMap;

/// Something that went through the gates: the only thing that is sent for.
#[derive(Clone, Debug)]
pub struct Cleared<'a, T> {
    inner: &'a T,
    gas: BTreeMap<String, Gas>,
}

/// Why a plan is not cleared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum GateError {
    #[error("the plan was changed after it was made: its content hash is {found}, it says {said}")]
    Edited { said: B256, found: B256 },
    #[error("the plan was made from other artifacts: {planned}, now there are {found}")]
    Artifacts { planned: B256, found: B256 },
    #[error("the dry run was on chain {found}, the plan is for {planned}")]
    Chain { planned: ChainId, found: ChainId },
    #[error("the dry run was of another plan")]
    OtherPlan,
    #[error("dry run: {step} reverts: {reason}")]
    Reverts { step: String, reason: String },
    #[error("dry run: {step} goes through and is not true afterwards")]
    NotTrue { step: String },
    #[error("dry run: {step} cannot become true: {why}")]
    Never { step: String, why: Refusal },
    #[error("dry run: there is no way back from this plan: {reason}")]
    NoWayBack { reason: String },
    #[error("dry run: the sandbox failed: {why}")]
    Sandbox { why: String },
    #[error("dry run: the chain that it is tried on cannot be read: {why}")]
    Fork { why: String },
    #[error("dry run: {step} takes {gas} gas, more than a transaction may")]
    TooMuchGas { step: String, gas: Gas },
}

impl Fault for GateError {
    fn code(&self) -> Code {
        Code(match self {
            Self::Edited { .. } => "PRX-GATE-001",
            Self::Artifacts { .. } => "PRX-GATE-002",
            Self::Chain { .. } => "PRX-GATE-003",
            Self::OtherPlan => "PRX-GATE-004",
            Self::Reverts { .. } => "PRX-GATE-005",
            Self::NotTrue { .. } => "PRX-GATE-006",
            Self::Never { .. } => "PRX-GATE-007",
            Self::NoWayBack { .. } => "PRX-GATE-008",
            Self::Sandbox { .. } => "PRX-GATE-009",
            Self::TooMuchGas { .. } => "PRX-GATE-010",
            Self::Fork { .. } => "PRX-FORK-006",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Edited { .. } => ExitCode::BadInput,
            Self::Artifacts { .. } => ExitCode::Refused,
            Self::Fork { .. } => ExitCode::Endpoint,
            Self::Sandbox { .. } | Self::OtherPlan | Self::Chain { .. } => ExitCode::Internal,
            _ => ExitCode::GateFailed,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Edited { .. } => "make it again: payrox plan".into(),
            Self::Artifacts { .. } => "plan again, or restore the artifacts: payrox plan diff".into(),
            Self::Sandbox { .. } | Self::OtherPlan | Self::Chain { .. } => return None,
            Self::Fork { .. } => "run it again; if it stays so, use an endpoint that keeps this block".into(),
            Self::TooMuchGas { .. } => "mark rarely called routes as cold, or split the release".into(),
            _ => "nothing was sent".into(),
        })
    }
}

impl<'a, T> Cleared<'a, T> {
    /// What it is about.
    pub fn about(&self) -> &'a T {
        self.inner
    }

    /// What a step used in the dry run.
    pub(crate) fn expected(&self, step: &str) -> Option<Gas> {
        self.gas.get(step).copied()
    }

    /// A gas limit that leaves room for what differs between dry run and chain: refunds (at most a fifth, EIP-3529) are paid
    /// only afterwards, and a 64th stays behind at each call (EIP-150).
    pub(crate) fn gas_limit(&self, step: &str) -> Gas {
        let used = self.expected(step).map_or(limits::TX_GAS, |gas| gas.0);
        Gas((used + used / 5 * 2 + 20_000).min(limits::TX_GAS))
    }
}

/// Mints the clearance of a plan from what was proved about exactly this plan, these artifacts and this chain.
///
/// # Errors
/// The first gate that is shut.
pub fn clear<'a>(
    plan: &'a Plan,
    artifacts: B256,
    chain_id: ChainId,
    rehearsal: &Rehearsal,
) -> Result<Cleared<'a, Plan>, GateError> {
    let found = plan.compute_content_hash().map_err(|e| GateError::Sandbox { why: e.to_string() })?;
    if found != plan.content_hash {
        return Err(GateError::Edited { said: plan.content_hash, found });
    }
    if artifacts != plan.artifacts_hash {
        return Err(GateError::Artifacts { planned: plan.artifacts_hash, found: artifacts });
    }
    if chain_id != plan.chain_id || rehearsal.chain_id != plan.chain_id {
        return Err(GateError::Chain { planned: plan.chain_id, found: rehearsal.chain_id });
    }
    if rehearsal.plan != plan.content_hash {
        return Err(GateError::OtherPlan);
    }
    if let Some((step, gas)) = rehearsal.gas.iter().find(|(_, gas)| gas.0 > limits::TX_GAS) {
        return Err(GateError::TooMuchGas { step: step.clone(), gas: *gas });
    }
    Ok(Cleared { inner: plan, gas: rehearsal.gas.clone() })
}

/// The removal of a pending plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// What is removed.
    pub plan_id: PlanId,
    /// The call that does it.
    pub call: CallRequest,
}

/// Why a cancellation is not cleared.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each text says it")]
pub enum NotCleared {
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl NotCleared {
    pub(crate) fn fault(&self) -> &dyn Fault {
        match self {
            Self::Gate(error) => error,
            Self::Chain(error) => error,
        }
    }
}

/// Mints the clearance of a cancellation: the chain itself says that it goes through.
///
/// # Errors
/// [`GateError::Reverts`] when it would not; the endpoint's error when it does not say.
pub async fn clear_cancellation<'a>(
    cancellation: &'a Cancellation,
    endpoint: &Endpoint,
    reasons: &Reasons,
) -> Result<Cleared<'a, Cancellation>, NotCleared> {
    let step = payrox_journal::CANCEL.to_owned();
    let gas = endpoint.estimate(&cancellation.call).await.map_err(|e| match e.revert_data() {
        Some(data) => GateError::Reverts { step: step.clone(), reason: reasons.decode(data) }.into(),
        None => NotCleared::Chain(e),
    })?;
    Ok(Cleared { inner: cancellation, gas: BTreeMap::from([(step, gas)]) })
}
