//! Sounds -> syllables that Vietnamese can say.

use super::super::phoneme::Stress;
use super::super::syllable::{Coda, Nucleus, Onset, Syllable, Tone};
use super::rules::Sound;

/// Sounds into syllables; empty only if there are none.
pub fn join(sounds: &[Sound]) -> Vec<(Syllable, Stress)> {
    let mut syllables = vec![];
    let mut at = 0;
    let mut onset = Onset::None;
    let mut glide = false;
    while at < sounds.len() {
        match sounds[at] {
            Sound::Glide => glide = true,
            Sound::Consonant(next) => {
                // A consonant was already waiting for a vowel: it is said by itself.
                if onset != Onset::None {
                    syllables.push((slipped_in(onset), Stress::Secondary));
                }
                onset = next;
            }
            Sound::Vowel { nucleus, semivowel, tone } => {
                let coda = coda(&sounds[at + 1..], nucleus, semivowel);
                // Georgia: a vowel that closes on r before a consonant opens to the long oo.
                let long = coda.kind == Coda::C && coda.from_r && nucleus == Nucleus::Oo;
                let nucleus = if long { Nucleus::LongO } else { nucleus };
                let nucleus = if coda.kind.is_consonant() && semivowel == Coda::Y {
                    closed_glide(nucleus)
                } else {
                    nucleus
                };
                syllables.push((fit(onset, glide, nucleus, coda.kind, tone), Stress::Primary));
                if let Some(after) = coda.slipped {
                    syllables.push((slipped_in(after), Stress::Secondary));
                }
                at += coda.taken;
                (onset, glide) = (Onset::None, false);
            }
        }
        at += 1;
    }
    if onset != Onset::None && syllables.is_empty() {
        syllables.push((slipped_in(onset), Stress::Secondary));
    }
    syllables
}

/// The vowel of ây before a consonant: Kate is kết.
fn closed_glide(nucleus: Nucleus) -> Nucleus {
    if nucleus == Nucleus::Aa { Nucleus::Ee } else { nucleus }
}

/// How a vowel is closed.
struct Closing {
    kind: Coda,
    /// How many sounds are done with.
    taken: usize,
    /// The coda stands for an r before a consonant: Sergio is xéc-gi-ô.
    from_r: bool,
    /// A last consonant that is heard after a semivowel: Mike is mai-cờ.
    slipped: Option<Onset>,
}

/// The coda of a vowel that `rest` follows.
fn coda(rest: &[Sound], nucleus: Nucleus, semivowel: Coda) -> Closing {
    // No cluster of consonants is longer than a few letters; the rest of a longer one is slipped
    // in, so that the work stays linear.
    const CLUSTER_MAX: usize = 6;
    let mut cluster = [Onset::None; CLUSTER_MAX];
    let mut count = 0;
    for sound in rest.iter().take(CLUSTER_MAX) {
        let Sound::Consonant(onset) = sound else { break };
        cluster[count] = *onset;
        count += 1;
    }
    let cluster = &cluster[..count];
    let last = count == rest.len();
    let glide_next =
        matches!(rest.get(count), Some(Sound::Glide)) && cluster.last() != Some(&Onset::Q);
    // Of the consonants between two vowels the last begins the next syllable, unless that one
    // begins with a glide: Edward is ét-oát, but Gwen and Antwerp join it.
    let free = match *cluster {
        _ if last || (glide_next && count == 1) => count,
        // Two that begin a syllable together in most languages do so here: Petro is pê-tờ-rô.
        [.., stop, liquid] if opens(stop, liquid) => count - 2,
        _ => count.saturating_sub(1),
    };
    let open = |kind, taken| Closing { kind, taken, from_r: false, slipped: None };
    if semivowel != Coda::None {
        return after_semivowel(&cluster[..free], nucleus, semivowel, last);
    }
    if let [Onset::R, next, ..] = *cluster
        && !last
        && free > 0
    {
        // Barcelona is bác-xê-lô-na; before l, n, m and after i, u and ơ the r is not heard.
        let heard = matches!(nucleus, Nucleus::A | Nucleus::E | Nucleus::Ee | Nucleus::Oo)
            && !matches!(next, Onset::R | Onset::H);
        let kind = if heard { Coda::C } else { Coda::None };
        return Closing { kind, taken: 1, from_r: true, slipped: None };
    }
    let found = cluster[..free].iter().position(|&onset| closing(onset) != Coda::None);
    match found {
        // At the end of a word only one of several consonants can be kept.
        Some(index) if last => {
            let from_r = index > 0 && cluster[index - 1] == Onset::R;
            Closing { kind: closing(cluster[index]), taken: free, from_r, slipped: None }
        }
        None if last => open(Coda::None, free),
        Some(index) => open(closing(cluster[index]), index + 1),
        None => open(Coda::None, free),
    }
}

/// After a semivowel there is no room: ây turns into ê, a last k is slipped in, the rest is lost.
fn after_semivowel(cluster: &[Onset], nucleus: Nucleus, semivowel: Coda, last: bool) -> Closing {
    let first = cluster.first().copied();
    let done = if last { cluster.len() } else { cluster.len().min(1) };
    let kind = first.map_or(Coda::None, closing);
    if nucleus == Nucleus::Aa && semivowel == Coda::Y && kind != Coda::None {
        return Closing { kind, taken: done, from_r: false, slipped: None };
    }
    let slipped = first.filter(|&onset| onset == Onset::C && cluster.len() == 1 && last);
    Closing { kind: semivowel, taken: done, from_r: false, slipped }
}

/// Whether two consonants together begin a syllable.
fn opens(stop: Onset, liquid: Onset) -> bool {
    use Onset::{B, C, Dd, G, L, P, Ph, R, T, V};
    match liquid {
        R => matches!(stop, B | C | Dd | G | P | Ph | T | V),
        L => matches!(stop, B | C | G | P | Ph),
        _ => false,
    }
}

/// The coda nearest to a consonant.
fn closing(onset: Onset) -> Coda {
    match onset {
        Onset::M => Coda::M,
        Onset::N | Onset::L => Coda::N,
        Onset::Ng => Coda::Ng,
        Onset::Nh => Coda::Nh,
        Onset::B | Onset::P | Onset::Ph | Onset::V => Coda::P,
        Onset::C | Onset::Q | Onset::G | Onset::Kh => Coda::C,
        Onset::Ch | Onset::Tr => Coda::Ch,
        Onset::D | Onset::Dd | Onset::Gi => Coda::T,
        Onset::S | Onset::X | Onset::T | Onset::Th => Coda::T,
        Onset::H | Onset::R | Onset::None => Coda::None,
    }
}

/// A consonant without a vowel: cờ, said with the weaker stress.
pub fn slipped_in(onset: Onset) -> Syllable {
    fit(onset, false, Nucleus::Ow, Coda::None, Tone::Falling)
}

/// The Vietnamese syllable nearest to these parts.
fn fit(onset: Onset, glide: bool, nucleus: Nucleus, coda: Coda, tone: Tone) -> Syllable {
    let nucleus = match (nucleus, coda) {
        // An open e is narrow in names: Peru is pê-ru.
        (Nucleus::E, Coda::None) => Nucleus::Ee,
        (Nucleus::E, Coda::Nh | Coda::Ch) => Nucleus::Ee,
        (Nucleus::Aw, Coda::None | Coda::Nh | Coda::Ch) => Nucleus::A,
        (Nucleus::Aa, Coda::None) => Nucleus::Ow,
        (Nucleus::Ow, Coda::Ng | Coda::C | Coda::Nh | Coda::Ch) => Nucleus::Aa,
        (Nucleus::Uw, Coda::P | Coda::M) => Nucleus::U,
        (Nucleus::LongO, coda) if coda != Coda::C => Nucleus::Oo,
        _ => nucleus,
    };
    let front = matches!(nucleus, Nucleus::I | Nucleus::Ee);
    let coda = match coda {
        Coda::Ng if front => Coda::Nh,
        Coda::C if front => Coda::Ch,
        Coda::Nh if !nucleus.takes(Coda::Nh) => Coda::N,
        Coda::Ch if !nucleus.takes(Coda::Ch) => Coda::T,
        coda if !nucleus.takes(coda) => Coda::None,
        _ => coda,
    };
    let tone = if coda.is_stop() && !tone.goes_with_stop() { Tone::Rising } else { tone };
    // Before a vowel of its own kind, and with some endings, the glide is not said.
    let joined = match nucleus {
        Nucleus::A | Nucleus::Ie => coda != Coda::W || nucleus == Nucleus::A,
        Nucleus::E | Nucleus::I => true,
        Nucleus::Aw | Nucleus::Aa | Nucleus::Ee => coda != Coda::W,
        Nucleus::Ow => coda == Coda::None,
        _ => false,
    };
    let glide = glide && joined;
    let onset = match onset {
        // Where gi runs into the vowel in writing, d has the same sound.
        Onset::Gi if glide || matches!(nucleus, Nucleus::I | Nucleus::Ie | Nucleus::Uo) => Onset::D,
        Onset::Gi if nucleus == Nucleus::Ee && coda != Coda::None => Onset::D,
        Onset::C if glide => Onset::Q,
        Onset::Q if !glide => Onset::C,
        _ => onset,
    };
    Syllable { onset, glide, nucleus, coda, tone, mark_on_glide: false }
}
