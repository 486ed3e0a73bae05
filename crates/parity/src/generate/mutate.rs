//! Calldata that no encoder would write. The selector always stays: other calldata is a call of another route.

use fastrand::Rng;

/// What is done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mutation {
    /// The end is missing.
    Truncated,
    /// There is more than the types say.
    Trailing,
    /// A word has bits above what its type holds.
    Dirty,
    /// A word that may be an offset or a length points elsewhere.
    Offset,
    /// A byte is another.
    Flipped,
}

impl Mutation {
    const ALL: [Self; 5] = [Self::Truncated, Self::Trailing, Self::Dirty, Self::Offset, Self::Flipped];

    pub(super) fn any(rng: &mut Rng) -> Self {
        Self::ALL[rng.usize(..Self::ALL.len())]
    }

    pub(super) fn apply(self, data: &mut Vec<u8>, rng: &mut Rng) {
        let words = data.len().saturating_sub(4) / 32;
        match self {
            Self::Truncated => {
                let kept = rng.usize(4..=data.len().max(4));
                data.truncate(kept);
            }
            Self::Trailing => {
                let mut more = vec![0; 1 + rng.usize(..70)];
                if rng.bool() {
                    rng.fill(&mut more);
                }
                data.extend(more);
            }
            Self::Dirty if words > 0 => {
                let at = 4 + 32 * rng.usize(..words);
                data[at + rng.usize(..31)] |= 1 << rng.u8(..8);
            }
            Self::Offset if words > 0 => {
                let at = 4 + 32 * rng.usize(..words);
                let near = (32 * rng.u64(..16)).to_be_bytes();
                let word = &mut data[at..at + 32];
                match rng.u8(..4) {
                    0 => word.fill(0xff),
                    1 => word.fill(0),
                    2 => word[0] ^= 0x80,
                    _ => {
                        word.fill(0);
                        word[24..].copy_from_slice(&near);
                    }
                }
            }
            Self::Flipped if data.len() > 4 => {
                let at = rng.usize(4..data.len());
                data[at] ^= rng.u8(1..);
            }
            Self::Dirty | Self::Offset | Self::Flipped => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_v03_spoilt_calldata_keeps_its_selector_and_is_spoilt_in_each_way() {
        let mut rng = Rng::with_seed(7);
        let data: Vec<u8> = (0..100).collect();
        for kind in Mutation::ALL {
            let mut changed = 0;
            for _ in 0..100 {
                let mut spoilt = data.clone();
                kind.apply(&mut spoilt, &mut rng);
                assert_eq!(spoilt[..4], data[..4], "{kind:?}");
                changed += usize::from(spoilt != data);
            }
            assert!(changed > 60, "{kind:?} changed {changed} of 100");
            for short in [0, 4, 5] {
                let mut short = vec![0; short];
                kind.apply(&mut short, &mut rng);
            }
        }
    }
}
