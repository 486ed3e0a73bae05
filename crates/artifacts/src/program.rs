//! Programs of others that this process has started: a compiler, the project's own tests. None outlives what waits for it, nor this
//! process: each is in a group of its own, which ends as a whole, what it has started in turn included.

use std::{
    collections::BTreeSet,
    io,
    process::{Child, Command, ExitStatus},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

static RUNNING: Mutex<Running> = Mutex::new(Running { groups: BTreeSet::new(), over: false });

struct Running {
    /// By the process that leads each.
    groups: BTreeSet<u32>,
    /// This process ends: nothing is started any more.
    over: bool,
}

/// One that runs. Dropped, it and all of its group are ended.
#[derive(Debug)]
pub struct Program {
    child: Child,
    ended: bool,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started, or this process is about to end.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut tries = 0;
        loop {
            match Self::start_once(command) {
                // A file that was just written is busy while another thread starts a program of its own.
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < 50 => {
                    tries += 1;
                    thread::sleep(Duration::from_millis(10));
                }
                other => return other,
            }
        }
    }

    /// Under the lock: whoever ends all ends this one as well, or it is not started.
    fn start_once(command: &mut Command) -> io::Result<Self> {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if running.over {
            return Err(io::Error::other("payrox is about to end"));
        }
        let child = command.spawn()?;
        running.groups.insert(child.id());
        Ok(Self { child, ended: false })
    }

    /// Its streams.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, where it has.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() {
            self.forget();
        }
        Ok(status)
    }

    /// How it ended, once it has.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait()?;
        self.forget();
        Ok(status)
    }

    /// Ends it and its group, where it has not ended.
    pub fn end(&mut self) {
        if !self.ended {
            kill(self.child.id());
            let _ = self.child.kill();
            let _ = self.child.wait();
            self.forget();
        }
    }

    /// Its number may be another's from now on.
    fn forget(&mut self) {
        self.ended = true;
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).groups.remove(&self.child.id());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

/// Ends all that run, and lets none begin: what this process does last.
pub fn end_all() {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.over = true;
    for group in std::mem::take(&mut running.groups) {
        kill(group);
    }
}

#[cfg(unix)]
fn kill(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // One that has ended by itself is not there any more.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Elsewhere the program is ended alone, by whoever waits for it.
#[cfg(not(unix))]
fn kill(_: u32) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::{io::Read as _, process::Stdio};

    #[test]
    fn prx_b06_a_program_that_is_given_up_takes_with_it_what_it_has_started() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "sleep 60 & echo; wait"]).stdout(Stdio::piped());
        let mut program = Program::start(&mut command).unwrap();
        let mut stdout = program.child().stdout.take().unwrap();
        assert_eq!(stdout.read(&mut [0]).unwrap(), 1, "its own child has begun");
        drop(program);
        // The stream ends when the last that holds it does.
        assert_eq!(stdout.read(&mut [0]).unwrap(), 0);
    }
}
