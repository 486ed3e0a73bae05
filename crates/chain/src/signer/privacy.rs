//! The one place with calls that only some systems have: what keeps this process's memory to itself.

/// No core dump of this process, and on Linux no other process of the same user reads its memory or its environment. Best effort: where a
/// system refuses, the process goes on. What the system itself swaps out is not covered.
pub fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let maximum = getrlimit(Resource::Core).maximum;
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum });
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
