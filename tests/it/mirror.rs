//! A mirror of voices: a good one, and every way in which one can be bad.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the mirror does with the model (`*.onnx`, or any file but a config).
#[derive(Clone, Debug, PartialEq)]
pub enum Manner {
    Good,
    /// Always all of it, whatever part is asked for.
    WithoutRanges,
    /// Closes the connection after so many bytes of the file.
    CutAt(usize),
    /// The same, without having said how long it is.
    CutWithoutLength(usize),
    /// Sends so many bytes of the file, and then nothing for a minute.
    StallAt(usize),
    /// Answers 200 with its front page.
    WebPage,
    Status(u16),
    /// Sends other bytes, as many.
    WrongBytes,
    /// Sends a byte more, and says so or not.
    Longer {
        announced: bool,
    },
    RedirectTo(String),
}

/// The running mirror. It ends with the tests.
pub struct Mirror {
    authority: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    files: HashMap<String, Vec<u8>>,
    manner: Manner,
    etag: String,
    /// Path and range, as asked.
    asked: Vec<String>,
}

impl Mirror {
    pub fn start(files: &[(&str, &[u8])]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let files = files.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec()));
        let shared = Arc::new(Mutex::new(Shared {
            files: files.collect(),
            manner: Manner::Good,
            etag: "\"1\"".to_owned(),
            asked: Vec::new(),
        }));
        let answering = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = answering.clone();
                // The other side may go away at any time.
                std::thread::spawn(move || answer(stream, &shared));
            }
        });
        Self { authority, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    pub fn be(&self, manner: Manner) {
        self.shared.lock().unwrap().manner = manner;
    }

    pub fn change_etag(&self) {
        self.shared.lock().unwrap().etag = "\"2\"".to_owned();
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock().unwrap().asked)
    }
}

fn answer(mut stream: TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let mut head = Vec::new();
    for line in BufReader::new(stream.try_clone()?).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let Some(path) = head.first().and_then(|line| line.split(' ').nth(1)) else { return Ok(()) };
    let header = |name: &str| {
        let value = head.iter().skip(1).filter_map(|line| line.split_once(": "));
        value.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned()).next()
    };
    let range = header("range");
    let (file, manner, etag) = {
        let mut shared = shared.lock().unwrap();
        shared
            .asked
            .push(format!("{path} {}", range.clone().unwrap_or_default()).trim().to_owned());
        let file = shared.files.get(path).cloned();
        let spared = path.ends_with(".json");
        let manner = if spared { Manner::Good } else { shared.manner.clone() };
        (file, manner, shared.etag.clone())
    };
    let whole = |stream: &mut TcpStream, status: &str, body: &[u8]| {
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        stream.write_all(body)
    };
    let Some(file) = file else { return whole(&mut stream, "404 Not Found", b"no such file") };
    match &manner {
        Manner::WebPage => {
            return whole(&mut stream, "200 OK", b"<!DOCTYPE html><title>Xin chao</title>");
        }
        Manner::Status(status) => return whole(&mut stream, &format!("{status} No"), b"no"),
        Manner::WrongBytes => {
            let wrong: Vec<u8> = file.iter().map(|byte| byte ^ 1).collect();
            return whole(&mut stream, "200 OK", &wrong);
        }
        Manner::RedirectTo(target) => {
            return write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        _ => {}
    }
    let is_same = header("if-range").is_none_or(|known| known == etag);
    let from = range.filter(|_| is_same && manner != Manner::WithoutRanges);
    let from = from.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let mut body = file.clone();
    if matches!(manner, Manner::Longer { .. }) {
        body.push(b'!');
    }
    match from {
        Some(from) if from >= body.len() => return whole(&mut stream, "416 No", b""),
        Some(from) => {
            let last = body.len() - 1;
            write!(
                stream,
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{last}/{}\r\n",
                body.len()
            )?;
        }
        None => write!(stream, "HTTP/1.1 200 OK\r\n")?,
    }
    let from: usize = from.unwrap_or(0);
    let silent =
        matches!(manner, Manner::CutWithoutLength(_) | Manner::Longer { announced: false });
    if !silent {
        write!(stream, "Content-Length: {}\r\n", body.len() - from)?;
    }
    write!(stream, "ETag: {etag}\r\nConnection: close\r\n\r\n")?;
    match manner {
        Manner::CutAt(end) | Manner::CutWithoutLength(end) => {
            stream.write_all(&body[from.min(end)..end])
        }
        Manner::StallAt(end) => {
            stream.write_all(&body[from.min(end)..end])?;
            std::thread::park_timeout(Duration::from_secs(60));
            Ok(())
        }
        _ => stream.write_all(&body[from..]),
    }
}
