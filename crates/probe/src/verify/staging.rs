//! What is staged is what was planned.

use super::{
    answers::{Answers, CodeOf, Place, Questions, Seen},
    diamond::CANCEL,
    tally::Tally,
};
use payrox_model::{Check, Code, PlanId, abi::IManifestDispatcher as Dispatcher};
use payrox_plan::Plan;

const STAGED: Code = Code("PRX-PRB-012");
const PLAN_ID: Code = Code("PRX-PRB-013");
const MANIFEST: Code = Code("PRX-PRB-005");

pub(crate) struct Staging {
    pending: Place<Dispatcher::pendingCall>,
    active: Place<Dispatcher::activeCall>,
    plan_id: Place<Dispatcher::planIdCall>,
    manifest: Place<CodeOf>,
}

impl Staging {
    pub(crate) fn ask(plan: &Plan, questions: &mut Questions) -> Self {
        let dispatcher = plan.addresses.dispatcher;
        Self {
            pending: questions.call(dispatcher, &Dispatcher::pendingCall {}),
            active: questions.call(dispatcher, &Dispatcher::activeCall {}),
            plan_id: questions.call(dispatcher, &Dispatcher::planIdCall { plan: (&plan.onchain).into() }),
            manifest: questions.code(plan.manifest.address),
        }
    }

    pub(crate) fn check(self, plan: &Plan, answers: &Answers, now: u64) -> Check {
        let active = answers.output(&self.active).map(|a| PlanId(a.planId));
        let live = matches!(&active, Seen::Value(id) if *id == plan.plan_id);
        let pending = match (&active, answers.output(&self.pending)) {
            // Nothing is pending: whether that is because it is active is not known.
            (Seen::Unknown(why), Seen::Value(pending)) if pending.planId.is_zero() => {
                Seen::Unknown(why.clone())
            }
            (_, pending) => pending,
        };
        let another = |id: PlanId| !id.is_zero() && id != plan.plan_id;
        let hint = match &pending {
            Seen::Value(pending) if another(PlanId(pending.planId)) => CANCEL,
            _ => "`payrox stage` stages the plan",
        };
        let mut tally = Tally::new("staging", "facts about the staged plan", hint);
        tally.judge(STAGED, "the pending plan", pending, |pending| {
            let (id, until) =
                (PlanId(pending.planId), pending.eta.saturating_add(plan.onchain.window.into()));
            match id {
                // Staged and activated: there is nothing pending any more.
                id if live && id.is_zero() => Ok(()),
                id if id.is_zero() => Err("nothing is staged".into()),
                id if another(id) => Err(format!("expected plan {}, found {id}", plan.plan_id)),
                _ if now > until => Err(format!("its window ended {} s ago", now - until)),
                _ => Ok(()),
            }
        });
        tally.equal(PLAN_ID, "the plan's id", &plan.plan_id, answers.output(&self.plan_id).map(PlanId));
        tally.judge(MANIFEST, "the manifest's bytes", answers.code(&self.manifest), |code| {
            chunk_holds(code, &plan.manifest.bytes)
        });
        tally.done()
    }
}

/// That a data contract holds these bytes: its code is `0x00 ‖ bytes`.
pub(crate) fn chunk_holds(code: &[u8], bytes: &[u8]) -> Result<(), String> {
    match code.split_first() {
        None => Err("there is no such data contract".into()),
        Some((0, held)) if held == bytes => Ok(()),
        Some((0, held)) => {
            let at = held.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            Err(format!(
                "{} bytes where {} are planned, the first difference at byte {at}",
                held.len(),
                bytes.len()
            ))
        }
        Some((first, _)) => Err(format!("its code begins with {first:#04x}: no data contract")),
    }
}
