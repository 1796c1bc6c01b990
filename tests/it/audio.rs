//! The sound as listeners' devices ask for it.

use reqwest::Method;

use crate::app::Home;

#[tokio::test]
async fn sound_is_served_whole_in_parts_and_not_again() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let player = app.json(&format!("/api/player?article={article}")).await;
    for (name, kind) in [("mp3", "audio/mpeg"), ("opus", "audio/ogg"), ("wav", "audio/wav")] {
        let path = player["narration"][name].as_str().unwrap();
        let whole = app.get(path).await;
        let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(whole.headers()["content-type"], kind);
        assert!(whole.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        let whole = whole.bytes().await.unwrap();

        let head = app.client.request(Method::HEAD, app.url(path)).send().await.unwrap();
        assert_eq!(head.headers()["content-length"], whole.len().to_string().as_str());
        assert_eq!(head.headers()["accept-ranges"], "bytes");
        assert!(head.bytes().await.unwrap().is_empty());

        let part = |range: String| app.client.get(app.url(path)).header("range", range).send();
        let middle = part("bytes=1000-1999".into()).await.unwrap();
        assert_eq!(middle.status(), 206);
        let range = format!("bytes 1000-1999/{}", whole.len());
        assert_eq!(middle.headers()["content-range"], range.as_str());
        assert_eq!(middle.bytes().await.unwrap(), whole.slice(1000..2000));
        let end = part("bytes=-500".into()).await.unwrap();
        assert_eq!(end.bytes().await.unwrap(), whole.slice(whole.len() - 500..));
        let beyond = part(format!("bytes={}-", whole.len())).await.unwrap();
        assert_eq!(beyond.status(), 416);
        assert_eq!(beyond.headers()["content-range"], format!("bytes */{}", whole.len()).as_str());

        let same =
            app.client.get(app.url(path)).header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(same.status(), 304);
        let other = app.client.get(app.url(path)).header("range", "bytes=0-9");
        let other = other.header("if-range", "\"other\"").send().await.unwrap();
        assert_eq!(other.status(), 200);
    }
}

#[tokio::test]
async fn cues_fit_the_sound_and_the_text() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let player = app.json(&format!("/api/player?article={article}")).await;
    let cues = app.json(&format!("/articles/{article}/cues.json")).await;
    let wav = app.get(player["narration"]["wav"].as_str().unwrap()).await.bytes().await.unwrap();
    let wav = hound::WavReader::new(std::io::Cursor::new(wav)).unwrap();
    let rate = u64::from(wav.spec().sample_rate);
    let samples: Vec<f64> = wav.into_samples::<i16>().map(|s| f64::from(s.unwrap())).collect();
    assert_eq!(cues["sample_rate"], rate);
    let length = samples.len() as u64 * 1000 / rate;
    assert!(cues["duration_ms"].as_u64().unwrap().abs_diff(length) <= 1);

    let energy = |from: usize, to: usize| {
        let part = &samples[from..to];
        (part.iter().map(|s| s * s).sum::<f64>() / part.len().max(1) as f64).sqrt()
    };
    let mut before = 0;
    for cue in cues["cues"].as_array().unwrap() {
        let at = |name: &str| cue[name].as_u64().unwrap() as usize;
        let (start, end) = (at("start"), at("end"));
        assert!(before <= start && start < end && end <= samples.len(), "{cue}");
        assert!(energy(start, end) > 300.0, "nothing is heard during {cue}");
        if start > before {
            assert!(energy(before, start) < 30.0, "something is heard before {cue}");
        }
        before = end;
    }

    let transcript = app.get(&format!("/articles/{article}/transcript.vtt")).await;
    assert_eq!(transcript.headers()["content-type"], "text/vtt; charset=utf-8");
    let transcript = transcript.text().await.unwrap();
    assert!(transcript.starts_with("WEBVTT"));
    let arrows = transcript.lines().filter(|line| line.contains(" --> ")).count();
    assert_eq!(arrows, cues["cues"].as_array().unwrap().len());
}

#[tokio::test]
async fn the_player_can_stand_elsewhere() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let embed = app.get(&format!("/embed/{article}")).await;
    let policy = embed.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors *"), "{policy}");
    let embed = embed.text().await.unwrap();
    assert!(embed.contains("<bao-noi") && !embed.contains("BÌNH LUẬN"));
    assert!(app.page(&format!("/embed/{article}?comments=1")).await.contains("BÌNH LUẬN"));

    let player = app.json(&format!("/api/player?article={article}")).await;
    let address = player["article"]["url"].as_str().unwrap();
    assert!(app.page(&format!("/embed?url={address}")).await.contains(&article));
    let oembed = app.json(&format!("/oembed?maxwidth=400&url={address}")).await;
    assert_eq!((&oembed["version"], &oembed["type"]), (&"1.0".into(), &"rich".into()));
    assert_eq!(oembed["width"], 400);
    assert!(oembed["html"].as_str().unwrap().contains(&app.url(&format!("/embed/{article}"))));
    let xml = app.get(&format!("/oembed?format=xml&url={address}")).await;
    assert_eq!(xml.status(), 501);

    for path in ["/baonoi.js".to_owned(), format!("/api/player?article={article}")] {
        assert_eq!(app.get(&path).await.headers()["access-control-allow-origin"], "*", "{path}");
    }
    let page = app.get(&format!("/articles/{article}")).await;
    assert!(page.headers().get("access-control-allow-origin").is_none());
}
