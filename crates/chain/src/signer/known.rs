//! Keys that anyone would guess first.

use alloy_signer_local::PrivateKeySigner;

/// Whether a key is one that is tried first: a small number, or a pattern of at most eight bytes over and over. A random key is neither.
pub(super) fn is_guessable(signer: &PrivateKeySigner) -> bool {
    let key = zeroize::Zeroizing::new(signer.to_bytes().0);
    let small = key[..24].iter().all(|byte| *byte == 0);
    let repeats = [1, 2, 4, 8].into_iter().any(|period| (period..32).all(|i| key[i] == key[i - period]));
    small || repeats
}
