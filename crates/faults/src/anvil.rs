//! A real node to stand before.

use std::{
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

/// npm's anvil on a free port, ended when it is dropped.
#[derive(Debug)]
pub struct Anvil {
    child: Child,
    url: String,
}

impl Anvil {
    /// Starts it with chain id 31337 and these arguments. Where it is not installed this says so and gives `None`: the check is
    /// unknown, or failed when `CI` is set.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(args: &[&str]) -> io::Result<Option<Self>> {
        let binary = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil");
        if !binary.exists() {
            return missing();
        }
        let mut command = Command::new(binary);
        command.args(["--port", "0", "--chain-id", "31337"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let said = child.stdout.take().ok_or_else(|| io::Error::other("it has no output"))?;
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let address = lines.find_map(|line| Some(line.strip_prefix("Listening on ")?.trim().to_owned()));
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(io::Error::other("anvil ended before it listened"));
        };
        // What it goes on to print must be read, or it blocks.
        thread::spawn(move || lines.for_each(drop));
        Ok(Some(Self { child, url: format!("http://{address}") }))
    }

    /// Where clients find it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::print_stdout, reason = "a test that did not run must say so")]
fn missing() -> io::Result<Option<Anvil>> {
    println!("unknown: anvil is not installed");
    match std::env::var_os("CI").is_some_and(|ci| !ci.is_empty()) {
        true => Err(io::Error::other("anvil must be there when CI is set")),
        false => Ok(None),
    }
}
