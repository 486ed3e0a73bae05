//! What the dispatcher's own log says about plans: the chain alone is enough to know the active one and the one before.

use alloy_primitives::{Address, keccak256};
use alloy_sol_types::SolValue as _;
use payrox_chain::{At, ChainError, Endpoint, LogQuery};
use payrox_model::{ActiveState, ChainSnapshot, Epoch, PlanId, RouterState, abi};
use payrox_plan::OnchainPlan;

/// `PlanStaged(bytes32 indexed planId, uint64 eta, Plan plan)`.
const PLAN_STAGED: &str = "PlanStaged(bytes32,uint64,(address,uint64,bytes32,address,bytes32,uint16,address,bytes32,bytes32,uint64,uint32,uint32,uint64))";

/// The plan with this id, as it was staged; `None` where the endpoint's logs do not have it.
///
/// # Errors
/// When the endpoint fails.
pub async fn staged_plan(
    endpoint: &Endpoint,
    dispatcher: Address,
    plan_id: PlanId,
) -> Result<Option<OnchainPlan>, ChainError> {
    let topics = vec![vec![keccak256(PLAN_STAGED)], vec![plan_id.0]];
    let query = LogQuery { from_block: 0, to_block: None, addresses: vec![dispatcher], topics };
    let logs = endpoint.logs(&query).await?;
    // The first word is eta. The struct is static: it follows in place.
    let plan = logs.last().and_then(|log| abi::Plan::abi_decode(log.data.get(32..)?).ok());
    Ok(plan.as_ref().map(OnchainPlan::from))
}

/// The system as it was when the active plan was made: the same planner then gives the same plan again. A rollback makes a
/// plan active in a later epoch than it was made for.
///
/// `None` where the logs do not reach back far enough.
///
/// # Errors
/// When the endpoint fails.
pub async fn before_active(
    endpoint: &Endpoint,
    dispatcher: Address,
    now: &ChainSnapshot,
) -> Result<Option<ChainSnapshot>, ChainError> {
    let Some(state) = now.dispatcher.as_ref().filter(|d| d.active.epoch.0 > 0) else { return Ok(None) };
    let Some(active) = staged_plan(endpoint, dispatcher, state.active.plan_id).await? else {
        return Ok(None);
    };
    let mut then = now.clone();
    let Some(dispatcher_then) = then.dispatcher.as_mut() else { return Ok(None) };
    dispatcher_then.pending = None;
    dispatcher_then.floor = Epoch(active.floor);
    if active.parent.is_zero() {
        dispatcher_then.active = ActiveState::default();
        then.router = Some(RouterState { manifest: Vec::new() });
        return Ok(Some(then));
    }
    let Some(parent) = staged_plan(endpoint, dispatcher, active.parent).await? else { return Ok(None) };
    dispatcher_then.active = ActiveState {
        epoch: Epoch(active.epoch - 1),
        plan_id: active.parent,
        manifest: parent.manifest,
        root: parent.root,
        activated_at: 0,
    };
    let code = endpoint.code(parent.manifest, At::Latest).await?;
    then.router = Some(RouterState { manifest: code.get(1..).unwrap_or_default().to_vec() });
    Ok(Some(then))
}
