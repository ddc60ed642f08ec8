//! How the program is linked.

use std::env;

#[expect(clippy::disallowed_methods, reason = "this is how cargo speaks to a build script")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let says = |name: &str, value: &str| {
        env::var(name).is_ok_and(|values| values.split(',').any(|known| known == value))
    };
    let is_static = says("CARGO_CFG_TARGET_OS", "linux")
        && says("CARGO_CFG_TARGET_ENV", "gnu")
        && says("CARGO_CFG_TARGET_FEATURE", "crt-static");
    if !is_static {
        return;
    }
    // At a fixed address, so that a start need not write the addresses in some fifty pages of tables anew.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    println!("cargo::rustc-link-arg-bins=-static");
    // The standard library uses this where it is there, and else copies the whole process to start a program in another
    // directory. A static library gives only what is asked for by name.
    println!("cargo::rustc-link-arg-bins=-Wl,--undefined=posix_spawn_file_actions_addchdir_np");
}
