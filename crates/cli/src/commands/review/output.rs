//! Where a review is written: never over what it was made from.

use super::usage;
use payrox_model::{BoxFault, text::escape};
use std::path::{Path, PathBuf};

/// That no output is an input, by whatever path, and no two are one.
pub(super) fn refuse_inputs(outputs: &[PathBuf], inputs: &[PathBuf]) -> Result<(), BoxFault> {
    let inputs: Vec<_> = inputs.iter().map(|path| real(path)).collect();
    let mut taken = Vec::new();
    for output in outputs {
        let at = real(output);
        let name = escape(&output.display().to_string());
        if inputs.contains(&at) {
            return Err(usage(
                &format!("{name} is what the review is made from"),
                "write the review to another file",
            ));
        }
        if taken.contains(&at) {
            return Err(usage(&format!("{name} is written twice"), "write each to a file of its own"));
        }
        taken.push(at);
    }
    Ok(())
}

/// A path without links, also where there is nothing yet.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}
