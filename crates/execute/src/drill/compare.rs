//! Everything that had code before the plan, then and after the way back.

use super::Drill;
use crate::{Sandbox, after::is_written_by_the_router, gates::GateError};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall as _;
use payrox_devnet::Devnet;
use payrox_model::diamond::IDiamond::diamondCutCall;
use payrox_plan::{Call, Effect, Inverse};
use payrox_validate::Part;
use std::collections::BTreeSet;

impl Drill<'_> {
    /// The dispatcher is the journal of changes: it has more to tell than before. So has a diamond's book of routes. The first release
    /// has nothing to go back to but silence.
    pub(super) async fn compare(&mut self, before: &Devnet) -> Result<(), GateError> {
        let plan = self.stage.plan;
        let adopted = self.adopted_from.is_some();
        if matches!(plan.inverse, Inverse::PauseAndFreeze { .. }) && !adopted {
            self.seen.not_compared = Some("nothing to compare: paused and frozen".into());
            return Ok(());
        }
        if self.seen.of(Part::Plan).next().is_none() {
            self.seen.not_compared = Some("nothing to compare: the plan was live already".into());
            return Ok(());
        }
        let (core, diamond) = (plan.addresses, plan.diamond.as_ref().map(|part| part.address));
        let dispatcher = (diamond.is_none()).then_some(core.dispatcher);
        let meant = |address: Address| Some(address) == dispatcher || address == core.factory;
        let book = match diamond {
            Some(diamond) => Some((diamond, self.book(before, diamond).await?)),
            None => None,
        };
        // What the router writes down of itself in an adopted proxy stays there: whatever served it never looked at it. What else was
        // written over zero was not: an init contract or a facet left it.
        let own = |address: Address, slot: U256, was: U256| {
            let routers = adopted && address == plan.system.proxy && was.is_zero();
            routers && is_written_by_the_router(plan, slot)
                || book.as_ref().is_some_and(|(diamond, book)| address == *diamond && book.contains(&slot))
        };
        let changes = self.stage.sandbox.devnet().changes_since(before);
        for change in changes.iter().filter(|change| change.had_code() && !meant(change.address)) {
            let whose = match change.address {
                address if Some(address) == diamond => "the diamond".to_owned(),
                address if address == core.router => "the router".to_owned(),
                address => address.to_string(),
            };
            let slots = change.slots.iter().filter(|(slot, (was, _))| !own(change.address, **slot, *was));
            let slots = slots.map(|(slot, _)| format!("slot {slot:#066x} of {whose}"));
            self.seen.differences.extend(slots);
            if change.code_hash.0 != change.code_hash.1 {
                self.seen.differences.push(format!("the code of {whose}"));
            }
            if change.balance.0 != change.balance.1 {
                self.seen.differences.push(format!("the balance of {whose}"));
            }
        }
        Ok(())
    }

    /// The slots that a diamond keeps its routes in, as far as this plan touches them: what is other after its cuts and the way back,
    /// where nothing runs with them. Diamonds list functions in the order in which they were added.
    async fn book(&mut self, before: &Devnet, diamond: Address) -> Result<BTreeSet<U256>, GateError> {
        let plan = self.stage.plan;
        let copy = Sandbox::fork(before);
        let chain = self.stage.look().await?;
        let forward =
            plan.steps.iter().filter(|step| matches!(step.effect, Effect::Cut { .. } | Effect::Code { .. }));
        let calls = forward.filter_map(|step| step.call.as_ref()).chain(plan.inverse.calls());
        for call in calls {
            let bare = without_init(call);
            let (from, to, data) = (self.stage.sender(call.sender, &chain), call.to, bare);
            let sent = copy.aside(move |copy| copy.execute(from, to, U256::ZERO, &data)).await;
            match sent {
                // Code that stands already is not created again; what else fails here is missing from the book, and told.
                Ok(Err(reverted)) if reverted.unread => return Err(GateError::Fork { why: reverted.text }),
                Ok(_) => {}
                Err(why) => return Err(GateError::Sandbox { why }),
            }
        }
        let changes = copy.devnet().changes_since(before);
        let own = changes.into_iter().filter(|change| change.address == diamond);
        Ok(own.flat_map(|change| change.slots.into_keys().collect::<Vec<_>>()).collect())
    }
}

/// A cut with nothing that runs along with it; any other call as it is.
fn without_init(call: &Call) -> Bytes {
    match diamondCutCall::abi_decode(&call.data) {
        Ok(cut) => {
            let bare = diamondCutCall { _init: Address::ZERO, _calldata: Bytes::new(), ..cut };
            bare.abi_encode().into()
        }
        Err(_) => call.data.clone(),
    }
}
