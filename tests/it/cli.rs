//! The command line, without the service.

use crate::app::{Home, project, text};

#[test]
fn a_page_becomes_sound() {
    let home = Home::new("");
    let page = project("samples/chinh-sach-xa-hoi.html");
    let page = page.to_str().unwrap();
    let (mp3, wav, vtt) = (home.path("a.mp3"), home.path("a.wav"), home.path("a.vtt"));
    let made = home.run(&["narrate", page, "-o", mp3.to_str().unwrap(), "--json"], "");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let seconds = summary["duration_s"].as_f64().unwrap();
    assert!((120.0..400.0).contains(&seconds), "{seconds}");
    assert!(summary["sentences"].as_u64().unwrap() > 20);
    let script = summary["script"].to_string();
    assert!(script.contains("nghị quyết") && !script.contains(|c: char| c.is_ascii_digit()));

    let vtt_name = vtt.to_str().unwrap();
    let made = home.run(&["narrate", page, "-o", wav.to_str().unwrap(), "--vtt", vtt_name], "");
    assert!(made.status.success());
    for word in ["duration:", "sentences:", "real-time factor:"] {
        assert!(text(&made.stderr).contains(word), "{}", text(&made.stderr));
    }
    let reader = hound::WavReader::open(&wav).unwrap();
    let spoken = f64::from(reader.duration()) / f64::from(reader.spec().sample_rate);
    assert!((spoken - seconds).abs() < 0.1);
    // 64 kbit/s
    let bytes = std::fs::metadata(&mp3).unwrap().len() as f64;
    assert!((bytes / (seconds * 8000.0) - 1.0).abs() < 0.02);
    assert!(std::fs::read_to_string(&vtt).unwrap().starts_with("WEBVTT"));
}

#[test]
fn plain_text_is_read_too_and_faster_is_shorter() {
    let home = Home::new("");
    let words = "Bản Mòn có cầu mới\n\nCây cầu dài 42,5 m đã khánh thành hôm 5/3.\n";
    let seconds = |speed: &str| {
        let out = home.path("a.wav");
        let out = out.to_str().unwrap();
        let made = home.run(&["narrate", "-", "-o", out, "--speed", speed, "--json"], words);
        assert!(made.status.success(), "{}", text(&made.stderr));
        let summary: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
        summary["duration_s"].as_f64().unwrap()
    };
    assert!(seconds("1.0") > 1.3 * seconds("1.8"));
}

#[test]
fn stages_work_as_filters() {
    let home = Home::new("");
    let written = "Giảm 3,5% so với năm 2023.\n\nHọp lúc 7h30.\n";
    let spoken = home.run(&["normalize"], written);
    let lines: Vec<String> = text(&spoken.stdout).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains("ba phẩy năm phần trăm"), "{}", lines[0]);
    assert_eq!(lines[1], "");
    let json = home.run(&["normalize", "--json"], "Có 5 hộ.\n");
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let tokens = json["tokens"].as_array().unwrap();
    let written: String = tokens.iter().map(|token| token["written"].as_str().unwrap()).collect();
    assert_eq!(written, "Có 5 hộ.");
    assert!(tokens.iter().any(|token| token["class"] == "cardinal"));
    let sounds = home.run(&["phonemize"], "Năm năm.\n");
    assert_eq!(text(&sounds.stdout), "nˈam nˈam.\n");
}

#[test]
fn mistakes_are_named_and_have_their_exit_codes() {
    let home = Home::new("");
    let cases: [(&[&str], i32, &str); 9] = [
        (&["sing"], 2, "sing"),
        (&["narrate"], 2, "URL|FILE|-"),
        (&["narrate", "nowhere.html"], 1, "cannot read nowhere.html"),
        (&["narrate", "-", "-o", "a.ogg"], 2, ".mp3, .opus or .wav"),
        (&["narrate", "-", "--speed", "9"], 2, "0.5 to 2.0"),
        (&["narrate", "-", "--voice", "robot"], 2, "voices list"),
        (&["narrate", "http://127.0.0.1:9/"], 1, "not a public internet address"),
        (&["extract", "-"], 1, "nothing to read in -"),
        (&["accounts", "passwd", "nobody"], 1, "no account"),
    ];
    for (arguments, code, said) in cases {
        let done = home.run(arguments, "");
        let stderr = text(&done.stderr);
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said) && !stderr.trim().is_empty(), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn accounts_are_kept_in_order() {
    let home = Home::new("");
    home.add_account("lan");
    let twice = home.run(&["accounts", "add", "LAN"], "bí mật dài\n");
    assert!(text(&twice.stderr).contains("taken"));
    let short = home.run(&["accounts", "add", "mai"], "ngắn\n");
    assert!(text(&short.stderr).contains("at least 8"));
    let made_up = home.run(&["accounts", "add", "mai", "--role", "moderator"], "");
    assert!(text(&made_up.stdout).contains("password: "));
    assert!(home.run(&["accounts", "disable", "lan"], "").status.success());
    let list = text(&home.run(&["accounts", "list"], "").stdout);
    assert_eq!(list, "lan\teditor, moderator, administrator\tdisabled\nmai\tmoderator\tactive\n");
    assert!(text(&home.run(&["accounts", "enable", "lan"], "").stdout).contains("active"));
    assert!(text(&home.run(&["doctor"], "").stdout).contains("vi-embedded"));
    assert!(text(&home.run(&["voices", "list"], "").stdout).contains("Giọng nữ"));
}

#[test]
fn a_broken_database_is_named_at_once() {
    let home = Home::new("");
    std::fs::create_dir(home.path("data")).unwrap();
    std::fs::write(home.path("data/baonoi.db"), "x".repeat(50_000)).unwrap();
    let done = home.run(&["doctor"], "");
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("not a database"), "{}", text(&done.stderr));
}
