//! The chart: how much of a transaction's code each facet takes, as areas, and what calls take, as bars.

use crate::Validation;
use payrox_model::{text::escape, text::grouped};
use std::fmt::Write as _;

const WIDTH: f64 = 960.0;
const TALL: f64 = 320.0;
/// Bars of calls, at most: the dearest.
const BARS: usize = 20;
const BAR: f64 = 18.0;

#[derive(Clone, Copy)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

pub(super) fn render(validation: &Validation) -> String {
    let mut sizes: Vec<_> = validation
        .sizes
        .iter()
        .filter_map(|size| Some((size.contract.as_str(), size.runtime?)))
        .filter(|(_, bytes)| *bytes > 0)
        .collect();
    sizes.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), *name));
    let mut gas: Vec<_> =
        validation.gas.iter().map(|row| (format!("{}.{}", row.facet, row.function), row.gas.0)).collect();
    gas.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    gas.truncate(BARS);
    let top = 28.0;
    let bars = top + TALL + 40.0;
    #[expect(clippy::cast_precision_loss, reason = "there are at most twenty")]
    let height = bars + BAR * gas.len() as f64 + 12.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">\n<title>{}</title>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n",
        xml(&format!("Code and gas of {}", validation.about.system))
    );
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    text(&mut svg, 4.0, 18.0, &format!("code on chain by contract: {} bytes", grouped(total)));
    tree(&mut svg, &sizes, Area { x: 0.0, y: top, width: WIDTH, height: TALL });
    if !gas.is_empty() {
        text(&mut svg, 4.0, bars - 8.0, "gas of a call, beyond what any transaction costs; the dearest");
    }
    let most = gas.first().map_or(1, |(_, gas)| *gas).max(1);
    for (index, (name, used)) in gas.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a length in pixels")]
        let (y, length) = (bars + BAR * index as f64, *used as f64 / most as f64 * (WIDTH / 2.0));
        let _ = writeln!(
            svg,
            "<rect x=\"0\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{:.1}\" fill=\"#9ecae1\"/>",
            BAR - 3.0
        );
        text(&mut svg, 4.0, y + 12.0, &format!("{} {name}", grouped(*used)));
    }
    svg.push_str("</svg>\n");
    svg
}

/// Halves the longer side again and again, so that areas are as what they stand for.
fn tree(svg: &mut String, sizes: &[(&str, u64)], place: Area) {
    let total: u64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    match sizes {
        [] => {}
        [(name, bytes)] => {
            let Area { x, y, width, height } = place;
            let _ = writeln!(
                svg,
                "<g><title>{}: {} bytes</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#c7e9c0\" stroke=\"#fff\" stroke-width=\"2\"/>",
                xml(name),
                grouped(*bytes)
            );
            if width > 60.0 && height > 30.0 {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few letters")]
                let room = (width / 7.0) as usize;
                let short: String = name.chars().take(room.max(1)).collect();
                text(svg, x + 5.0, y + 16.0, &short);
                text(svg, x + 5.0, y + 30.0, &grouped(*bytes));
            }
            svg.push_str("</g>\n");
        }
        _ => {
            let mut taken = 0;
            let middle = sizes.iter().take_while(|(_, bytes)| {
                taken += bytes;
                taken * 2 <= total
            });
            let at = middle.count().clamp(1, sizes.len() - 1);
            let (first, second) = sizes.split_at(at);
            let part: u64 = first.iter().map(|(_, bytes)| bytes).sum();
            #[expect(clippy::cast_precision_loss, reason = "a share")]
            let share = part as f64 / total.max(1) as f64;
            let Area { x, y, width, height } = place;
            let (one, other) = if width >= height {
                let cut = width * share;
                (Area { width: cut, ..place }, Area { x: x + cut, width: width - cut, ..place })
            } else {
                let cut = height * share;
                (Area { height: cut, ..place }, Area { y: y + cut, height: height - cut, ..place })
            };
            tree(svg, first, one);
            tree(svg, second, other);
        }
    }
}

fn text(svg: &mut String, x: f64, y: f64, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"#222\">{}</text>", xml(text));
}

/// Text as XML takes it.
fn xml(text: &str) -> String {
    escape(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
