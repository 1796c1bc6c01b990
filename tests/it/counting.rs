//! The browser counts a comment's characters as the server does, whatever is typed.

use baonoi::domain::comment::length;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::app::Home;
use crate::chromium::Browser;

/// How many texts are compared, and how many go to the browser at once.
const TEXTS: usize = 100_000;
const BATCH: usize = 5_000;

/// What texts are made of: pieces that join, cling, hide or turn around.
const PIECES: &[&str] = &[
    "a",
    "B",
    "7",
    " ",
    "\n",
    "\t",
    "\u{a0}",
    "\u{3000}",
    ".",
    "!",
    "ế",
    "ỡ",
    "Đ",
    "ươ",
    // Marks by themselves, as some keyboards send them.
    "\u{300}",
    "\u{301}",
    "\u{302}",
    "\u{309}",
    "\u{31b}",
    "\u{323}",
    "\u{336}",
    "\u{20d0}",
    // Emoji: with tones, joined, flags, keycaps, tags.
    "👍",
    "\u{1f3fd}",
    "👩",
    "👨",
    "👧",
    "🏳",
    "🌈",
    "\u{200d}",
    "\u{fe0f}",
    "\u{fe0e}",
    "🇻",
    "🇳",
    "\u{20e3}",
    "1\u{fe0f}",
    "❤",
    "🏴",
    "\u{e0067}",
    "\u{e007f}",
    // Nothing to be seen.
    "\u{200b}",
    "\u{200c}",
    "\u{200e}",
    "\u{200f}",
    "\u{202e}",
    "\u{2060}",
    "\u{2066}",
    "\u{feff}",
    "\u{ad}",
    "\u{115f}",
    "\u{3164}",
    "\u{2800}",
    "\u{ffa0}",
    "\u{180e}",
    "\u{1}",
    "\u{85}",
    // Other scripts: from right to left, in syllables, with vowels around.
    "ש",
    "\u{5b8}",
    "م",
    "ر",
    "\u{651}",
    "\u{600}",
    "क",
    "\u{94d}",
    "ष",
    "\u{93f}",
    "நி",
    "ก",
    "ำ",
    "ᄒ",
    "ᅡ",
    "ᆫ",
    "한",
    "漢",
    "か\u{3099}",
    "ﬁ",
    "Å",
    "𝒳",
    "𐍈",
    "\u{1f1e6}",
];

/// SplitMix64 (Steele, Lea, Flood 2014): the same texts on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn text(&mut self) -> String {
        let count = self.below(24);
        let mut text = String::new();
        for _ in 0..count {
            match self.below(12) {
                // Any character there is, most of them never typed by anybody.
                0 => text.extend(char::from_u32(self.below(0x2_0000) as u32)),
                _ => text.push_str(PIECES[self.below(PIECES.len())]),
            }
        }
        match self.below(3) {
            0 => text.nfd().collect(),
            1 => text.nfc().collect(),
            _ => text,
        }
    }
}

#[tokio::test]
async fn browser_and_server_count_alike() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let browser = Browser::open().await;
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser
        .until("document.querySelector('.comments-counter').textContent.includes('500/500')")
        .await;
    let count =
        "const [texts] = arguments; const field = document.querySelector('textarea[name=body]');
        const counter = document.querySelector('.comments-counter');
        return texts.map((text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true }));
            return 500 - Number(/(\\d+)\\/500/.exec(counter.textContent)[1]); });";
    let mut random = Random(8);
    let mut different = Vec::new();
    for _ in 0..TEXTS / BATCH {
        let texts: Vec<String> = (0..BATCH).map(|_| random.text()).collect();
        let answer = browser.driver.execute(count, vec![json!(texts)]).await.unwrap();
        let counted: Vec<Value> = answer.json().as_array().unwrap().clone();
        for (text, counted) in texts.iter().zip(counted) {
            let wanted = length(text);
            if counted != wanted {
                let codes: Vec<String> =
                    text.chars().map(|c| format!("{:x}", u32::from(c))).collect();
                different.push(format!("{} here, {counted} there: {}", wanted, codes.join(" ")));
            }
        }
    }
    let some: Vec<&String> = different.iter().take(20).collect();
    assert!(different.is_empty(), "{} of {TEXTS} differ, e.g. {some:#?}", different.len());
}
