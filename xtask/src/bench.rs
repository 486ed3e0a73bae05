//! `bench`: how long things take, written to `docs/benchmarks.md` with date and versions.

use crate::{
    failure::{Doing, Done, Failure},
    process::{run, run_with},
    repo::{self, Repo},
};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// One line of the table.
struct Row {
    what: &'static str,
    result: Done<Figures>,
}

/// Milliseconds of several runs.
struct Figures(Vec<f64>);

impl Figures {
    fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    fn range(&self) -> (f64, f64) {
        self.0.iter().fold((f64::INFINITY, 0.0), |(low, high), ms| (low.min(*ms), high.max(*ms)))
    }
}

pub(crate) fn measure(repo: &Repo, runs: usize) -> Done {
    run(repo.cargo().args(["build", "--release", "--package", "payrox-cli"]))?.demand("cargo build")?;
    let bench = Bench { repo, runs, binary: repo.path("target/release/payrox") };
    let rows = [
        Row { what: "`run`, whole, in process (13 facets, 71 routes)", result: bench.whole_run() },
        Row { what: "`plan` alone", result: bench.plan() },
        Row { what: "`run` again: nothing to do", result: bench.run_again() },
        Row { what: "`verify` after it", result: bench.verify() },
        Row { what: "`run` against anvil over HTTP", result: bench.against_anvil() },
        Row { what: "`forge script` doing the same work against anvil", result: bench.forge_script() },
        Row { what: "the cast script doing the work of `verify` against anvil", result: bench.cast_script() },
    ];
    let text = render(repo, runs, &rows)?;
    repo::write(&repo.path("docs/benchmarks.md"), &text)?;
    println!("{text}");
    Ok(())
}

struct Bench<'a> {
    repo: &'a Repo,
    runs: usize,
    binary: PathBuf,
}

impl Bench<'_> {
    fn whole_run(&self) -> Done<Figures> {
        self.repeat(|_| Ok(()), |project| self.payrox(project, &["run", "--network", "local"]))
    }

    fn plan(&self) -> Done<Figures> {
        self.repeat(|_| Ok(()), |project| self.payrox(project, &["plan", "--network", "local"]))
    }

    fn run_again(&self) -> Done<Figures> {
        let once = |project: &Path| self.demand(self.payrox(project, &["run", "--network", "local"]));
        self.repeat(once, |project| self.payrox(project, &["run", "--network", "local"]))
    }

    fn verify(&self) -> Done<Figures> {
        let once = |project: &Path| self.demand(self.payrox(project, &["run", "--network", "local"]));
        self.repeat(once, |project| self.payrox(project, &["verify", "--network", "local"]))
    }

    fn against_anvil(&self) -> Done<Figures> {
        self.with_anvil(|project| self.payrox(project, &["run", "--network", "anvil", "--broadcast"]))
    }

    fn forge_script(&self) -> Done<Figures> {
        let script = "script/Deploy.s.sol";
        if !self.repo.path("examples/payments").join(script).exists() {
            return Err(Failure::new(format!("examples/payments/{script} does not exist")));
        }
        self.with_anvil(|_| {
            let mut forge = self.repo.forge(&self.repo.path("examples/payments"));
            forge.args(["script", script, "--broadcast", "--rpc-url", ANVIL_URL, "--unlocked", "--slow"]);
            forge
        })
    }

    fn cast_script(&self) -> Done<Figures> {
        let script = self.repo.path("examples/payments/scripts/verify-by-cast.sh");
        if !script.exists() {
            return Err(Failure::new("examples/payments/scripts/verify-by-cast.sh does not exist"));
        }
        let mut figures = Vec::new();
        for _ in 0..self.runs {
            let project = self.project()?;
            let anvil = Anvil::start(self.repo)?;
            self.demand(self.payrox(project.path(), &["run", "--network", "anvil", "--broadcast"]))?;
            let mut command = Command::new("bash");
            command.arg(&script).arg(project.path()).arg(ANVIL_URL).env("CAST", self.repo.foundry("cast"));
            figures.push(time(&mut command)?);
            drop(anvil);
        }
        Ok(Figures(figures))
    }

    fn payrox(&self, project: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).arg("--project").arg(project).arg("--json");
        command
    }

    fn demand(&self, mut command: Command) -> Done {
        run(&mut command)?.demand("payrox").map(|_| ())
    }

    /// Times a command, each time over a fresh copy of the example that `first` has prepared.
    fn repeat(&self, first: impl Fn(&Path) -> Done, command: impl Fn(&Path) -> Command) -> Done<Figures> {
        let mut figures = Vec::new();
        for _ in 0..self.runs {
            let project = self.project()?;
            first(project.path())?;
            figures.push(time(&mut command(project.path()))?);
        }
        Ok(Figures(figures))
    }

    fn with_anvil(&self, command: impl Fn(&Path) -> Command) -> Done<Figures> {
        let mut figures = Vec::new();
        for _ in 0..self.runs {
            let project = self.project()?;
            let anvil = Anvil::start(self.repo)?;
            figures.push(time(&mut command(project.path()))?);
            drop(anvil);
        }
        Ok(Figures(figures))
    }

    /// A copy of the example without what runs left in it.
    fn project(&self) -> Done<tempfile::TempDir> {
        let folder = tempfile::tempdir().doing(|| "a temporary folder".into())?;
        let mut git = Command::new("git");
        git.current_dir(self.repo.path("examples/payments")).args(["ls-files", "-z", "."]);
        let listed = run(&mut git)?.demand("git ls-files")?;
        for file in listed.split('\0').filter(|file| !file.is_empty()) {
            let from = self.repo.path("examples/payments").join(file);
            let bytes = std::fs::read(&from).doing(|| from.display().to_string())?;
            let to = folder.path().join(file);
            payrox_files::write_atomic(&to, &bytes).doing(|| to.display().to_string())?;
        }
        Ok(folder)
    }
}

fn time(command: &mut Command) -> Done<f64> {
    let ran = run(command)?;
    let elapsed = ran.elapsed.as_secs_f64() * 1000.0;
    ran.demand(&command.get_program().to_string_lossy())?;
    Ok(elapsed)
}

const ANVIL_URL: &str = "http://127.0.0.1:8545";

/// A node of our own, ended with the measurement.
struct Anvil(Child);

impl Anvil {
    fn start(repo: &Repo) -> Done<Self> {
        let child = Command::new(repo.foundry("anvil"))
            .args(["--quiet", "--hardfork", "cancun"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .doing(|| "cannot start anvil".into())?;
        let anvil = Self(child);
        for _ in 0..100 {
            let mut cast = Command::new(repo.foundry("cast"));
            if run_with(cast.args(["block-number", "--rpc-url", ANVIL_URL]), b"").is_ok_and(|ran| ran.ok) {
                return Ok(anvil);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(Failure::new("anvil does not answer"))
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn render(repo: &Repo, runs: usize, rows: &[Row]) -> Done<String> {
    let mut out = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench` on {}: wall-clock milliseconds of whole commands, {runs} runs each, each over \
         a fresh copy of\n`examples/payments`; start of the process and reading of the files included.\n\n\
         | what | median | fastest | slowest |\n|---|--:|--:|--:|\n",
        today()?
    );
    for row in rows {
        let _ = match &row.result {
            Ok(figures) => {
                let (low, high) = figures.range();
                writeln!(out, "| {} | {:.0} | {low:.0} | {high:.0} |", row.what, figures.median())
            }
            Err(failure) => {
                let why = failure.to_string();
                writeln!(
                    out,
                    "| {} | not measured | {} | |",
                    row.what,
                    why.lines().next().unwrap_or_default()
                )
            }
        };
    }
    let _ = writeln!(out, "\n{}", versions(repo)?);
    Ok(out)
}

fn today() -> Done<String> {
    Ok(run(Command::new("date").args(["-u", "+%Y-%m-%d"]))?.demand("date")?.trim().to_owned())
}

fn versions(repo: &Repo) -> Done<String> {
    let first = |command: &mut Command| -> String {
        let text = run(command).map(|ran| ran.stdout).unwrap_or_default();
        text.lines().next().unwrap_or("unknown").to_owned()
    };
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = thread::available_parallelism().map(|n| n.get()).unwrap_or_default();
    Ok(format!(
        "{cores} cores, {}; {}; {}; {}; {}.",
        model.unwrap_or("unknown processor"),
        first(Command::new("rustc").arg("--version")),
        first(Command::new(repo.foundry("forge")).arg("--version")),
        first(Command::new(repo.foundry("anvil")).arg("--version")),
        first(Command::new(repo.solc()).arg("--version").arg("--")).replace("solc, the", "the"),
    ))
}
