//! Two spoken sentences side by side: which words differ.

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    /// The other side does not have it.
    pub differs: bool,
}

/// Sentences of more words are marked as a whole between their like ends: what follows grows with the square.
const WORDS_MAX: usize = 400;

/// Both sides, with what only one of them has.
pub fn marked(before: &str, after: &str) -> (Vec<Word>, Vec<Word>) {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_whitespace().collect(), after.split_whitespace().collect());
    let (in_old, in_new) = shared(&old, &new);
    (runs(&old, &in_old), runs(&new, &in_new))
}

/// Which words of each side belong to the longest sequence that both have.
fn shared(old: &[&str], new: &[&str]) -> (Vec<bool>, Vec<bool>) {
    let mut shared = (vec![false; old.len()], vec![false; new.len()]);
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let pairs = old_rest.iter().rev().zip(new_rest.iter().rev());
    let tail = pairs.take_while(|(one, other)| one == other).count();
    shared.0[..head].fill(true);
    shared.1[..head].fill(true);
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    shared.0[old_end..].fill(true);
    shared.1[new_end..].fill(true);
    let (old, new) = (&old[head..old_end], &new[head..new_end]);
    if old.len().max(new.len()) > WORDS_MAX {
        return shared;
    }
    // How long the longest sequence is from each pair of places on.
    let mut lengths = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            lengths[i][j] = match one == other {
                true => lengths[i + 1][j + 1] + 1,
                false => lengths[i + 1][j].max(lengths[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            (shared.0[head + i], shared.1[head + j]) = (true, true);
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    shared
}

fn runs(words: &[&str], shared: &[bool]) -> Vec<Word> {
    let mut runs: Vec<Word> = Vec::new();
    for (word, shared) in words.iter().zip(shared) {
        match runs.last_mut() {
            Some(run) if run.differs != *shared => {
                run.text.push(' ');
                run.text.push_str(word);
            }
            _ => runs.push(Word { text: (*word).to_owned(), differs: !shared }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &[Word]) -> String {
        let mark = |word: &Word| match word.differs {
            true => format!("[{}]", word.text),
            false => word.text.clone(),
        };
        words.iter().map(mark).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_what_differs_is_marked() {
        let sides = |before, after| {
            let (before, after) = marked(before, after);
            (told(&before), told(&after))
        };
        assert_eq!(
            sides("u bê nờ đê tỉnh họp, u bê về.", "ủy ban tỉnh họp, ủy ban về."),
            ("[u bê nờ đê] tỉnh họp, [u bê] về.".into(), "[ủy ban] tỉnh họp, [ủy ban] về.".into())
        );
        assert_eq!(sides("a b", "a b"), ("a b".into(), "a b".into()));
        assert_eq!(sides("", "a"), (String::new(), "[a]".into()));
        let long = "x ".repeat(WORDS_MAX + 1);
        let (before, _) = sides(&format!("a {long} b"), "a y b");
        assert!(before.starts_with("a [x") && before.ends_with("x] b"));
    }
}
