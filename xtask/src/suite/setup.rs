//! What the checks need and a clone does not have: npm's packages and Python's, as pinned.

use super::outcome::Report;
use crate::{
    failure::{Doing, Done},
    process::{run, run_within},
    repo::{self, Repo, read},
};
use std::{path::Path, process::Command, time::Duration};

/// Installs what is missing or pinned otherwise than last time. Prompts nobody; what fails is unknown to later checks.
pub(crate) fn prepare(repo: &Repo) -> Done<Report> {
    let mut report = Report::default();
    npm(repo, &mut report)?;
    hardhat(repo, &mut report)?;
    hardhat_2(repo, &mut report)?;
    python(repo, &mut report)?;
    Ok(report)
}

fn npm(repo: &Repo, report: &mut Report) -> Done {
    let stamp = repo.path("node_modules/.payrox-lock");
    let lock = repo.read("package-lock.json")?;
    let installed = repo.solc().exists() && repo.foundry("forge").exists();
    if installed && read(&stamp).ok().as_deref() == Some(lock.as_str()) {
        report.passed += 1;
        return Ok(());
    }
    let mut command = Command::new("npm");
    install_packages(command.current_dir(repo.path(".")), &stamp, &lock, report)
}

/// Under the Node that Hardhat needs: npm leaves out what is not for the Node that runs it.
fn hardhat(repo: &Repo, report: &mut Report) -> Done {
    let folder = repo.hardhat();
    let stamp = folder.join("node_modules/.payrox-lock");
    let lock = repo.read("tests/hardhat/package-lock.json")?;
    if read(&stamp).ok().as_deref() == Some(lock.as_str()) {
        report.passed += 1;
        return Ok(());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(repo.node()).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).doing(|| "PATH".into())?;
    let mut command = Command::new("npm");
    install_packages(command.current_dir(folder).env("PATH", path), &stamp, &lock, report)
}

/// The older Hardhat, whose artifacts are read: it runs on any Node.
fn hardhat_2(repo: &Repo, report: &mut Report) -> Done {
    let folder = repo.path("tests/hardhat2");
    let stamp = folder.join("node_modules/.payrox-lock");
    let lock = repo.read("tests/hardhat2/package-lock.json")?;
    if read(&stamp).ok().as_deref() == Some(lock.as_str()) {
        report.passed += 1;
        return Ok(());
    }
    let mut command = Command::new("npm");
    install_packages(command.current_dir(folder), &stamp, &lock, report)
}

fn install_packages(command: &mut Command, stamp: &Path, lock: &str, report: &mut Report) -> Done {
    match run(command.args(["ci", "--no-audit", "--no-fund", "--no-progress"])) {
        Ok(ran) if ran.ok => {
            repo::write(stamp, lock)?;
            report.passed += 1;
        }
        Ok(ran) => unknown(report, "npm ci", &ran.tail(20)),
        Err(failure) => unknown(report, "npm ci", &failure.to_string()),
    }
    Ok(())
}

fn python(repo: &Repo, report: &mut Report) -> Done {
    let venv = repo.path(".venv");
    let stamp = venv.join(".payrox-requirements");
    let pins = repo.read("requirements.txt")?;
    if repo.halmos().exists() && read(&stamp).ok().as_deref() == Some(pins.as_str()) {
        report.passed += 1;
        return Ok(());
    }
    match install(repo, &venv) {
        Ok(None) => {
            repo::write(&stamp, &pins)?;
            report.passed += 1;
        }
        Ok(Some(said)) => unknown(report, ".venv", &said),
        Err(failure) => unknown(report, ".venv", &failure.to_string()),
    }
    Ok(())
}

/// What went wrong, if something did.
fn install(repo: &Repo, venv: &Path) -> Done<Option<String>> {
    let made = run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
    if !made.ok {
        return Ok(Some(made.tail(10)));
    }
    let mut command = Command::new(venv.join("bin/python"));
    command.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "-r"]);
    let ran = run_within(command.arg(repo.path("requirements.txt")), b"", Duration::from_secs(600))?;
    Ok((!ran.ok).then(|| ran.tail(20)))
}

fn unknown(report: &mut Report, name: &str, said: &str) {
    report.unknown.push(format!("{name}: {}", said.replace('\n', "\n             ")));
}
