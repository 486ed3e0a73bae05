//! What is looked at before anything is sent: whether the chain can hold the contracts, whether the accounts can pay, and whether
//! nobody else is at work with the same key.

use crate::{Cost, Event, Refusal, ending::Ending, engine::Run, gates::Cleared, roles};
use alloy_primitives::{Address, U256};
use payrox_chain::{DataCost, Fees, Position, Transaction, data_costs, probe_opcodes};
use payrox_devnet::{CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE};
use payrox_model::{CodeHash, Gas};
use payrox_plan::{Call, Plan, PlannedStep};
use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

/// A newest block this much ahead of the machine's clock, or behind it: one of the two is wrong.
const AHEAD: u64 = 120;
const BEHIND: u64 = 3_600;

/// What the first layer asks for data may double before the last transaction is sent.
const DATA_MARGIN: u64 = 2;

impl Run<'_> {
    /// Refuses what could only go wrong midway, and says what the rest may cost.
    pub(crate) async fn preflight(&mut self, cleared: &Cleared<'_, Plan>) -> Result<(), Ending> {
        let mut loads: BTreeMap<Address, Vec<(&PlannedStep, &Call, Gas)>> = BTreeMap::new();
        let (mut deploys, mut largest) = (false, None);
        let keyring = self.session.keyring;
        let by_nobody = keyring.is_empty() && !self.session.broadcast;
        for step in self.steps.iter().copied().filter(|step| !self.holds(step)) {
            let Some(call) = &step.call else { continue };
            let gas = cleared.gas_limit(&step.name);
            deploys |= call.to == CREATE2_DEPLOYER;
            largest = largest.max(Some((gas, &step.name)));
            // Who has no key here pays nothing: his call is handed over. Where there is no key at all, nobody has been chosen yet.
            let from = match by_nobody {
                true => roles::holder(self.plan, call.sender, &self.chain),
                false => roles::choose(self.plan, call.sender, &self.chain, keyring),
            };
            if let Some(from) = from {
                loads.entry(from).or_default().push((step, call, gas));
            }
        }
        if deploys {
            self.deployer_is_there()?;
        }
        // What runs in this process was made for these contracts.
        if !self.session.endpoint.is_in_process() {
            let missing = probe_opcodes(self.session.endpoint).await?.missing();
            if !missing.is_empty() {
                return Err(Refusal::NoOpcodes { missing }.into());
            }
        }
        for (from, load) in loads {
            let position = self.position(from).await?;
            if let Some((gas, step)) = largest.filter(|(gas, _)| gas.0 > position.head.gas_limit) {
                let (step, limit) = (step.clone(), position.head.gas_limit);
                return Err(Refusal::BlockTooSmall { step, gas, limit }.into());
            }
            let cost = match self.cost(from, &load, &position).await {
                Ok(cost) => cost,
                // Nobody is about to pay: what would be sent is shown all the same.
                Err(Ending { stopped, .. }) if by_nobody => {
                    let what = format!("what {from} would pay is not known: {}", stopped.message);
                    self.tell(Event::Warned { what });
                    continue;
                }
                Err(ending) => return Err(ending),
            };
            self.tell(Event::Cost(cost.clone()));
            self.result.cost.push(cost.clone());
            if !self.session.broadcast {
                continue;
            }
            if cost.balance < cost.wei {
                let (needed, has) = (cost.wei.to_string(), cost.balance.to_string());
                return Err(Refusal::Funds { from, needed, has, gas: cost.gas }.into());
            }
            self.refuse_foreign(from, &position).await?;
            self.positions.insert(from, position);
        }
        self.compare_clocks();
        Ok(())
    }

    /// What an account's transactions may come to: each at its limit of gas, at the highest price it offers, and what is paid for data.
    async fn cost(
        &mut self,
        from: Address,
        load: &[(&PlannedStep, &Call, Gas)],
        position: &Position,
    ) -> Result<Cost, Ending> {
        let fees = Fees::choose(&position.head, position.tip, self.session.target.fees)?;
        let transaction = |(step, (_, call, gas)): (usize, &(&PlannedStep, &Call, Gas))| Transaction {
            chain_id: self.plan.chain_id,
            from,
            nonce: position.nonce + step as u64,
            to: call.to,
            value: call.value,
            data: call.data.clone(),
            gas: *gas,
            fees,
        };
        let data = match self.session.target.data_fee {
            None => vec![DataCost::default(); load.len()],
            Some(fee) => {
                let transactions: Vec<_> = load.iter().enumerate().map(transaction).collect();
                data_costs(self.session.endpoint, fee, &transactions).await?
            }
        };
        let (mut gas, mut data_wei, mut value) = (0u64, U256::ZERO, U256::ZERO);
        for ((step, call, limit), data) in load.iter().zip(data) {
            let data_gas = data.gas.0.saturating_mul(DATA_MARGIN);
            gas = gas.saturating_add(limit.0).saturating_add(data_gas);
            value += call.value;
            data_wei += data.wei * U256::from(DATA_MARGIN) + U256::from(data_gas) * U256::from(fees.max_fee);
            if data_gas > 0 {
                self.data_gas.insert(step.name.clone(), data_gas);
            }
        }
        let in_gas: u64 = load.iter().filter_map(|(step, ..)| self.data_gas.get(&step.name)).sum();
        let on_top = data_wei - U256::from(in_gas) * U256::from(fees.max_fee);
        let wei = U256::from(gas) * U256::from(fees.max_fee) + value + on_top;
        let (transactions, balance) = (load.len(), position.balance);
        Ok(Cost { from, transactions, gas: Gas(gas), wei, data_wei, balance })
    }

    fn deployer_is_there(&self) -> Result<(), Refusal> {
        match self.chain.code.get(&CREATE2_DEPLOYER) {
            Some(hash) if *hash == CodeHash::of(&CREATE2_DEPLOYER_CODE) => Ok(()),
            found => {
                let found =
                    found.map_or("there is no code".into(), |hash| format!("the code there is {hash}"));
                Err(Refusal::NoDeployer { address: CREATE2_DEPLOYER, found })
            }
        }
    }

    /// Everything that waits waits by the chain's time; a wrong clock only makes what is shown to people wrong.
    fn compare_clocks(&self) {
        // Chains for development keep a time of their own.
        if self.session.target.skip_time || self.session.endpoint.is_in_process() {
            return;
        }
        let here = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        let there = self.chain.timestamp;
        let what = if there > here.saturating_add(AHEAD) {
            format!(
                "the newest block is {} s ahead of this machine's clock; the chain's time counts",
                there - here
            )
        } else if here > there.saturating_add(BEHIND) {
            format!(
                "the newest block is {} s behind this machine's clock: the node lags, the chain stands, or the clock is wrong; the chain's time counts",
                here - there
            )
        } else {
            return;
        };
        self.tell(Event::Warned { what });
    }
}
