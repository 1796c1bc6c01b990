//! Says lines of phonemes with the crate piper-rs, without noise:
//! `piper-rs-command MODEL.onnx RAW < PHONEMES`. RAW gets the samples, f32, little endian; stdout their
//! number, line by line. ORT_DYLIB_PATH names ONNX Runtime's library.

use std::io::Write as _;
use std::path::PathBuf;

use piper_rs::Piper;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, raw] = &arguments[..] else { return Err("give MODEL.onnx and RAW".into()) };
    let config = PathBuf::from(format!("{model}.json"));
    let mut piper = Piper::new(model.as_ref(), &config)?;
    let mut raw = std::fs::File::create(raw)?;
    for line in std::io::stdin().lines() {
        let (samples, _) = piper.create(&line?, true, None, None, Some(0.0), Some(0.0))?;
        println!("{}", samples.len());
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        raw.write_all(&bytes)?;
    }
    Ok(())
}
