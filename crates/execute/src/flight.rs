//! Transactions on their way: from the moment they are sent until each is in a block, whatever happens to it in between.

use crate::{Event, Refusal, ending::Ending, engine::Run, wait::Pauses, wave::Item};
use alloy_primitives::{Address, B256, Bytes, U256};
use payrox_chain::{ChainError, Fees, KeyError, Position, Receipt, Rejection, Seen, Signed, Transaction};
use payrox_journal::Record;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// After so many blocks without it a transaction is stuck, and offers more.
const STUCK: u64 = 3;
/// How often it is looked at what keeps transactions, while none is in a block. Until then only the last is asked for.
const CHECK: Duration = Duration::from_secs(2);
/// A nonce is used, and nobody knows by what: so long is waited for an endpoint that is behind.
const GRACE: Duration = Duration::from_secs(10);
/// After this nobody is kept waiting: the run can be resumed.
const PATIENCE: Duration = Duration::from_secs(600);

/// A transaction that left, with all that was ever signed for it and its nonce.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) item: Item,
    /// The newest that was signed.
    pub(crate) tx: Transaction,
    /// Newest last. The bytes are empty where only the node has them.
    pub(crate) signed: Vec<Signed>,
    /// The newest block when it was sent.
    pub(crate) since: u64,
    /// The node did not take it for its price.
    pub(crate) refused: bool,
    pub(crate) receipt: Option<Receipt>,
    /// Since when its nonce is seen to be used.
    taken: Option<Instant>,
}

/// A transaction that is in a block, and may be taken out of it again.
#[derive(Clone, Debug)]
pub(crate) struct Landed {
    pub(crate) step: String,
    pub(crate) from: Address,
    pub(crate) nonce: u64,
    /// Everything that was signed for it.
    pub(crate) hashes: Vec<B256>,
    pub(crate) receipt: Receipt,
}

impl Flight {
    pub(crate) fn new(item: Item, tx: Transaction, signed: Signed, since: u64) -> Self {
        Self { item, tx, signed: vec![signed], since, refused: false, receipt: None, taken: None }
    }

    /// One that was found waiting; the bytes where they are known.
    pub(crate) fn found(
        item: Item,
        seen: Seen,
        to: Address,
        raw: Bytes,
        at: &Position,
        run: &Run<'_>,
    ) -> Self {
        let tx = Transaction {
            chain_id: run.plan.chain_id,
            from: seen.from,
            nonce: seen.nonce,
            to,
            value: seen.value,
            data: seen.data,
            gas: seen.gas,
            fees: seen.fees,
        };
        Self::new(item, tx, Signed { hash: seen.hash, raw }, at.head.number)
    }

    pub(crate) fn hashes(&self) -> Vec<B256> {
        self.signed.iter().map(|signed| signed.hash).collect()
    }

    /// It left, and nobody knows of an end of it.
    pub(crate) fn waits(&self) -> bool {
        self.receipt.is_none() && self.taken.is_none() && !self.refused
    }

    fn newest(&self) -> Option<&Signed> {
        self.signed.last()
    }

    fn replaced(&self, by: Option<B256>, pending: bool) -> Refusal {
        let (step, from, nonce) = (self.item.step.clone(), self.tx.from, self.tx.nonce);
        Refusal::Replaced { step, from, nonce, by, pending }
    }
}

/// Whether waiting can go on, or the chain has to be looked at and decided anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landing {
    Done,
    Again,
}

impl Run<'_> {
    /// Until each has a receipt. What was dropped is sent again, what is stuck offers more, what somebody replaced ends the run.
    pub(crate) async fn land(&mut self, flights: &mut [Flight]) -> Result<Landing, Ending> {
        let mut pauses = Pauses::after(self.pace);
        let mut checked = Instant::now();
        // What the node did not take is not waited for.
        let mut due = flights.iter().any(|flight| flight.refused);
        // What has only just been sent is in no block yet.
        pauses.pause().await;
        while let Some(last) = flights.iter().rposition(|flight| flight.receipt.is_none()) {
            // A sender's last is mined after its others.
            if let Some(receipt) = self.receipt_of(&flights[last]).await? {
                let others = flights.iter().filter(|flight| flight.receipt.is_none()).count() as u64 - 1;
                // Where most of them can stand before it in its block, all of that is asked for at once.
                let block = (others > 0 && receipt.index >= others / 2).then_some(receipt.block);
                flights[last].receipt = Some(receipt);
                self.collect(flights, block).await?;
                self.pace = pauses.elapsed();
                continue;
            }
            self.may_go_on()?;
            if due || checked.elapsed() > CHECK.max(self.pace / 2) {
                if self.check_up(flights).await? == Landing::Again {
                    return Ok(Landing::Again);
                }
                (checked, due) = (Instant::now(), false);
            }
            let open = flights.iter().filter(|flight| flight.receipt.is_none());
            if pauses.is_worth_telling() {
                let what = format!("{} transactions to be mined", open.count());
                self.tell(Event::Waiting { what, until: None });
            } else if pauses.elapsed() > PATIENCE {
                let from = flights[last].tx.from;
                return Err(Refusal::Stuck { from, count: open.count() as u64 }.into());
            }
            pauses.pause().await;
        }
        Ok(Landing::Done)
    }

    async fn receipt_of(&self, flight: &Flight) -> Result<Option<Receipt>, Ending> {
        let receipts = self.session.endpoint.receipts(&flight.hashes()).await?;
        Ok(receipts.into_iter().flatten().next())
    }

    /// The receipts of all that have none, as far as they are there.
    async fn collect(&self, flights: &mut [Flight], block: Option<u64>) -> Result<(), Ending> {
        let open: Vec<usize> = (0..flights.len()).filter(|at| flights[*at].receipt.is_none()).collect();
        let hashes: Vec<(usize, B256)> =
            open.iter().flat_map(|at| flights[*at].hashes().into_iter().map(|hash| (*at, hash))).collect();
        let wanted: Vec<B256> = hashes.iter().map(|(_, hash)| *hash).collect();
        let receipts = self.session.endpoint.receipts_near(block, &wanted).await?;
        for ((at, _), receipt) in hashes.into_iter().zip(receipts) {
            flights[at].receipt = receipt.or(flights[at].receipt.take());
        }
        Ok(())
    }

    /// What keeps those that are in no block.
    async fn check_up(&mut self, flights: &mut [Flight]) -> Result<Landing, Ending> {
        self.collect(flights, None).await?;
        let open = |flights: &[Flight], from: Address| -> Vec<usize> {
            let wanted = |f: &Flight| f.receipt.is_none() && f.tx.from == from;
            (0..flights.len()).filter(|at| wanted(&flights[*at])).collect()
        };
        let senders: BTreeSet<Address> = flights.iter().map(|flight| flight.tx.from).collect();
        for from in senders {
            let open = open(flights, from);
            if open.is_empty() {
                continue;
            }
            let position = self.session.endpoint.position(from).await?;
            let hashes: Vec<Vec<B256>> = open.iter().map(|at| flights[*at].hashes()).collect();
            let mut seen = self.session.endpoint.seen(&hashes.concat()).await?.into_iter();
            let mut lost = Vec::new();
            for (at, hashes) in open.iter().zip(&hashes) {
                let known = seen.by_ref().take(hashes.len()).flatten().count() > 0;
                if !known && flights[*at].tx.nonce >= position.nonce {
                    lost.push(*at);
                } else if !known && self.was_taken(&mut flights[*at], &position).await? == Landing::Again {
                    return Ok(Landing::Again);
                }
            }
            if self.send_again(flights, &lost, &position).await? == Landing::Again {
                return Ok(Landing::Again);
            }
            self.raise(flights, &open, &position).await?;
        }
        Ok(Landing::Done)
    }

    /// The nonce is used, and not by what is known of this flight.
    async fn was_taken(&mut self, flight: &mut Flight, position: &Position) -> Result<Landing, Ending> {
        let (from, nonce) = (flight.tx.from, flight.tx.nonce);
        let blocks = self.chain.block..=position.head.number;
        let spender = self.session.endpoint.spender(from, nonce, blocks).await?.map(|seen| seen.hash);
        let since = *flight.taken.get_or_insert_with(Instant::now);
        match spender {
            // Its receipt comes soon.
            Some(hash) if flight.hashes().contains(&hash) => return Ok(Landing::Done),
            // An earlier run meant something else for this nonce.
            Some(hash) if self.history.meant(hash) => return Ok(Landing::Again),
            None if since.elapsed() < GRACE => return Ok(Landing::Done),
            _ => {}
        }
        let gone = |tx| Record::Replaced { tx, by: spender };
        self.note(&flight.hashes().into_iter().map(gone).collect::<Vec<_>>())?;
        Err(flight.replaced(spender, false).into())
    }

    /// The node does not know them, and their nonces are free: the same bytes once more.
    async fn send_again(
        &mut self,
        flights: &mut [Flight],
        lost: &[usize],
        position: &Position,
    ) -> Result<Landing, Ending> {
        let Some(first) = lost.first() else { return Ok(Landing::Done) };
        let nonce = flights[*first].tx.nonce;
        if position.pending > nonce && !flights[*first].refused {
            let waiting = self.session.endpoint.waiting(flights[*first].tx.from, nonce..nonce + 1).await?;
            match waiting.into_iter().flatten().next() {
                Some(seen) if self.history.meant(seen.hash) => return Ok(Landing::Again),
                // It is not outbid: whoever has the key wants it so.
                Some(seen) => {
                    flights[*first].refused = true;
                    return Err(flights[*first].replaced(Some(seen.hash), true).into());
                }
                None => {}
            }
        }
        let lost: Vec<usize> = lost.iter().copied().filter(|at| !flights[*at].refused).collect();
        let again: Vec<Signed> = lost.iter().filter_map(|at| flights[*at].newest().cloned()).collect();
        if again.iter().any(|signed| signed.raw.is_empty()) {
            return Ok(Landing::Again);
        }
        if again.is_empty() {
            return Ok(Landing::Done);
        }
        for (at, signed) in lost.iter().zip(&again) {
            self.tell(Event::Resent { step: flights[*at].item.step.clone(), tx: signed.hash });
        }
        let answers = self.session.endpoint.send(&again).await?;
        for (at, answer) in lost.into_iter().zip(answers) {
            self.heard(&mut flights[at], answer)?;
        }
        Ok(Landing::Done)
    }

    /// What a node said to a transaction.
    pub(crate) fn heard(&self, flight: &mut Flight, answer: Result<(), ChainError>) -> Result<(), Ending> {
        let Err(error) = answer else {
            flight.refused = false;
            return Ok(());
        };
        match error.rejection() {
            // By which transaction shows at the next look.
            Some(Rejection::Known | Rejection::NonceUsed) => Ok(()),
            Some(Rejection::FeeTooLow) => {
                flight.refused = true;
                Ok(())
            }
            Some(Rejection::NonceTaken) => {
                flight.refused = true;
                Err(flight.replaced(None, true).into())
            }
            Some(Rejection::Funds) => {
                flight.refused = true;
                let (from, gas) = (flight.tx.from, flight.tx.gas);
                let needed = flight.tx.value + U256::from(gas.0) * U256::from(flight.tx.fees.max_fee);
                let has = "less, as the node says".into();
                Err(Refusal::Funds { from, needed: needed.to_string(), has, gas }.into())
            }
            _ => {
                flight.refused = true;
                Err(error.into())
            }
        }
    }

    /// Those that wait since too many blocks offer more, within the limits. Each is written down first.
    async fn raise(
        &mut self,
        flights: &mut [Flight],
        open: &[usize],
        position: &Position,
    ) -> Result<(), Ending> {
        let stuck = |flight: &Flight| {
            flight.refused
                || (flight.tx.nonce >= position.nonce && position.head.number >= flight.since + STUCK)
        };
        let stuck: Vec<usize> = open.iter().copied().filter(|at| stuck(&flights[*at])).collect();
        // What was signed on another machine waits as it is.
        let again = |at: &usize| self.session.keyring.can_sign_again(flights[*at].tx.from);
        if let Some(refused) = stuck.iter().find(|at| !again(at) && flights[**at].refused) {
            let Transaction { from, nonce, .. } = flights[*refused].tx;
            return Err(ChainError::from(KeyError::Absent { from, nonce }).into());
        }
        let stuck: Vec<usize> = stuck.into_iter().filter(again).collect();
        let Some(first) = stuck.first().map(|at| flights[*at].tx.clone()) else { return Ok(()) };
        let mut raised = Vec::with_capacity(stuck.len());
        for at in &stuck {
            let fees = self.more(&flights[*at].tx, position).map_err(|e| match e {
                ChainError::FeeCap { wanted, limit } => {
                    let (from, nonce, count) = (first.from, first.nonce, stuck.len());
                    Refusal::TooDear { from, nonce, count, wanted, limit }.into()
                }
                e => Ending::from(e),
            })?;
            let tx = Transaction { fees, ..flights[*at].tx.clone() };
            let signed = self.session.keyring.sign(&tx, self.session.endpoint).await?;
            raised.push((tx, signed));
        }
        self.may_go_on()?;
        let mut intents = Vec::with_capacity(stuck.len());
        for (at, (tx, signed)) in stuck.iter().zip(&raised) {
            let replaces = flights[*at].newest().map(|signed| signed.hash);
            intents.push(self.intent(&flights[*at].item, tx, signed, replaces));
        }
        self.mean(&raised.iter().map(|(_, signed)| signed.clone()).collect::<Vec<_>>(), intents)?;
        let signed: Vec<Signed> = raised.iter().map(|(_, signed)| signed.clone()).collect();
        for (at, (tx, signed)) in stuck.iter().zip(raised) {
            let (step, max_fee) = (flights[*at].item.step.clone(), tx.fees.max_fee);
            self.tell(Event::Raised { step, tx: signed.hash, max_fee });
            let flight = &mut flights[*at];
            (flight.tx, flight.since) = (tx, position.head.number);
            flight.signed.push(signed);
        }
        let answers = self.session.endpoint.send(&signed).await?;
        for (at, answer) in stuck.into_iter().zip(answers) {
            self.heard(&mut flights[at], answer)?;
        }
        Ok(())
    }

    /// More than the transaction offers, and enough for the next block.
    fn more(&self, tx: &Transaction, position: &Position) -> Result<Fees, ChainError> {
        let policy = self.session.target.fees;
        let fees = tx.fees.raised(&position.head, position.tip, policy)?;
        if fees.suffice(&position.head) {
            return Ok(fees);
        }
        let wanted = position.head.base_fee.unwrap_or_default().saturating_add(fees.tip.unwrap_or_default());
        Err(ChainError::FeeCap { wanted, limit: policy.max_fee.unwrap_or(fees.max_fee) })
    }
}
