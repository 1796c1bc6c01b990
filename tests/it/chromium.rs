//! Debian's Chromium through ChromeDriver. Pictures of the pages go to `target/screenshots/`.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::app::{App, project};

pub const AUDIO: &str = "document.querySelector('bao-noi audio')";

/// Runs before every page: remembers what went wrong there, and how much its layout moved.
const WATCH: &str = "
    // `ours`: when the test itself changed the window's size or asked for more, from and to.
    window.__seen = { errors: [], shift: 0, ours: [] };
    const note = (text) => window.__seen.errors.push(String(text));
    addEventListener('error', (event) => note(event.message ?? event.target.src ?? event.target.href), true);
    addEventListener('unhandledrejection', (event) => note(event.reason));
    addEventListener('securitypolicyviolation', (event) => note(event.violatedDirective + ' ' + event.blockedURI));
    for (const name of ['error', 'warn']) {
      const before = console[name];
      console[name] = (...said) => { note(said.join(' ')); before.apply(console, said); };
    }
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        if (window.__seen.ours.some(([from, to]) => from <= entry.startTime && entry.startTime <= to)) continue;
        window.__seen.shift += entry.value;
        (window.__seen.moved ??= []).push(entry.sources.map(({ node }) => node?.className ?? node?.nodeName).join());
      }
    }).observe({ type: 'layout-shift', buffered: true });
";

/// A browser window.
pub struct Browser {
    pub driver: WebDriver,
    /// Ends the driver, and with it the browser, also when a test fails.
    _process: DriverProcess,
}

/// ChromeDriver at the head of a process group that holds its browser too.
struct DriverProcess(Child);

impl Browser {
    pub async fn open() -> Self {
        let (process, port) = start_driver();
        // The client that talks to the driver needs the TLS provider that `client` installs.
        let _ = crate::app::client();
        let mut wishes = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // Sound goes nowhere, as fast as it would be heard.
            "--mute-audio",
        ] {
            wishes.add_arg(argument).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wishes).await.unwrap();
        let browser = Self { driver, _process: process };
        browser.resize(1280, 900).await;
        let watch = json!({"source": WATCH});
        browser
            .driver
            .cdp()
            .send_raw("Page.addScriptToEvaluateOnNewDocument", watch)
            .await
            .unwrap();
        browser
    }

    /// The size of the page in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.ours(async {
            self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
            self.answer("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn))))").await;
        })
        .await;
    }

    /// A window of so many CSS pixels, each as large as `scale` device pixels.
    pub async fn zoom(&self, width: u32, height: u32, scale: f64) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false,
        });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
    }

    /// Colours as Windows' high-contrast mode forces them.
    pub async fn contrast(&self) {
        let media = json!({"features": [{"name": "forced-colors", "value": "active"}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }

    /// Does what moves the page, now or as soon as an answer is there. A browser leaves out what moves within half
    /// a second of a click or of a change of the window's edge, but not all, and tells of it when it has time.
    pub async fn ours<T>(&self, act: impl Future<Output = T>) -> T {
        self.ask("void window.__seen?.ours.push([performance.now(), Infinity])").await;
        let done = act.await;
        self.ask("void window.__seen?.ours.splice(-1, 1, [window.__seen.ours.at(-1)?.[0], performance.now() + 500])").await;
        done
    }

    /// A picture of the whole page.
    pub async fn picture(&self, name: &str) {
        let shot = json!({"captureBeyondViewport": true});
        // The window is as large as the page meanwhile.
        let taken = self.ours(self.driver.cdp().send_raw("Page.captureScreenshot", shot)).await;
        let taken = taken.unwrap();
        let folder = project("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let png = STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }

    /// What a script answers.
    pub async fn ask(&self, script: &str) -> Value {
        let answer = self.driver.execute(format!("return {script}"), vec![]).await.unwrap();
        answer.json().clone()
    }

    /// Waits until a script answers true. One that fails has no answer yet: a page that is just being left,
    /// or just come to, has not what is asked for.
    pub async fn until(&self, script: &str) {
        let begun = Instant::now();
        loop {
            let answer = match self.driver.execute(format!("return {script}"), vec![]).await {
                Ok(answer) => answer.json().to_string(),
                Err(error) => error.to_string(),
            };
            if answer == "true" {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "never: {script}, but {answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn go(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    pub async fn find(&self, css: &str) -> WebElement {
        self.driver.find(By::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Presses keys where the focus is.
    pub async fn keys(&self, keys: &str) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses a key while another one is held.
    pub async fn chord(&self, held: Key, key: &str) {
        let chain = self.driver.action_chain().key_down(held.clone()).send_keys(key);
        chain.key_up(held).perform().await.unwrap();
    }

    /// A piece of the player, inside its shadow root.
    pub async fn player(&self, css: &str) -> WebElement {
        let root = self.find("bao-noi").await.get_shadow_root().await.unwrap();
        root.find(By::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Whether the reader prefers dark pages.
    pub async fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }

    /// What a script answers when its promise is kept.
    pub async fn answer(&self, script: &str) -> Value {
        let call = format!(
            "const done = arguments[arguments.length - 1];
             Promise.resolve({script}).then(done, (error) => done(String(error)));"
        );
        self.driver.execute_async(call, vec![]).await.unwrap().json().clone()
    }

    /// That the page broke no policy, threw no error, asked nobody else than `hosts`, and moved nothing.
    pub async fn assert_calm(&self, hosts: &[&str]) {
        let seen = self.ask("window.__seen").await;
        assert_eq!(seen["errors"], json!([]), "errors on the page");
        // The icons of our own bar count a little (0.002) when it leaves its place for the window's edge.
        assert!(seen["shift"].as_f64().unwrap() < 0.01, "the layout moved: {seen}");
        let asked =
            self.ask("performance.getEntriesByType('resource').map((entry) => entry.name)").await;
        for address in asked.as_array().unwrap() {
            let address = address.as_str().unwrap();
            assert!(hosts.iter().any(|host| address.starts_with(host)), "asked of {address}");
        }
    }

    /// Clicks on a sentence of the text, when the page has come to rest.
    pub async fn click_sentence(&self, cue: usize) {
        let sentence = self.find(&format!("[data-cue='{cue}']")).await;
        let scroll = format!(
            "void document.querySelector(`[data-cue='{cue}']`).scrollIntoView({{ block: 'center', behavior: 'instant' }})"
        );
        self.ask(&scroll).await;
        let mut before = self.ask("scrollY").await;
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = self.ask("scrollY").await;
            if now == before {
                break;
            }
            before = now;
        }
        sentence.click().await.unwrap();
    }

    /// Plays, and waits until it is heard.
    pub async fn play(&self) {
        self.player(".play").await.click().await.unwrap();
        self.until(&format!("!{AUDIO}.paused && {AUDIO}.currentTime > 0.3")).await;
    }

    /// Waits for the controls of the player.
    pub async fn player_is_there(&self) {
        self.until("!!document.querySelector('bao-noi')?.shadowRoot?.querySelector('.play')").await;
    }

    /// A piece of the player, as a script names it.
    pub async fn ask_player(&self, css: &str, property: &str) -> Value {
        self.ask(&format!(
            "document.querySelector('bao-noi').shadowRoot.querySelector('{css}').{property}"
        ))
        .await
    }

    pub async fn log_in(&self, app: &App, name: &str, password: &str, next: &str) {
        self.go(&app.url(&format!("/login?next={next}"))).await;
        self.find("[name=name]").await.send_keys(name).await.unwrap();
        self.find("[name=password]").await.send_keys(password).await.unwrap();
        self.find("main form [type=submit]").await.click().await.unwrap();
        self.until("location.pathname !== '/login' && document.readyState === 'complete'").await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The process is about to be killed: nothing would answer a farewell.
        let _ = self.driver.clone().leak();
    }
}

impl Drop for DriverProcess {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.0.wait();
    }
}

/// A driver that is ready. One that cannot begin (another took its port, say) is followed by another.
fn start_driver() -> (DriverProcess, u16) {
    (0..3).find_map(|_| try_driver()).expect("chromedriver did not say its port, three times")
}

fn try_driver() -> Option<(DriverProcess, u16)> {
    let mut process = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("chromedriver is not installed; ./tests/run installs it");
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| {
        let line = line.ok()?;
        let (_, rest) = line.split_once("successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    // What it says later must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let process = DriverProcess(process);
    Some((process, port?))
}
