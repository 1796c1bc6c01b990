//! espeak-ng, which piper-rs brings along, was built against libsonic and does not say so.

fn main() {
    println!("cargo::rustc-link-lib=sonic");
}
