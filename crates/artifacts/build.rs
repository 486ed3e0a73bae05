//! The release is embedded where it has been compiled: `cargo xtask release` makes it.

#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn main() {
    let release = "../../contracts/release";
    println!("cargo::rerun-if-changed={release}");
    println!("cargo::rustc-check-cfg=cfg(release_present)");
    if std::path::Path::new(release).join("PayRoxLauncher.json").is_file() {
        println!("cargo::rustc-cfg=release_present");
    }
}
