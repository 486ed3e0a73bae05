//! A counter-example in a file: what replays it exactly, and beside it the same in words.

use crate::{
    call::Call,
    compare::Aspect,
    error::ParityError,
    names::Names,
    report::{Comparison, CounterExample},
    system::System,
};
use alloy_primitives::{B256, hex, keccak256};
use payrox_files::{read_text, to_canonical_json, write_derived};
use payrox_model::{text::escape, version};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A case has at most this many bytes.
const LIMIT: u64 = 4 << 20;
/// And this many calls.
const CALLS: usize = 64;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    /// [`version::PARITY_CASE`].
    pub version: u32,
    /// What was held against what.
    pub comparison: Comparison,
    /// The content hash of the plan that it was found in.
    pub plan: B256,
    /// The block of the chain that it was found on a fork of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// The route, as `Facet.function(types)`.
    pub function: String,
    /// In what its two ways differed.
    pub differs: Vec<Aspect>,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// The same for people; nothing reads it.
    pub words: Vec<Words>,
}

/// A call in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Words {
    /// Who calls.
    pub from: String,
    /// The function with its arguments.
    pub call: String,
    /// What the contract that comes back says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
}

/// What every version says of itself.
#[derive(Deserialize)]
struct Head {
    version: u64,
}

impl Case {
    /// A counter-example as a case.
    pub fn of(system: &System, example: &CounterExample) -> Self {
        let names = Names::of(system);
        let route = example.calls.last().and_then(|call| system.route(call.route));
        let words = example.calls.iter().map(|call| Words {
            from: names.address(call.from),
            call: names.call(call),
            callback: call.callback.as_ref().map(|data| names.calldata(data)),
        });
        Self {
            version: version::PARITY_CASE,
            comparison: example.comparison,
            plan: system.plan,
            block: None,
            function: route.map(|route| route.title()).unwrap_or_default(),
            differs: example.aspects.clone(),
            words: words.collect(),
            calls: example.calls.clone(),
        }
    }

    /// Its file's name: the function's, and a part of a hash over the calls.
    pub fn file_name(&self) -> String {
        let plain: String = self
            .function
            .split('(')
            .next()
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '.' { c } else { '_' })
            .take(80)
            .collect();
        let mut bytes = vec![self.comparison as u8];
        for call in &self.calls {
            bytes.extend(call.from);
            bytes.extend(call.value.to_be_bytes::<32>());
            bytes.extend(call.after.to_be_bytes());
            bytes.extend(&call.data);
        }
        let hash = keccak256(bytes);
        format!("{plain}-{}.json", hex::encode(&hash[..4]))
    }

    /// Writes it into a folder; where it is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ParityError> {
        let path = folder.join(self.file_name());
        let text = to_canonical_json(self).map_err(|e| malformed(&path, &e.to_string()))?;
        write_derived(&path, text.as_bytes())?;
        Ok(path)
    }

    /// Reads one.
    ///
    /// # Errors
    /// When the file cannot be read, is no case, or is one of another version.
    pub fn read(path: &Path) -> Result<Self, ParityError> {
        let text = read_text(path, LIMIT)?;
        let head: Head = serde_json::from_str(&text).map_err(|e| malformed(path, &e.to_string()))?;
        // The first version had no block.
        if !(1..=u64::from(version::PARITY_CASE)).contains(&head.version) {
            return Err(ParityError::Version {
                path: escape(&path.display().to_string()),
                found: head.version,
                known: version::PARITY_CASE,
            });
        }
        let case: Self = serde_json::from_str(&text).map_err(|e| malformed(path, &e.to_string()))?;
        if case.calls.is_empty() || case.calls.len() > CALLS {
            return Err(malformed(path, &format!("it has {} calls: 1 to {CALLS}", case.calls.len())));
        }
        Ok(case)
    }
}

fn malformed(path: &Path, why: &str) -> ParityError {
    ParityError::Case { path: escape(&path.display().to_string()), why: escape(why) }
}
