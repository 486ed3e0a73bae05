//! Why a node does not take a transaction, in the words of each client.

use crate::ChainError;

/// What a node's refusal of a transaction means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// It has the transaction already.
    Known,
    /// The nonce is used.
    NonceUsed,
    /// Another transaction waits with this nonce, and this one does not offer enough more to take its place.
    NonceTaken,
    /// It offers less than the next block costs.
    FeeTooLow,
    /// The account cannot pay for it.
    Funds,
    /// Something else.
    Other,
}

/// Parts of what geth, reth, Erigon, Nethermind, Besu, anvil and Hardhat say, in lower case. The first that fits counts.
const WORDS: [(Rejection, &[&str]); 5] = [
    (
        Rejection::Known,
        &["already known", "alreadyknown", "already imported", "already exists", "known transaction"],
    ),
    (Rejection::NonceUsed, &["nonce too low", "nonce is too low", "oldnonce", "nonce below"]),
    (
        Rejection::NonceTaken,
        &["replacement transaction underpriced", "replacementnotallowed", "replacement transaction not"],
    ),
    (
        Rejection::FeeTooLow,
        &[
            "less than block base fee",
            "underpriced",
            "feetoolow",
            "fee too low",
            "too low for the next block",
            "below configured minimum",
            "below the minimum",
        ],
    ),
    (
        Rejection::Funds,
        &["insufficient funds", "insufficientfunds", "enough funds", "exceeds account balance", "overshot"],
    ),
];

impl ChainError {
    /// What it means, where it is a node's answer to a transaction.
    pub fn rejection(&self) -> Option<Rejection> {
        let Self::Server { text, .. } = self else { return None };
        let text = text.to_ascii_lowercase();
        let fits = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let found = WORDS.iter().find(|(_, words)| fits(words));
        Some(found.map_or(Rejection::Other, |(rejection, _)| *rejection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_clients_words_are_understood() {
        for (text, expected) in [
            ("already known", Rejection::Known),
            ("AlreadyKnown", Rejection::Known),
            ("transaction already imported", Rejection::Known),
            ("nonce too low: next nonce 5, tx nonce 4", Rejection::NonceUsed),
            ("Nonce too low. Expected nonce to be 1 but got 0.", Rejection::NonceUsed),
            ("replacement transaction underpriced", Rejection::NonceTaken),
            ("transaction underpriced: tip needed 1, tip permitted 0", Rejection::FeeTooLow),
            ("max fee per gas less than block base fee: address 0x…, maxFeePerGas: 1", Rejection::FeeTooLow),
            ("Insufficient funds for gas * price + value", Rejection::Funds),
            ("Sender doesn't have enough funds to send tx.", Rejection::Funds),
            ("txpool is full", Rejection::Other),
        ] {
            let (endpoint, text) = (String::new(), text.to_owned());
            let error = ChainError::Server { endpoint, method: "eth_sendRawTransaction", code: -32000, text };
            assert_eq!(error.rejection(), Some(expected), "{error}");
        }
        assert_eq!(ChainError::NoKey(Default::default()).rejection(), None);
    }
}
