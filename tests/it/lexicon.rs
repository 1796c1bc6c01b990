//! The newsroom's own readings: by file, by command, and in what is spoken next.

use serde_json::{Value, json};

use crate::app::{Home, text};

#[test]
fn readings_are_added_listed_and_removed() {
    let home = Home::new("");
    let run = |arguments: &[&str]| home.run(&[&["lexicon"], arguments].concat(), "");
    assert!(run(&["add", "NQ/TW", "nghị quyết  trung ương"]).status.success());
    assert!(run(&["add", "hlv", "thầy", "--any-case", "--section", "Thể thao"]).status.success());
    assert!(run(&["add", "NQ/TW", "nghị quyết"]).status.success());
    let listed = "hlv\tthầy\ti\tthể thao\nNQ/TW\tnghị quyết\n";
    assert_eq!(text(&run(&["list"]).stdout), listed);

    let file = home.path("own.tsv");
    std::fs::write(&file, "BQL\tban quản lý\nsai\n").unwrap();
    let refused = run(&["import", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("line 2"), "{}", text(&refused.stderr));
    assert_eq!(text(&run(&["list"]).stdout), listed);
    std::fs::write(&file, listed).unwrap();
    assert!(run(&["import", file.to_str().unwrap()]).status.success());
    assert_eq!(text(&run(&["list"]).stdout), listed);

    assert!(run(&["remove", "hlv", "--section", "THỂ THAO"]).status.success());
    assert_eq!(run(&["remove", "hlv"]).status.code(), Some(1));
    assert_eq!(text(&run(&["list"]).stdout), "NQ/TW\tnghị quyết\n");
    // What the service would say can be heard from the command line.
    let said = home.run(&["normalize"], "NQ/TW\n");
    assert_eq!(text(&said.stdout), "nghị quyết\n");
    let refused = run(&["add", "1/2", "1 nửa"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("as it is said"), "{}", text(&refused.stderr));
}

#[test]
fn a_file_of_readings_wins_over_the_rules() {
    let home = Home::new("");
    let file = home.path("own.tsv");
    std::fs::write(&file, "HLV\tthầy\t\tThể thao\nsai\nTW\ttrung ương đảng\n").unwrap();
    let file = file.to_str().unwrap();
    let said = home.run(&["normalize", "--lexicon", file, "--section", "thể thao"], "HLV, TW\n");
    assert_eq!(text(&said.stdout), "thầy, trung ương đảng\n");
    assert!(text(&said.stderr).contains("line 2"));
    let said = home.run(&["normalize", "--lexicon", file], "HLV\n");
    assert_eq!(text(&said.stdout), "huấn luyện viên\n");
}

#[tokio::test]
async fn what_is_narrated_next_has_the_new_reading() {
    let home = Home::new("sample = false\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let article = json!({"title": "Tin vui", "paragraphs": ["UBND xã họp hôm nay."]});
    let narrate = async || {
        let job: Value = app.hand_over(&key, &article).await.json().await.unwrap();
        app.finished(job["id"].as_str().unwrap()).await["narration"].clone()
    };
    let before = narrate().await;
    assert_eq!(narrate().await, before);
    assert!(home.run(&["lexicon", "add", "UBND", "ủy ban"], "").status.success());
    let after = narrate().await;
    assert_ne!(after, before);
    assert!(after.is_string() && before.is_string());
}
