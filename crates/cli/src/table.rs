//! Plain tables: columns by two spaces, no frame, so that they can be cut and compared.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// A table with a heading; columns named with `#` are numbers and stand to the right.
pub(crate) fn table<const N: usize>(
    heading: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heading.map(|h| Cell::new(h.trim_start_matches('#'))));
    for row in rows {
        table.add_row(row);
    }
    for (column, name) in table.column_iter_mut().zip(heading) {
        column.set_padding((0, 2));
        if name.starts_with('#') {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let text = table.to_string();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Names and values, without a heading.
pub(crate) fn pairs(rows: impl IntoIterator<Item = [String; 2]>) -> String {
    let text = table(["", ""], rows);
    text.trim_start_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_blanks() {
        let text = table(["name", "#gas"], [["a".into(), "12".into()], ["long".into(), "7".into()]]);
        assert_eq!(text, "name  gas\na      12\nlong    7");
    }
}
