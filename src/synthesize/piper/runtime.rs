//! What computes a model: our own engine those that it recognizes, and any other rten, which is always
//! there, or ONNX Runtime, where its library is.

mod onnxruntime;
mod rten;

use std::path::Path;

use super::graph::Part;
use super::tensor::Tensor;
use crate::synthesize::vits::{Half, Isa, Precision};

pub use onnxruntime::{Library, LibraryError};

/// A runtime that is ready to load models.
#[derive(Clone, Debug)]
pub enum Runtime {
    /// Our own engine, and another one for models that it does not recognize.
    Own { precision: Precision, other: Box<Self> },
    /// In Rust, compiled in.
    Rten,
    /// ONNX Runtime, from a shared library.
    OnnxRuntime(Library),
}

/// A part of a model, loaded. Any number of threads may run it at once.
#[derive(Debug)]
pub enum Session {
    Rten(Box<rten::Session>),
    OnnxRuntime(Box<onnxruntime::Session>),
}

/// Why a runtime could not load or compute a model, in its own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuntimeError(pub String);

impl Runtime {
    /// ONNX Runtime if a library is given and can be used, else rten; and why not the other.
    pub fn choose(library: Option<&Path>) -> (Self, Option<LibraryError>) {
        match library.map(Library::load) {
            Some(Ok(library)) => (Self::OnnxRuntime(library), None),
            Some(Err(error)) => (Self::Rten, Some(error)),
            None => (Self::Rten, None),
        }
    }

    /// Our own engine where it recognizes the model, else this one.
    pub fn after_own(self, precision: Precision) -> Self {
        Self::Own { precision, other: Box::new(self) }
    }

    /// The half precision that our own engine computes in: asked for, and faster here.
    pub fn half(&self) -> Option<Half> {
        match self {
            Self::Own { precision, .. } => precision.half(Isa::best()),
            Self::Rten | Self::OnnxRuntime(_) => None,
        }
    }

    /// Its name and version, for `baonoi doctor`.
    pub fn name(&self) -> String {
        match self {
            Self::Own { other, .. } => {
                let half = self.half().map_or_else(String::new, |half| format!(" {half}"));
                format!("baonoi {}{half} / {}", Isa::best(), other.name())
            }
            Self::Rten => "rten 0.27".to_owned(),
            Self::OnnxRuntime(library) => library.to_string(),
        }
    }

    /// Loads a part; `threads` threads compute one run of it.
    pub fn load(&self, part: Part, threads: usize) -> Result<Session, RuntimeError> {
        Ok(match self {
            Self::Own { other, .. } => return other.load(part, threads),
            Self::Rten => Session::Rten(Box::new(rten::Session::load(part, threads)?)),
            Self::OnnxRuntime(library) => {
                Session::OnnxRuntime(Box::new(onnxruntime::Session::load(library, part, threads)?))
            }
        })
    }
}

impl Session {
    /// Computes the part: `inputs` in its order of inputs, the answer in its order of outputs.
    pub fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, RuntimeError> {
        match self {
            Self::Rten(session) => session.run(inputs),
            Self::OnnxRuntime(session) => session.run(inputs),
        }
    }
}
