//! `payrox init`.

use crate::{
    args::InitArgs,
    context::{Context, path_word},
    fault::CliFault,
};
use payrox_files::write_atomic;
use payrox_model::{BoxFault, ExitCode, Name, text::escape};
use std::path::{Path, PathBuf};

/// What a new project consists of. The artifacts come with it, so that the next command works without a compiler; layouts, so that the
/// next release is held against the first; the test, the
/// snapshot and the packages, so that every gate of the workflow passes on its first push.
const FILES: [(&str, &str); 15] = [
    ("payrox.toml", include_str!("../../template/payrox.toml")),
    (".gitignore", include_str!("../../template/gitignore")),
    ("foundry.toml", include_str!("../../template/foundry.toml")),
    ("src/Greeter.sol", include_str!("../../template/src/Greeter.sol")),
    ("src/Counter.sol", include_str!("../../template/src/Counter.sol")),
    ("out/Counter.sol/Counter.json", include_str!("../../template/out/Counter.sol/Counter.json")),
    ("out/Greeter.sol/Greeter.json", include_str!("../../template/out/Greeter.sol/Greeter.json")),
    ("out/layouts.json", include_str!("../../template/out/layouts.json")),
    ("test/Facets.t.sol", include_str!("../../template/test/Facets.t.sol")),
    ("gas-snapshot.json", include_str!("../../template/gas-snapshot.json")),
    ("package.json", include_str!("../../template/package.json")),
    ("package-lock.json", include_str!("../../template/package-lock.json")),
    ("networks/local.toml", include_str!("../../../../networks/local.toml")),
    ("networks/anvil.toml", include_str!("../../../../networks/anvil.toml")),
    (".github/workflows/payrox.yml", include_str!("../../template/ci/github.yml")),
];

pub(crate) fn init(args: &InitArgs, context: &Context<'_>) -> Result<ExitCode, BoxFault> {
    let folder = match (context.folder() == Path::new("."), args.dir == Path::new(".")) {
        (true, _) => args.dir.clone(),
        (false, true) => context.folder().to_owned(),
        (false, false) => context.folder().join(&args.dir),
    };
    let name = args.name.clone().unwrap_or_else(|| name_of(&folder));
    let name: Name = name.parse().map_err(|source| CliFault::Name { source })?;
    let shown = |path: &Path| escape(&path.display().to_string());
    // Before anything is written: what is there already, and what is no folder where one is needed.
    let in_the_way = |path: PathBuf| {
        let is_there = path.symlink_metadata().is_ok();
        let above = path.ancestors().skip(1).find(|above| above.symlink_metadata().is_ok());
        match above.filter(|above| !above.is_dir()) {
            Some(above) => Some(above.to_owned()),
            None => is_there.then_some(path),
        }
    };
    if let Some(path) = FILES.iter().find_map(|(file, _)| in_the_way(folder.join(file))) {
        return Err(CliFault::ProjectExists { path: shown(&path) }.into());
    }
    for (file, text) in FILES {
        write_atomic(&folder.join(file), text.replace("{{name}}", name.as_str()).as_bytes())?;
    }
    let next = if folder == Path::new(".") {
        "payrox run --network local".to_owned()
    } else {
        format!("payrox run --network local --project {}", path_word(&folder))
    };
    let files: Vec<_> = FILES.iter().map(|(file, _)| (*file).to_owned()).collect();
    context.printer.result(&format!("made {}:\n  {}\n\nnext: {next}", shown(&folder), files.join("\n  ")));
    context.printer.document(
        &serde_json::json!({ "project": shown(&folder), "name": name, "files": files, "next": next }),
    );
    Ok(ExitCode::Ok)
}

/// A folder's name made one of a system: `my-system` is `my_system`.
fn name_of(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().take(60).map(allowed).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
