//! What can be said on the command line: one definition feeds parser, help and completions.

mod desk;
mod gates;
mod global;
mod project;
mod review;
mod sending;
mod signing;
mod verbs;

pub(crate) use desk::{
    BackupVerb, CompletionsArgs, DevnetArgs, DrillArgs, ExplainArgs, ManArgs, NotifyVerb, RestoreArgs,
};
pub(crate) use gates::{
    CaseArgs, Group, ParityArgs, ParityVerb, Phases, ProbeVerb, RehearseArgs, ReplayArgs, ValidateArgs,
};
pub(crate) use global::{GlobalArgs, RPC_URL};
pub(crate) use project::{
    AdoptArgs, BuildArgs, ConfigVerb, DiffArgs, InitArgs, PlanArgs, PlanVerb, ShowArgs,
};
pub(crate) use review::{CiArgs, CiService, CommitArgs, ReleaseReviewArgs, ReviewArgs};
pub(crate) use sending::{
    DeployTarget, NonceArgs, ReleaseArgs, ReleasePlanArgs, ReleaseVerb, RunArgs, SourcesArgs, VerifyArgs,
    VerifyWhat, WhichVerifier,
};
pub(crate) use signing::SigningArgs;
pub(crate) use verbs::Verb;

use clap::Parser;

const EXAMPLES: &str = "\
Examples:
  payrox run --network local --project examples/payments   from a project to a live, proved diamond
  payrox plan diff                                         what would change, by function name
  payrox status                                            what is live, what waits, what is next

Exit status: 0 ok, 1 a check failed, 2 bad input, 3 refused, 4 reverted, 5 endpoint, 6 waiting, 70 internal.
`payrox explain CODE` tells cause and cure of every error code.";

/// Puts a diamond-proxy system into production, and proves each step.
#[derive(Debug, Parser)]
#[command(name = "payrox", version, about, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_of_the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_has_examples_in_its_help() {
        for verb in Cli::command().get_subcommands().filter(|v| v.get_name() != "help") {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("payrox"), "{} has no example", verb.get_name());
        }
    }
}
