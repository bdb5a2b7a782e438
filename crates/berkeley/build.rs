//! Names for families of systems, so that the source needs no lists of them; nothing else.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    for (family, members) in [
        ("linux_like", &["linux", "android"][..]),
        ("freebsd", &["freebsd"]),
        ("apple", &["macos", "ios", "tvos", "watchos", "visionos"]),
        (
            "bsd",
            &["freebsd", "netbsd", "openbsd", "dragonfly", "macos", "ios", "tvos", "watchos", "visionos"],
        ),
        ("solarish", &["illumos", "solaris"]),
    ] {
        if members.contains(&system.as_str()) {
            println!("cargo:rustc-cfg={family}");
        }
    }
}
