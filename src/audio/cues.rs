//! Cues as WebVTT: when each piece of text is spoken, in the form that browsers read.

use std::fmt::Write as _;

use crate::domain::narration::Cue;
use crate::domain::units::{Millis, SampleRate};

/// The cues with their texts as a WebVTT file (W3C WebVTT, 2019), times to the millisecond.
///
/// A cue's identifier is the number of its utterance, counted from one. Cues that take no time
/// and empty texts are left out, as the format has no place for them.
pub fn webvtt<'a>(rate: SampleRate, cues: impl IntoIterator<Item = (Cue, &'a str)>) -> String {
    let mut file = String::from("WEBVTT\n");
    for (cue, text) in cues {
        let (start, end) = (cue.start.millis(rate), cue.end.millis(rate));
        let text = escaped(text);
        if start >= end || text.is_empty() {
            continue;
        }
        let (number, start, end) = (cue.utterance + 1, timestamp(start), timestamp(end));
        write!(file, "\n{number}\n{start} --> {end}\n{text}\n").expect("a String takes any text");
    }
    file
}

/// `hh:mm:ss.ttt`; hours have more digits when they need them.
fn timestamp(time: Millis) -> String {
    let (seconds, millis) = (time.0 / 1000, time.0 % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
}

/// The text on one line, since a blank line would end the cue, with the signs of the cue
/// language escaped; that also takes the arrow `-->` apart.
fn escaped(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('\0', "").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::units::Samples;

    const RATE: SampleRate = SampleRate(22_050);

    fn cue(utterance: usize, start: u64, end: u64) -> Cue {
        Cue { utterance, start: Samples(start), end: Samples(end) }
    }

    #[test]
    fn a_file_as_browsers_read_it() {
        let cues = [
            (cue(0, 2205, 24_255), "Bến phà mở lại."),
            (cue(1, 33_075, 33_075), "…"),
            (cue(2, 33_075, 79_380_000 + 22_050 / 4), "Giá < 5 & > 3;\n\ngiảm --> tăng"),
            (cue(3, 79_390_000, 79_400_000), " \n "),
        ];
        let expected = "WEBVTT\n\
            \n1\n00:00:00.100 --> 00:00:01.100\nBến phà mở lại.\n\
            \n3\n00:00:01.500 --> 01:00:00.250\nGiá &lt; 5 &amp; &gt; 3; giảm --&gt; tăng\n";
        assert_eq!(webvtt(RATE, cues), expected);
    }

    #[test]
    fn without_cues_it_is_still_a_file() {
        assert_eq!(webvtt(RATE, []), "WEBVTT\n");
    }
}
