//! A review as Markdown. What is not ours is escaped: it can neither become markup nor leave its cell.

use crate::{Review, document::Block};
use payrox_model::text::escape;

impl Review {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut out = self.blocks().iter().map(block).collect::<Vec<_>>().join("\n\n");
        out.push('\n');
        out
    }
}

fn block(block: &Block) -> String {
    match block {
        Block::Title(text) => format!("# {}", plain(text)),
        Block::Heading(text) => format!("## {}", plain(text)),
        Block::Text(text) => plain(text),
        Block::Code(text) => fenced(text),
        Block::Table { head, rows } => table(head, rows),
    }
}

fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let line =
        |cells: &[String]| format!("| {} |", cells.iter().map(|c| plain(c)).collect::<Vec<_>>().join(" | "));
    let rule = format!("|{}", "---|".repeat(head.len()));
    let mut lines = vec![line(head), rule];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// Text that means nothing to Markdown or HTML.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A block of code with a fence longer than any in it.
fn fenced(text: &str) -> String {
    let text: Vec<_> = text.lines().map(escape).collect();
    let text = text.join("\n");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_g4_prx_b47_text_from_outside_stays_text() {
        assert_eq!(plain("<b>|x\n`"), "&lt;b&gt;\\|x\\u{a}\\`".replace("\\u", "\\\\u"));
        assert_eq!(fenced("a ```` b"), "`````\na ```` b\n`````");
    }
}
