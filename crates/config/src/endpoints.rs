//! What a network's file says about endpoints: which kind of chain they serve, and how they are asked.

use crate::{ConfigError, Setting, Source, Sourced, parse::Document, redact_url};
use payrox_model::{ChainId, Family};
use std::ops::Range;
use toml::Spanned;

/// URLs of one network, at most.
pub(crate) const URLS: usize = 16;

/// How a network's endpoints are used. `None` leaves it to the pool's defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSettings {
    /// What kind of chain it is.
    pub family: Sourced<Family>,
    /// How many endpoints must agree on what decides.
    pub quorum: Option<Sourced<u32>>,
    /// Requests a second that each endpoint may be asked.
    pub requests_per_second: Option<Sourced<u32>>,
    /// Requests in one HTTP body, at most.
    pub batch: Option<Sourced<u32>>,
    /// Seconds that an answer is waited for.
    pub timeout: Option<Sourced<u32>>,
}

impl Default for EndpointSettings {
    fn default() -> Self {
        Self {
            family: Sourced::default_of(Family::Ethereum),
            quorum: None,
            requests_per_second: None,
            batch: None,
            timeout: None,
        }
    }
}

/// The same as it stands in a file.
pub(crate) struct EndpointFields<'a> {
    pub(crate) family: Option<&'a Spanned<String>>,
    pub(crate) quorum: Option<&'a Spanned<u32>>,
    pub(crate) requests_per_second: Option<&'a Spanned<u32>>,
    pub(crate) batch: Option<&'a Spanned<u32>>,
    pub(crate) timeout: Option<&'a Spanned<u32>>,
    pub(crate) chain: Option<&'a Spanned<u64>>,
}

impl EndpointSettings {
    /// Lays what the file says over what is there. With `urls` in the file a quorum cannot be more than they are; those of a
    /// flag are looked at when they are used.
    pub(crate) fn lay(
        &mut self,
        doc: &Document,
        file: &EndpointFields<'_>,
        local: bool,
        urls: usize,
    ) -> Result<(), ConfigError> {
        let refused = |place, e: payrox_model::FamilyError| ConfigError::Value { place, why: e.to_string() };
        if local {
            self.family.value = Family::Embedded;
        } else if let Some(id) = file.chain.filter(|_| self.family.source == Source::Default) {
            let family = Family::of(ChainId(*id.get_ref()));
            self.family.value = family.map_err(|e| refused(doc.at(id, "chain_id"), e))?;
        }
        if let Some(text) = file.family {
            let family = text.get_ref().parse().map_err(|e| refused(doc.at(text, "family"), e))?;
            self.family = doc.sourced(text, family);
        }
        let lay = |to: &mut Option<Sourced<u32>>,
                   value: Option<&Spanned<u32>>,
                   field: &str,
                   bounds: Range<u32>,
                   unit: &str| {
            if let Some(value) = value {
                *to = Some(doc.sourced(value, doc.within(value, field, bounds, unit)?));
            }
            Ok::<_, ConfigError>(())
        };
        let most = if urls == 0 { URLS } else { urls };
        lay(&mut self.quorum, file.quorum, "quorum", 1..most as u32 + 1, "endpoints")?;
        lay(
            &mut self.requests_per_second,
            file.requests_per_second,
            "requests_per_second",
            1..100_001,
            "requests",
        )?;
        lay(&mut self.batch, file.batch, "batch", 1..1_001, "requests")?;
        lay(&mut self.timeout, file.timeout, "timeout", 1..601, "seconds")
    }

    /// For `config show`; endpoints without what may be a key.
    pub(crate) fn settings(&self, urls: &Sourced<Vec<String>>) -> Vec<Setting> {
        let shown = urls.iter().map(|u| redact_url(u)).collect::<Vec<_>>().join(", ");
        let mut out = vec![
            Setting::new("family", self.family.value, self.family.source.clone()),
            Setting::new("rpc_url", shown, urls.source.clone()),
        ];
        let numbers = [
            ("quorum", &self.quorum),
            ("requests_per_second", &self.requests_per_second),
            ("batch", &self.batch),
            ("timeout", &self.timeout),
        ];
        out.extend(numbers.into_iter().filter_map(|(name, number)| {
            number.as_ref().map(|number| Setting::new(name, number.value, number.source.clone()))
        }));
        out
    }
}
