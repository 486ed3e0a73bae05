//! When two calls are the same call.
//!
//! Direct against routed, everything must be equal: how it ended, return data, revert data, logs in order, storage, transient
//! storage, balances, nonces, code. What legitimately differs is made equal beforehand where that can be done, so that nothing
//! needs to be forgiven afterwards:
//!
//! | the router | so |
//! |---|---|
//! | holds a lock, in one transient slot | for a route with LOCK the slot is set before the direct call, as the router would: who comes back in meets the same lock. After the routed call the slot must be free again |
//! | uses gas, and leaves accounts and slots warm | the facet's frame has the same gas on both sides, and what the router looks at on its way is warm for the direct call as well: a facet that looks at its gas sees the same |
//! | is called by its dispatcher for its own functions | the dispatcher never calls here; no facet is served to it |
//! | is paused, or a selector forbidden | such a route is not compared, and is unknown |
//! | takes no STATICCALL where it takes the lock | only views are called so |
//!
//! A diamond has no lock and no router of ours. The first frame that runs the planned facet for it has the gas that the direct call has; the slots
//! in which it looks its routes up are cold for the direct call. A call before may have cut it: what does not come to the planned facet
//! after that is undecided. What the diamond answers itself has no facet that could be asked alone, and is compared between releases only.
//!
//! A release against the one before: the contracts that the plan makes are there on both sides, and serve only on one.
//!
//! What is forgiven:
//!
//! | difference | why |
//! |---|---|
//! | halted against reverted without data | a router cannot pass on that a facet ran out of gas or into an invalid instruction: its caller sees a failed call without data in both cases |
//! | one or two frames more on the stack | the stack ends at 1,024, and no call gets there: each frame leaves a 64th of the gas behind |
//! | `supportsInterface(bytes4)` | the router answers first: its own ids are true, 0xffffffff is false, ether is refused. For every other id its answer is true if the facet's is, else false |
//! | a diamond's loupe, old against new | it tells what is served, and the plan changes that: either answer must be what that release serves, in any order |
//! | `diamondCut`, old against new | a cut that names a function which one release serves otherwise ends otherwise; of every other cut that names functions the diamond's own slots, in which it keeps its lists, differ as the lists do, and all else must be the same |
//! | plain ether on a route with RECEIVE | no facet is asked. The direct call meets code that takes ether with empty calldata and says `NoRoute` to all else |

use crate::{
    call::Call,
    system::{Kind, Route, is_own_interface},
    world::{Change, Effects, Ending},
};
use alloy_primitives::{B256, Bytes, U256};
use serde::{Deserialize, Serialize};

/// In what two calls differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// One returned, the other failed.
    Outcome,
    /// What it returned.
    ReturnData,
    /// What it reverted with.
    RevertData,
    /// What it logged.
    Logs,
    /// A storage slot.
    Storage,
    /// A slot of transient storage.
    Transient,
    /// Somebody's ether.
    Balance,
    /// A nonce or a code: something was created, or was not.
    Accounts,
    /// The router's lock was not given back.
    Lock,
}

impl Aspect {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::ReturnData => "return data",
            Self::RevertData => "revert data",
            Self::Logs => "logs",
            Self::Storage => "storage",
            Self::Transient => "transient storage",
            Self::Balance => "balances",
            Self::Accounts => "accounts created",
            Self::Lock => "the lock",
        }
    }
}

/// In what a direct call and a routed one differ; nothing if they are the same.
pub(crate) fn direct_and_routed(
    route: &Route,
    call: &Call,
    direct: &Effects,
    routed: &Effects,
) -> Vec<Aspect> {
    match route.kind {
        Kind::Interfaces => interfaces(route, call, direct, routed),
        Kind::Function | Kind::Receive | Kind::Loupe | Kind::Cut => effects(direct, routed),
    }
}

/// In what two calls differ.
pub(crate) fn effects(left: &Effects, right: &Effects) -> Vec<Aspect> {
    let mut found = Vec::new();
    let returned = left.ending == Ending::Returned;
    if returned != (right.ending == Ending::Returned) {
        found.push(Aspect::Outcome);
    } else if left.output != right.output {
        found.push(if returned { Aspect::ReturnData } else { Aspect::RevertData });
    }
    if left.logs != right.logs {
        found.push(Aspect::Logs);
    }
    if left.changes != right.changes {
        different_changes(&left.changes, &right.changes, &mut found);
    }
    found
}

fn different_changes(left: &[Change], right: &[Change], found: &mut Vec<Aspect>) {
    let only = |of: &[Change], other: &[Change]| {
        of.iter().filter(|change| other.binary_search(change).is_err()).map(|c| c.field).collect::<Vec<_>>()
    };
    let mut fields = only(left, right);
    fields.extend(only(right, left));
    let mut aspects: Vec<_> = fields.into_iter().map(aspect).collect();
    aspects.sort_unstable();
    aspects.dedup();
    found.extend(aspects);
}

fn aspect(field: crate::Field) -> Aspect {
    use crate::{Field, system::LOCK};
    match field {
        Field::Balance => Aspect::Balance,
        Field::Nonce | Field::Code => Aspect::Accounts,
        Field::Slot(_) => Aspect::Storage,
        Field::Transient(LOCK) => Aspect::Lock,
        Field::Transient(_) => Aspect::Transient,
    }
}

/// ERC-165, where the router speaks first.
fn interfaces(route: &Route, call: &Call, direct: &Effects, routed: &Effects) -> Vec<Aspect> {
    let answer = |yes: bool| Bytes::copy_from_slice(B256::from(U256::from(u8::from(yes))).as_slice());
    let own = |ending, output| Effects { ending, output, ..Effects::default() };
    let expected = match route.interface_of(&call.data).filter(|_| call.value.is_zero()) {
        None => own(Ending::Reverted, Bytes::new()),
        Some([0xff, 0xff, 0xff, 0xff]) => own(Ending::Returned, answer(false)),
        Some(id) if is_own_interface(id) => own(Ending::Returned, answer(true)),
        Some(_) => {
            let said = direct.output.get(..32).map(U256::from_be_slice);
            let yes = direct.ending == Ending::Returned && said == Some(U256::from(1));
            let mut expected = own(Ending::Returned, answer(yes));
            if direct.ending == Ending::Returned {
                expected.logs.clone_from(&direct.logs);
                expected.changes.clone_from(&direct.changes);
            }
            expected
        }
    };
    effects(&expected, routed)
}
