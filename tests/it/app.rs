//! Starts the whole program on a temporary folder, and asks it things.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Client, Response, redirect};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;

/// The longest that anything may take. A condition that does not come by then never does.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// On a port that the kernel chooses.
const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

const OFFLINE: &str = "voices_download = false\n";

/// A folder of data, and the settings that go with it.
pub struct Home {
    folder: TempDir,
}

/// A running service. Dropping it kills it.
pub struct App {
    child: Child,
    address: String,
    /// What it said on stderr.
    said: Arc<Mutex<Vec<String>>>,
    pub client: Client,
}

impl Home {
    /// A new, empty one. `settings` is the text of `baonoi.toml`.
    pub fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Nothing is asked of the network unless that is what is tested.
        let offline = if settings.contains("voices_download") { "" } else { OFFLINE };
        std::fs::write(folder.path().join("baonoi.toml"), format!("{offline}{settings}")).unwrap();
        Self { folder }
    }

    /// Adds to its settings.
    pub fn set(&self, more: &str) {
        let path = self.path("baonoi.toml");
        let before = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("{before}{more}")).unwrap();
    }

    /// Changes its settings; what takes the place of `from` holds from the next start on.
    pub fn change(&self, from: &str, to: &str) {
        let path = self.path("baonoi.toml");
        let before = std::fs::read_to_string(&path).unwrap();
        assert!(before.contains(from), "{before}");
        std::fs::write(path, before.replace(from, to)).unwrap();
    }

    /// Settings with which the service fetches from a site of the tests, and shows no sample.
    pub fn reading(site: &crate::site::Site) -> Self {
        Self::reading_with(site, "", "")
    }

    /// The same with more sections of settings, and more settings outside of them.
    pub fn reading_with(site: &crate::site::Site, more: &str, top: &str) -> Self {
        Self::new(&format!(
            "sample = false\n{top}[fetch]\nallow_private = [\"{}\"]\nconnect_ms = 2000\n\
             total_ms = 20000\nhost_gap_ms = 0\n[narration]\nlease_ms = 3000\n{more}",
            site.authority()
        ))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the service and keeps the folder for as long as it runs.
    pub fn start_and_keep(self) -> Kept {
        Kept { app: self.start(), _home: self }
    }

    /// Runs a command to its end, with `stdin`.
    pub fn run(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A command that is refused at once ends without a look at it.
        match child.stdin.take().unwrap().write_all(stdin.as_bytes()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("{error}"),
            _ => {}
        }
        child.wait_with_output().unwrap()
    }

    /// Adds an account of all roles and gives its password.
    pub fn add_account(&self, name: &str) -> &'static str {
        let password = "bí mật dài";
        let added = self.run(&["accounts", "add", name], &format!("{password}\n"));
        assert!(added.status.success(), "{}", text(&added.stderr));
        password
    }

    pub fn api_key(&self, name: &str) -> String {
        let made = self.run(&["accounts", "key", name], "");
        assert!(made.status.success(), "{}", text(&made.stderr));
        text(&made.stdout).trim().to_owned()
    }

    /// Starts a command and does not wait for it.
    pub fn begin(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdin(Stdio::null()).spawn().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        // Measurements are taken of a release build.
        let binary = std::env::var_os("BAONOI_TEST_BINARY");
        let binary = binary.unwrap_or_else(|| env!("CARGO_BIN_EXE_baonoi").into());
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .arg("--data")
            .arg(self.path("data"))
            .arg("--config")
            .arg(self.path("baonoi.toml"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts the service and waits until it listens.
    pub fn start(&self) -> App {
        Self::listening(self.command(SERVE))
    }

    /// The same through a shell's script, whose arguments are the command.
    pub fn start_through(&self, script: &str) -> App {
        let command = self.command(SERVE);
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(command.get_program()).args(command.get_args());
        shell.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::listening(shell)
    }

    fn listening(mut command: Command) -> App {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut stderr = child.stderr.take().unwrap();
        if line.is_empty() {
            let mut said = String::new();
            stderr.read_to_string(&mut said).unwrap();
            panic!("the service did not start: {said}");
        }
        // What it says later is shown when a test fails, and must not fill the pipe.
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = said.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                println!("service: {line}");
                heard.lock().unwrap().push(line);
            }
        });
        let address = line.trim().trim_end_matches('/').to_owned();
        App { child, address, said, client: client() }
    }
}

/// A service together with its folder.
pub struct Kept {
    app: App,
    _home: Home,
}

impl std::ops::Deref for Kept {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

/// A port of this machine that is ours, and on which nobody listens as long as this is kept.
pub fn deaf_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// A client that keeps redirects visible.
pub fn client() -> Client {
    // A second installation is refused, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap()
}

impl App {
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// Hands an article over with an api key.
    pub async fn hand_over(&self, key: &str, article: &Value) -> Response {
        let request = self.client.post(self.url("/api/articles")).bearer_auth(key);
        request.json(article).send().await.unwrap()
    }

    /// Hands an article over and waits for the end of its job.
    pub async fn narrate(&self, key: &str, article: &Value) -> Value {
        let accepted = self.hand_over(key, article).await;
        assert_eq!(accepted.status(), 202);
        let job: Value = accepted.json().await.unwrap();
        self.finished(job["id"].as_str().unwrap()).await
    }

    /// The job once it has ended.
    pub async fn finished(&self, job: &str) -> Value {
        self.job_when(job, |job| matches!(job["state"].as_str(), Some("done" | "failed"))).await
    }

    /// The job once a condition holds.
    pub async fn job_when(&self, job: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let state = self.json(&format!("/api/jobs/{job}")).await;
            if holds(&state) {
                return state;
            }
            assert!(begun.elapsed() < PATIENCE, "still {state}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// The id of the sample article, once it can be heard.
    pub async fn sample(&self) -> String {
        let begun = Instant::now();
        loop {
            let latest = self.json("/latest.json").await;
            if let Some(id) = latest["items"][0]["article"]["id"].as_str() {
                return id.to_owned();
            }
            assert!(begun.elapsed() < PATIENCE, "the sample article is not read");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Logs in and gives the session's cookie.
    pub async fn log_in(&self, name: &str, password: &str) -> String {
        let form = [("name", name), ("password", password)];
        let body = form_body(&form);
        let response = self.post_form("/login", body, None).await;
        assert_eq!(response.status(), 303);
        let cookie = response.headers()["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    pub async fn post_form(&self, path: &str, body: String, cookie: Option<&str>) -> Response {
        let mut request = self
            .client
            .post(self.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request.send().await.unwrap()
    }

    /// The lines with these words, once there are so many.
    pub async fn said(&self, words: &str, times: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let found = self.said_so_far(words);
            if found.len() >= times {
                return found;
            }
            let is_late = begun.elapsed() > PATIENCE;
            assert!(!is_late, "{words:?} is not said: {:#?}", self.said_so_far(""));
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// The lines with these words up to now.
    pub fn said_so_far(&self, words: &str) -> Vec<String> {
        let said = self.said.lock().unwrap();
        said.iter().filter(|line| line.contains(words)).cloned().collect()
    }

    /// Whether it said these words so far.
    pub fn has_said(&self, words: &str) -> bool {
        !self.said_so_far(words).is_empty()
    }

    /// `kill -9`: no chance to tidy up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a service manager does, and gives its exit status.
    #[cfg(unix)]
    pub fn stop(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn form_body(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
