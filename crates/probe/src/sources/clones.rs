//! Contracts that delegate every call by code that no compiler made.

use super::{
    judge::{OTHER_CODE, Opinion, UNVERIFIED},
    run::{Errand, Row},
    subject::Subject,
};
use alloy_primitives::Address;
use payrox_chain::explorers::{Explorer, ExplorerError, Progress, Proxy};
use payrox_model::Verdict;
use tokio::time::sleep;

/// ERC-1167 around the address: <https://eips.ethereum.org/EIPS/eip-1167>. Immutable arguments follow.
const HEAD: [u8; 10] = [0x36, 0x3d, 0x3d, 0x37, 0x3d, 0x3d, 0x3d, 0x36, 0x3d, 0x73];
const TAIL: [u8; 15] =
    [0x5a, 0xf4, 0x3d, 0x82, 0x80, 0x3e, 0x90, 0x3d, 0x91, 0x60, 0x2b, 0x57, 0xfd, 0x5b, 0xf3];

/// What a clone delegates to.
pub(super) fn target(code: &[u8]) -> Option<Address> {
    let rest = code.strip_prefix(&HEAD)?;
    let (address, rest) = rest.split_first_chunk::<20>()?;
    rest.starts_with(&TAIL).then(|| Address::from(address))
}

/// A clone is what its implementation is, for its code says nothing else: that was compared on chain. What is left is whether the
/// explorer takes it for a clone of the same.
pub(super) async fn opinion(
    explorer: &Explorer,
    errand: &Errand<'_>,
    subject: &Subject,
    implementation: Address,
    of: &Row,
) -> Result<Opinion, ExplorerError> {
    let mut proxy = explorer.proxy(subject.address).await?;
    let mut said = String::new();
    if proxy == Proxy::NotSeen && errand.send && explorer.links() && of.verdict == Verdict::Pass {
        said = link(explorer, errand, subject.address, implementation).await?;
        proxy = explorer.proxy(subject.address).await?;
    }
    if let Proxy::Of(other) = proxy
        && other != implementation
    {
        let evidence =
            format!("taken there for a proxy of {other}, on chain it delegates to {implementation}");
        return Ok(Opinion::against(Verdict::Fail, OTHER_CODE, &subject.name, evidence, "tell the explorer"));
    }
    let known = match proxy {
        Proxy::Of(_) => "; known there as its proxy".to_owned(),
        Proxy::NotSeen if said.is_empty() => "; not known there as its proxy".to_owned(),
        Proxy::NotSeen => format!("; not known there as its proxy: {said}"),
        Proxy::Unsaid => String::new(),
    };
    let name = &of.name;
    Ok(match of.verdict {
        Verdict::Pass => {
            let note = format!("a clone of {name}, which is verified{known}");
            Opinion { verdict: Verdict::Pass, quality: of.quality, note, finding: None }
        }
        verdict => {
            let which = match verdict {
                Verdict::Unknown => "of which it is not known whether it is verified there",
                _ => "which is not verified there",
            };
            let evidence = format!("a clone of {name}, {which}{known}");
            let code = of.finding.as_ref().map_or(UNVERIFIED, |finding| finding.code);
            Opinion::against(verdict, code, &subject.name, evidence, &format!("see {name}"))
        }
    })
}

/// Says which contract it is a proxy of. What the explorer answers is a remark: the clone's own code has proved it.
async fn link(
    explorer: &Explorer,
    errand: &Errand<'_>,
    clone: Address,
    implementation: Address,
) -> Result<String, ExplorerError> {
    let ticket = match explorer.link(clone, implementation).await {
        Ok(Some(ticket)) => ticket,
        Ok(None) => return Ok(String::new()),
        Err(ExplorerError::Refused { why, .. }) => return Ok(why),
        Err(error) => return Err(error),
    };
    for wait in errand.waits().take(6) {
        sleep(wait).await;
        match explorer.linked(&ticket).await? {
            Progress::Done => return Ok(String::new()),
            Progress::Pending | Progress::Unknown => {}
            Progress::Refused(why) | Progress::Trouble(why) => return Ok(why),
        }
    }
    Ok("it has not decided yet".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_that_is_nothing_but_a_clone_of_an_address_is_one() {
        let to = Address::repeat_byte(0x11);
        let clone = [&HEAD[..], to.as_slice(), &TAIL, &[1, 2, 3]].concat();
        assert_eq!(target(&clone), Some(to));
        assert_eq!(target(&clone[..44]), None);
        assert_eq!(target(&[&[0x60], &clone[..]].concat()), None);
        let mut other = clone;
        other[31] = 0xf2;
        assert_eq!(target(&other), None, "it calls instead of delegating");
    }
}
