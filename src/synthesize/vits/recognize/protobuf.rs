//! ONNX files as they lie in memory: what the recognizer needs of them, borrowed.
//!
//! The wire format is that of Protocol Buffers ("Encoding", protobuf.dev); field numbers are those of
//! `onnx.proto3`. Weights are nearly all of a file and are not copied here.

/// A model's graph.
#[derive(Debug, Default)]
pub struct File<'a> {
    pub nodes: Vec<Node<'a>>,
    pub weights: Vec<(&'a str, Raw<'a>)>,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    /// The version of ONNX's own operators.
    pub opset: u64,
}

/// An operator with the names of its values.
#[derive(Debug, Default)]
pub struct Node<'a> {
    pub operator: &'a str,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    pub attributes: Vec<Attribute<'a>>,
}

/// Only one of the values is there.
#[derive(Clone, Debug, Default)]
pub struct Attribute<'a> {
    pub name: &'a str,
    pub float: Option<f32>,
    pub int: Option<i64>,
    pub ints: Vec<i64>,
    pub text: &'a [u8],
    pub tensor: Option<Raw<'a>>,
    pub is_graph: bool,
}

/// A tensor of numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raw<'a> {
    pub dims: Vec<usize>,
    pub kind: u64,
    /// Little-endian, for floats and where a file has it so.
    pub bytes: &'a [u8],
    /// Whole numbers that are not in `bytes`.
    pub ints: Vec<i64>,
    pub is_elsewhere: bool,
}

/// `TensorProto.DataType`.
pub const FLOAT: u64 = 1;
pub const INT32: u64 = 6;
pub const INT64: u64 = 7;

/// `None` when it is no whole ONNX file.
pub fn parse(bytes: &[u8]) -> Option<File<'_>> {
    let mut graph = None;
    let mut file = File::default();
    for field in Fields(bytes) {
        match field? {
            (7, Content::Bytes(bytes)) => graph = Some(bytes),
            (8, Content::Bytes(bytes)) => file.opset = file.opset.max(opset(bytes)?),
            _ => {}
        }
    }
    for field in Fields(graph?) {
        match field? {
            (1, Content::Bytes(bytes)) => file.nodes.push(node(bytes)?),
            (5, Content::Bytes(bytes)) => file.weights.push(tensor(bytes)?),
            (11, Content::Bytes(bytes)) => file.inputs.push(name_of_value(bytes)?),
            (12, Content::Bytes(bytes)) => file.outputs.push(name_of_value(bytes)?),
            _ => {}
        }
    }
    Some(file)
}

/// The version of a set of operators, if it is ONNX's own.
fn opset(bytes: &[u8]) -> Option<u64> {
    let (mut domain, mut version): (&[u8], u64) = (b"", 0);
    for field in Fields(bytes) {
        match field? {
            (1, Content::Bytes(name)) => domain = name,
            (2, Content::Number(number)) => version = number,
            _ => {}
        }
    }
    Some(if is_own(domain) { version } else { 0 })
}

/// Whether a domain of operators is ONNX's own.
fn is_own(domain: &[u8]) -> bool {
    domain.is_empty() || domain == b"ai.onnx"
}

fn node(bytes: &[u8]) -> Option<Node<'_>> {
    let mut node = Node::default();
    let mut is_foreign = false;
    for field in Fields(bytes) {
        match field? {
            (1, Content::Bytes(name)) => node.inputs.push(str::from_utf8(name).ok()?),
            (2, Content::Bytes(name)) => node.outputs.push(str::from_utf8(name).ok()?),
            (4, Content::Bytes(name)) => node.operator = str::from_utf8(name).ok()?,
            (5, Content::Bytes(bytes)) => node.attributes.push(attribute(bytes)?),
            (7, Content::Bytes(domain)) => is_foreign = !is_own(domain),
            _ => {}
        }
    }
    // Whatever it is called, it is no operator that we know.
    if is_foreign {
        node.operator = "";
    }
    Some(node)
}

fn attribute(bytes: &[u8]) -> Option<Attribute<'_>> {
    let mut attribute = Attribute::default();
    for field in Fields(bytes) {
        match field? {
            (1, Content::Bytes(name)) => attribute.name = str::from_utf8(name).ok()?,
            (2, Content::Fixed(bits)) => attribute.float = Some(f32::from_bits(bits)),
            (3, Content::Number(number)) => attribute.int = Some(number.cast_signed()),
            (4, Content::Bytes(text)) => attribute.text = text,
            (5, Content::Bytes(bytes)) => attribute.tensor = Some(tensor(bytes)?.1),
            (6 | 11, _) => attribute.is_graph = true,
            (8, content) => numbers(content, &mut attribute.ints)?,
            _ => {}
        }
    }
    Some(attribute)
}

fn tensor(bytes: &[u8]) -> Option<(&str, Raw<'_>)> {
    let (mut name, mut dims, mut raw) = ("", vec![], Raw::default());
    for field in Fields(bytes) {
        match field? {
            (1, content) => numbers(content, &mut dims)?,
            (2, Content::Number(kind)) => raw.kind = kind,
            // Packed floats lie as in the raw form.
            (4 | 9, Content::Bytes(bytes)) if raw.bytes.is_empty() => raw.bytes = bytes,
            // Floats one by one, or in several pieces, are nobody's way to write weights.
            (4, _) => return None,
            (5 | 7, content) => numbers(content, &mut raw.ints)?,
            (8, Content::Bytes(bytes)) => name = str::from_utf8(bytes).ok()?,
            (14, Content::Number(place)) => raw.is_elsewhere = place != 0,
            _ => {}
        }
    }
    raw.dims = dims.into_iter().map(|size| usize::try_from(size).ok()).collect::<Option<_>>()?;
    Some((name, raw))
}

fn name_of_value(bytes: &[u8]) -> Option<&str> {
    for field in Fields(bytes) {
        if let (1, Content::Bytes(name)) = field? {
            return str::from_utf8(name).ok();
        }
    }
    Some("")
}

/// Whole numbers, packed or one by one.
fn numbers(content: Content, into: &mut Vec<i64>) -> Option<()> {
    match content {
        Content::Number(number) => into.push(number.cast_signed()),
        Content::Bytes(mut packed) => {
            while !packed.is_empty() {
                into.push(number(&mut packed)?.cast_signed());
            }
        }
        Content::Fixed(_) => return None,
    }
    Some(())
}

enum Content<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed(u32),
}

/// The fields of a message; `None` where it is broken.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u64, Content<'a>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Content<'a>)> {
        let tag = number(&mut self.0)?;
        let content = match tag & 7 {
            0 => Content::Number(number(&mut self.0)?),
            // 64 bits: nothing that we look for.
            1 => {
                take(&mut self.0, 8)?;
                Content::Number(0)
            }
            2 => {
                let length = usize::try_from(number(&mut self.0)?).ok()?;
                Content::Bytes(take(&mut self.0, length)?)
            }
            5 => Content::Fixed(u32::from_le_bytes(take(&mut self.0, 4)?.try_into().ok()?)),
            _ => return None,
        };
        Some((tag >> 3, content))
    }
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// A number in base 128, lowest digits first.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_digit_by_digit() {
        assert_eq!(number(&mut &[0x96, 0x01][..]), Some(150));
        let minus_one = [[0xff; 9].as_slice(), &[1]].concat();
        assert_eq!(number(&mut &minus_one[..]).map(u64::cast_signed), Some(-1));
        assert_eq!(number(&mut &[0x96][..]), None);
        assert_eq!(number(&mut &[0xff; 11][..]), None);
    }

    #[test]
    fn a_file_that_ends_too_early_is_none() {
        // Field 7 of 5 bytes, of which there are 2.
        assert!(parse(&[0x3a, 5, 0, 0]).is_none());
        assert!(parse(b"this is not a model").is_none());
        assert!(parse(&[]).is_none());
        // A graph with one node `Tanh` from `a` to `b`.
        let node = [&[0x0a, 1, b'a', 0x12, 1, b'b', 0x22, 4][..], b"Tanh"].concat();
        let file = [&[0x3a, 14, 0x0a, 12][..], &node].concat();
        let file = parse(&file).unwrap();
        let [node] = &file.nodes[..] else { panic!("{file:?}") };
        assert_eq!(
            (node.operator, &node.inputs[..], &node.outputs[..]),
            ("Tanh", &["a"][..], &["b"][..])
        );
    }
}
