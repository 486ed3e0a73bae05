//! A review as one HTML file: no script, nothing that is fetched.

use crate::{Review, document::Block};
use payrox_model::text::escape;

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Review</title>\n<style>\n\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }\n\
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }\n\
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid #ccc; }\n\
td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }\n\
pre { background: #f4f4f4; color: #111; padding: 0.8rem; overflow-x: auto; }\n\
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } }\n\
</style>\n</head>\n<body>\n";

impl Review {
    /// As a page that stands alone.
    pub fn html(&self) -> String {
        let mut out = HEAD.to_owned();
        for block in self.blocks() {
            out.push_str(&element(&block));
            out.push('\n');
        }
        out.push_str("</body>\n</html>\n");
        out
    }
}

fn element(block: &Block) -> String {
    match block {
        Block::Title(text) => format!("<h1>{}</h1>", plain(text)),
        Block::Heading(text) => format!("<h2>{}</h2>", plain(text)),
        Block::Text(text) => format!("<p>{}</p>", plain(text)),
        Block::Code(text) => {
            let lines: Vec<_> = text.lines().map(plain).collect();
            format!("<pre>{}</pre>", lines.join("\n"))
        }
        Block::Table { head, rows } => {
            let cells = |tag: &str, cells: &[String]| {
                let cells: String = cells.iter().map(|c| format!("<{tag}>{}</{tag}>", plain(c))).collect();
                format!("<tr>{cells}</tr>")
            };
            let named = head.iter().any(|h| !h.is_empty());
            let head = if named { cells("th", head) } else { String::new() };
            let body: String = rows.iter().map(|row| cells("td", row)).collect();
            format!("<table>{head}{body}</table>")
        }
    }
}

fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prx_g4_prx_b47_markup_from_outside_is_shown_and_not_obeyed() {
        let table =
            Block::Table { head: vec!["<h>".into()], rows: vec![vec!["<script>alert('x')</script>".into()]] };
        let html = element(&table);
        assert!(!html.contains("<script") && !html.contains("<h>"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)"), "{html}");
    }
}
