//! Tables: small ones are read row by row, large ones are left out with a note.

use std::collections::HashSet;

use super::clean::{Cleaned, Piece, left_out};
use super::outline::{Outline, Tag};
use super::text::tidy;
use crate::domain::article::BlockKind;

/// Rows and letters beyond which listeners cannot follow a table.
const ROWS_MAX: usize = 12;
const COLUMNS_MAX: usize = 6;
const SIZE_MAX: usize = 900;
/// A cell with a longer text belongs to a table that only arranges the page.
const CELL_MAX: usize = 200;

/// The tables of data inside an element, in order; tables that only arrange text or pictures do
/// not count, and one with a table inside is of that kind.
pub fn data_tables(outline: &Outline, body: usize) -> Vec<usize> {
    let is_table = |at: &usize| outline.elements[*at].tag == Tag::Table;
    let tables: Vec<usize> = (body + 1..outline.elements[body].last).filter(is_table).collect();
    let is_innermost = |at: usize| {
        let last = outline.elements[tables[at]].last;
        tables.get(at + 1).is_none_or(|next| *next >= last)
    };
    let innermost = (0..tables.len()).filter(|at| is_innermost(*at)).map(|at| tables[at]);
    innermost.filter(|table| is_data(outline, *table)).collect()
}

fn is_data(outline: &Outline, table: usize) -> bool {
    let rows = rows(outline, table);
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let has_picture = outline.passages[outline.elements[table].first..outline.elements[table].end]
        .iter()
        .any(|passage| passage.after_image);
    let short = rows.iter().flatten().all(|cell| cell.chars().count() <= CELL_MAX);
    rows.len() >= 2 && columns >= 2 && short && !has_picture
}

/// The texts of the cells, row by row, without empty rows. A cell over several rows is said in each
/// of them, one over several columns once; what is empty is kept only at a row's beginning.
fn rows(outline: &Outline, table: usize) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    // The columns of the row so far, and what reaches down into them: until which row, how wide.
    let (mut column, mut row) = (0, 0);
    let mut reaching: Vec<Option<(usize, usize, String)>> = Vec::new();
    for index in table + 1..outline.elements[table].last {
        let element = &outline.elements[index];
        match element.tag {
            Tag::Row => {
                fill(&mut rows, &mut column, row, &reaching);
                row += 1;
                column = 0;
                rows.push(Vec::new());
            }
            Tag::Cell | Tag::HeaderCell if !rows.is_empty() => {
                fill(&mut rows, &mut column, row, &reaching);
                let text = tidy(&outline.text(index));
                let (columns, down) = (usize::from(element.spans.0), usize::from(element.spans.1));
                if down > 1 {
                    reaching.resize(reaching.len().max(column + 1), None);
                    reaching[column] = Some((row + down, columns, text.clone()));
                }
                say(&mut rows, column, text);
                column += columns;
            }
            _ => {}
        }
    }
    fill(&mut rows, &mut column, row, &reaching);
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    rows
}

/// Adds what reaches down from rows before into a row's next columns.
fn fill(
    rows: &mut [Vec<String>],
    column: &mut usize,
    row: usize,
    reaching: &[Option<(usize, usize, String)>],
) {
    while let Some(Some((until, columns, text))) = reaching.get(*column)
        && row < *until
    {
        // The row that the cell stands in has said it.
        say(rows, *column, text.clone());
        *column += columns;
    }
}

fn say(rows: &mut [Vec<String>], column: usize, text: String) {
    if let Some(row) = rows.last_mut().filter(|_| !text.is_empty() || column == 0) {
        row.push(text);
    }
}

/// Adds the table's rows to the article, or a note that it was left out.
pub fn read(outline: &Outline, table: usize, passage: usize, cleaned: &mut Cleaned) {
    let rows = rows(outline, table);
    let size: usize = rows.iter().flatten().map(|cell| cell.chars().count()).sum();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    if rows.len() > ROWS_MAX || columns > COLUMNS_MAX || size > SIZE_MAX {
        let message = format!(
            "a table of {} rows and {columns} columns is too large to be read and was left out",
            rows.len()
        );
        cleaned.notes.push(left_out(message));
        return;
    }
    for row in rows {
        let text = sentence(&row);
        cleaned.pieces.push(Piece { passage, last: passage, kind: BlockKind::Paragraph, text });
    }
}

/// A row as it can be said: what it is about, then its values. Semicolons, because figures hold
/// commas of their own.
fn sentence(row: &[String]) -> String {
    match row {
        // The corner over the labels says nothing.
        [corner, values @ ..] if corner.is_empty() => values.join("; "),
        [label, values @ ..] if !values.is_empty() => format!("{label}: {}", values.join("; ")),
        _ => row.join("; "),
    }
}

/// Leaves out a table whose every figure is also said in the text: listeners would hear it twice.
pub fn drop_repeated(cleaned: &mut Cleaned) {
    let (rows, texts): (Vec<_>, Vec<_>) = cleaned
        .pieces
        .chunk_by(|one, next| one.passage == next.passage)
        .partition(|run| run.len() > 1);
    let said: HashSet<&str> = texts.iter().flat_map(|run| figures(&run[0].text)).collect();
    let is_repeated = |run: &&&[Piece]| {
        let mut figures = run.iter().flat_map(|row| figures(&row.text)).peekable();
        figures.peek().is_some() && figures.all(|figure| said.contains(figure))
    };
    let repeated: HashSet<usize> =
        rows.iter().filter(is_repeated).map(|run| run[0].passage).collect();
    for _ in &repeated {
        let message = "a table whose figures are all in the text was left out";
        cleaned.notes.push(left_out(message));
    }
    cleaned.pieces.retain(|piece| !repeated.contains(&piece.passage));
}

/// The numbers of a text as written, `132.800` as one.
fn figures(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    pieces.map(|piece| piece.trim_matches(['.', ','])).filter(|piece| !piece.is_empty())
}
