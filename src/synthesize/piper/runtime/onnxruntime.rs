//! ONNX Runtime, from a shared library that is found when the program runs.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::session::SessionInputValue;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{DynValue, Tensor as OrtTensor};

use super::RuntimeError;
use crate::synthesize::piper::graph::Part;
use crate::synthesize::piper::tensor::{Data, Element, Tensor};

/// ONNX Runtime, loaded into the process: there can be one only.
#[derive(Clone)]
pub struct Library {
    path: PathBuf,
    version: String,
    environment: Environment,
}

/// Why a library cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    #[error("there is no file {0}")]
    Missing(PathBuf),
    #[error("{path} cannot be used as ONNX Runtime: {reason}")]
    Unusable { path: PathBuf, reason: String },
}

impl Library {
    /// Loads the library at `path`, of version 1.24 or newer. The first that can be loaded stays for
    /// the life of the process.
    pub fn load(path: &Path) -> Result<Self, LibraryError> {
        static LOADED: OnceLock<Mutex<Option<Library>>> = OnceLock::new();
        let loaded = LOADED.get_or_init(Mutex::default);
        let mut loaded = loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let path = path.canonicalize().map_err(|_| LibraryError::Missing(path.to_owned()))?;
        if let Some(library) = loaded.as_ref() {
            if library.path == path {
                return Ok(library.clone());
            }
            let reason = format!("{} is loaded already", library.path.display());
            return Err(LibraryError::Unusable { path, reason });
        }
        let library = Self::open(&path)?;
        Ok(loaded.insert(library).clone())
    }

    fn open(path: &Path) -> Result<Self, LibraryError> {
        let unusable = |reason: String| LibraryError::Unusable { path: path.to_owned(), reason };
        // What is no ONNX Runtime at all may also make the package give up by a panic.
        let opened = std::panic::catch_unwind(|| {
            let builder = ort::init_from(path).map_err(|error| error.to_string())?;
            let environment = builder
                .with_name("baonoi")
                .with_telemetry(false)
                .build()
                .map_err(|error| error.to_string())?;
            Ok((environment, ort::info().to_owned()))
        });
        let (environment, version) = opened
            .unwrap_or_else(|_| Err("it does not answer as ONNX Runtime does".to_owned()))
            .map_err(unusable)?;
        Ok(Self { path: path.to_owned(), version, environment })
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ONNX Runtime ({}), {}", self.path.display(), self.version)
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Library").field(&self.path).finish()
    }
}

/// A part of a model, loaded. ONNX Runtime computes with a session one run at a time through this
/// interface, so there are as many sessions as there were runs at once.
pub struct Session {
    library: Library,
    model: Vec<u8>,
    outputs: Vec<(String, Element)>,
    inputs: Vec<String>,
    threads: usize,
    idle: Mutex<Vec<ort::session::Session>>,
}

impl Session {
    pub fn load(library: &Library, part: Part, threads: usize) -> Result<Self, RuntimeError> {
        let model = part.model.write_buf().map_err(|error| RuntimeError(error.to_string()))?;
        let session = Self {
            library: library.clone(),
            model,
            outputs: part.outputs,
            inputs: part.inputs,
            threads,
            idle: Mutex::default(),
        };
        let first = session.open().map_err(words)?;
        session.lock().push(first);
        Ok(session)
    }

    fn open(&self) -> Result<ort::session::Session, ort::Error> {
        let mut builder = ort::session::Session::builder(&self.library.environment)?
            .with_intra_threads(self.threads)?
            .with_inter_threads(1)?
            .with_optimization_level(GraphOptimizationLevel::All)?
            // Every utterance has another length: a plan of memory would be made anew each time.
            .with_memory_pattern(false)?;
        builder.commit_from_memory(&self.model)
    }

    pub fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, RuntimeError> {
        let idle = self.lock().pop();
        let mut session = match idle {
            Some(session) => session,
            None => self.open().map_err(words)?,
        };
        let made = self.run_with(&mut session, inputs);
        self.lock().push(session);
        made.map_err(words)
    }

    fn run_with(
        &self,
        session: &mut ort::session::Session,
        inputs: &[&Tensor],
    ) -> Result<Vec<Tensor>, ort::Error> {
        let mut given: Vec<(Cow<'_, str>, SessionInputValue<'_>)> =
            Vec::with_capacity(inputs.len());
        for (name, tensor) in self.inputs.iter().zip(inputs) {
            given.push((name.as_str().into(), SessionInputValue::from(value(tensor)?)));
        }
        let made = session.run(given)?;
        let made = self.outputs.iter().map(|(name, element)| {
            let value =
                made.get(name).ok_or_else(|| ort::Error::new(format!("no value {name}")))?;
            taken(value, *element)
        });
        made.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<ort::session::Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("onnxruntime::Session").finish_non_exhaustive()
    }
}

fn words<R>(error: ort::Error<R>) -> RuntimeError {
    RuntimeError(error.to_string())
}

fn value(tensor: &Tensor) -> Result<DynValue, ort::Error> {
    let shape = tensor.shape.clone();
    Ok(match &tensor.data {
        Data::F32(data) => OrtTensor::from_array((shape, data.clone()))?.into_dyn(),
        Data::I64(data) => OrtTensor::from_array((shape, data.clone()))?.into_dyn(),
        Data::Bool(data) => OrtTensor::from_array((shape, data.clone()))?.into_dyn(),
    })
}

fn taken(value: &DynValue, element: Element) -> Result<Tensor, ort::Error> {
    let (shape, data) = match element {
        Element::F32 => {
            let (shape, data) = value.try_extract_tensor::<f32>()?;
            (shape, Data::F32(data.to_vec()))
        }
        Element::I64 => {
            let (shape, data) = value.try_extract_tensor::<i64>()?;
            (shape, Data::I64(data.to_vec()))
        }
        Element::Bool => {
            let (shape, data) = value.try_extract_tensor::<bool>()?;
            (shape, Data::Bool(data.to_vec()))
        }
    };
    let shape = shape.iter().map(|size| usize::try_from(*size).unwrap_or(0)).collect();
    Ok(Tensor { shape, data })
}
