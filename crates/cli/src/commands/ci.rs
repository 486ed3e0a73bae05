//! `payrox ci SERVICE`.

use crate::{
    args::{CiArgs, CiService},
    printer::Printer,
};
use payrox_model::{ExitCode, version};
use serde_json::json;

pub(crate) fn ci(args: &CiArgs, printer: &Printer) -> ExitCode {
    let (path, text) = match args.service {
        CiService::Github => (".github/workflows/payrox.yml", include_str!("../../template/ci/github.yml")),
        CiService::Gitlab => (".gitlab-ci.yml", include_str!("../../template/ci/gitlab.yml")),
    };
    if printer.json() {
        printer.document(&json!({ "version": version::OUTPUT, "path": path, "text": text }));
    } else {
        printer.raw(text);
    }
    ExitCode::Ok
}
