//! A set of written phrases with what is known about each, found by longest match.

use std::collections::HashMap;

use super::tokenize::{At, Kind, tokens};

/// A trie whose edges are folded written tokens; looking up costs the length of the match.
#[derive(Clone, Debug)]
pub(super) struct Phrases<T> {
    nodes: Vec<Node<T>>,
    /// Whether letter case is ignored; the edges are then in small letters.
    any_case: bool,
}

#[derive(Clone, Debug)]
struct Node<T> {
    next: HashMap<Box<str>, usize>,
    value: Option<T>,
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self { next: HashMap::new(), value: None }
    }
}

impl<T> Phrases<T> {
    pub fn new(any_case: bool) -> Self {
        Self { nodes: vec![Node::default()], any_case }
    }

    /// The entry of a phrase, made when there is none; `None` for an empty phrase.
    pub fn entry(&mut self, phrase: &str) -> Option<&mut Option<T>> {
        let mut node = 0;
        for token in tokens(phrase.trim()) {
            let edge = self.edge(&token.text);
            node = match self.nodes[node].next.get(edge.as_str()) {
                Some(&next) => next,
                None => {
                    let next = self.nodes.len();
                    self.nodes.push(Node::default());
                    self.nodes[node].next.insert(edge.into(), next);
                    next
                }
            };
        }
        (node != 0).then(|| &mut self.nodes[node].value)
    }

    /// The longest phrase at `k` and the offset of the token after it. A phrase never ends inside
    /// a word: words are whole tokens.
    pub fn longest(&self, at: At, k: isize) -> Option<(&T, isize)> {
        self.longest_with(at, k, |value, _| Some(value))
    }

    /// What `choose` makes of the longest phrase at `k` of which it makes anything; it is given
    /// the value and the offset of the token after the phrase.
    pub fn longest_with<'p, R>(
        &'p self,
        at: At,
        k: isize,
        choose: impl Fn(&'p T, isize) -> Option<R>,
    ) -> Option<(R, isize)> {
        let (mut node, mut k, mut best) = (0, k, None);
        loop {
            let text = at.text(k);
            if at.kind(k) == Kind::Edge || self.nodes[node].next.is_empty() {
                return best;
            }
            let found = if self.any_case {
                self.nodes[node].next.get(self.edge(text).as_str())
            } else {
                self.nodes[node].next.get(text)
            };
            let Some(&next) = found else { return best };
            (node, k) = (next, k + 1);
            let value = self.nodes[node].value.as_ref();
            if let Some(chosen) = value.and_then(|value| choose(value, k)) {
                best = Some((chosen, k));
            }
        }
    }

    fn edge(&self, text: &str) -> String {
        if self.any_case { text.to_lowercase() } else { text.to_owned() }
    }
}
