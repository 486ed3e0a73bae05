//! What keeps a validation from running at all.

use payrox_model::{Code, ExitCode, Fault, PlanId};
use payrox_validate::SnapshotError;

/// Why nothing was judged.
#[derive(Debug, thiserror::Error)]
pub(super) enum ValidateFault {
    /// The committed snapshot of gas cannot be used.
    #[error("{path}: {source}")]
    Snapshot { path: String, source: SnapshotError, again: String },
    /// A snapshot was to be written of what was not measured.
    #[error("{path} stays as it is: {why}")]
    NotMeasured { path: String, why: String, again: String },
    /// What is live cannot be had as a plan.
    #[error(
        "the project is live as it is, by plan {plan_id}, which is neither in the project nor in the endpoint's logs"
    )]
    NoActivePlan { plan_id: PlanId },
}

impl Fault for ValidateFault {
    fn code(&self) -> Code {
        Code(match self {
            Self::Snapshot { .. } => "PRX-VAL-005",
            Self::NoActivePlan { .. } => "PRX-VAL-006",
            Self::NotMeasured { .. } => "PRX-VAL-007",
        })
    }

    fn exit(&self) -> ExitCode {
        match self {
            Self::Snapshot { .. } => ExitCode::BadInput,
            Self::NoActivePlan { .. } | Self::NotMeasured { .. } => ExitCode::GateFailed,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Snapshot { again, .. } => format!("restore it from git, or make it anew: `{again}`"),
            Self::NotMeasured { again, .. } => format!("`{again}` shows why"),
            Self::NoActivePlan { .. } => {
                "put its journal/<chain-id>/plans back, or pass --rpc-url of an archive node".into()
            }
        })
    }
}
