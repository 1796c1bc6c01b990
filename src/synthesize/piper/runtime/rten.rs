//! rten: a runtime in Rust.

use std::sync::{Arc, Mutex, PoisonError};

use ::rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_onnx::onnx::{DataLocation, DataType, ModelProto, StringStringEntryProto};
use rten_tensor::Tensor as Dense;
use rten_tensor::prelude::*;

use super::RuntimeError;
use crate::synthesize::piper::graph::Part;
use crate::synthesize::piper::tensor::{Data, Element, Tensor};

/// Bytes from which on a weight is not copied.
const OWN_DATA: usize = 1024;

/// A part of a model, loaded.
pub struct Session {
    model: Model,
    inputs: Vec<NodeId>,
    outputs: Vec<(NodeId, Element)>,
    threads: usize,
    /// Thread pools that nobody uses now: a run takes one for itself, since runs that shared one
    /// would wait for each other.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Session {
    pub fn load(part: Part, threads: usize) -> Result<Self, RuntimeError> {
        let error = |reason: String| RuntimeError(reason);
        let mut options = ModelOptions::with_all_ops();
        let bytes = without_weights(part.model, &mut options).map_err(error)?;
        let model = options.load(bytes).map_err(|why| error(why.to_string()))?;
        let node = |name: &str| model.node_id(name).map_err(|why| error(why.to_string()));
        let inputs = part.inputs.iter().map(|name| node(name)).collect::<Result<_, _>>()?;
        let outputs = part.outputs.iter().map(|(name, element)| Ok((node(name)?, *element)));
        let outputs = outputs.collect::<Result<_, _>>()?;
        Ok(Self { model, inputs, outputs, threads, idle: Mutex::default() })
    }

    pub fn run(&self, inputs: &[&Tensor]) -> Result<Vec<Tensor>, RuntimeError> {
        let pool = self.lock().pop();
        let pool = pool.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(self.threads)));
        let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
        let nodes: Vec<NodeId> = self.outputs.iter().map(|(node, _)| *node).collect();
        let inputs = self.inputs.iter().copied().zip(inputs.iter().map(|input| given(input)));
        let made = self.model.run(inputs.collect(), &nodes, Some(options));
        self.lock().push(pool);
        let made = made.map_err(|error| RuntimeError(error.to_string()))?;
        made.into_iter()
            .zip(&self.outputs)
            .map(|(value, (_, element))| taken(value, *element))
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<ThreadPool>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("rten::Session").finish_non_exhaustive()
    }
}

/// The bytes of a model; its large weights become data of their own, which rten takes as they are.
/// Written into the bytes they would be copied twice, and be in memory three times meanwhile.
fn without_weights(mut model: ModelProto, options: &mut ModelOptions) -> Result<Vec<u8>, String> {
    let weights = model.graph.iter_mut().flat_map(|graph| &mut graph.initializer);
    // Of the other types rten makes its own copy.
    let large = weights.filter(|weight| weight.data_type == Some(DataType::FLOAT));
    for (number, weight) in large.enumerate() {
        let Some(data) = weight.raw_data.take_if(|data| data.borrow().len() >= OWN_DATA) else {
            continue;
        };
        let data = data.into_inner();
        let file = format!("{number}.data");
        let entry = |key: &str, value: String| StringStringEntryProto {
            key: Some(key.to_owned()),
            value: Some(value),
        };
        weight.external_data = vec![
            entry("location", file.clone()),
            entry("offset", "0".to_owned()),
            entry("length", data.len().to_string()),
        ];
        weight.data_location = Some(DataLocation::EXTERNAL);
        options.external_data(&file, data);
    }
    model.write_buf().map_err(|error| error.to_string())
}

/// rten computes with integers of 32 bits; what a graph counts are phonemes and frames.
fn given(tensor: &Tensor) -> ValueOrView<'_> {
    let shape = &tensor.shape[..];
    match &tensor.data {
        Data::F32(data) => rten_tensor::TensorView::from_data(shape, &data[..]).into(),
        Data::I64(data) => {
            let small = |number: &i64| {
                i32::try_from(*number).unwrap_or(if *number < 0 { i32::MIN } else { i32::MAX })
            };
            Dense::from_data(shape, data.iter().map(small).collect::<Vec<i32>>()).into()
        }
        Data::Bool(data) => {
            let numbers: Vec<i32> = data.iter().map(|set| i32::from(*set)).collect();
            Dense::from_data(shape, numbers).into()
        }
    }
}

fn taken(value: Value, element: Element) -> Result<Tensor, RuntimeError> {
    match value {
        Value::FloatTensor(tensor) => {
            let shape = tensor.shape().to_vec();
            Ok(Tensor { shape, data: Data::F32(tensor.into_data()) })
        }
        Value::Int32Tensor(tensor) => {
            let shape = tensor.shape().to_vec();
            let numbers = tensor.into_data().into_iter();
            let data = match element {
                Element::Bool => Data::Bool(numbers.map(|number| number != 0).collect()),
                Element::I64 => Data::I64(numbers.map(i64::from).collect()),
                Element::F32 => Data::F32(numbers.map(|number| number as f32).collect()),
            };
            Ok(Tensor { shape, data })
        }
        _ => Err(RuntimeError("the model gives a value of an unknown type".to_owned())),
    }
}
