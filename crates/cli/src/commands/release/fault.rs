//! What goes wrong on one of several networks.

use payrox_model::{BoxFault, Code, ExitCode, Fault, text::escape};
use std::{error::Error, fmt};

/// A fault, and where.
#[derive(Debug)]
pub(super) struct OnNetwork {
    network: String,
    fault: BoxFault,
}

impl OnNetwork {
    pub(super) fn of(network: Option<&str>, fault: BoxFault) -> Self {
        Self { network: escape(network.unwrap_or("local")), fault }
    }
}

impl fmt::Display for OnNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.network, self.fault)
    }
}

impl Error for OnNetwork {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.fault.source()
    }
}

impl Fault for OnNetwork {
    fn code(&self) -> Code {
        self.fault.code()
    }

    fn exit(&self) -> ExitCode {
        self.fault.exit()
    }

    fn subject(&self) -> Option<String> {
        self.fault.subject().or_else(|| Some(self.network.clone()))
    }

    fn hint(&self) -> Option<String> {
        self.fault.hint()
    }
}
