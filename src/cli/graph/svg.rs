//! The graph as a picture of its own, for pages and printers: nodes in layers, each below all that it needs.

use std::collections::HashMap;
use std::fmt::Write;

use crate::plan::graph::{Graph, GraphKind, GraphNode};

const WIDTH: usize = 210;
const HEIGHT: usize = 48;
/// Letters that fit into a box.
const LETTERS: usize = 30;
const GAP_X: usize = 24;
const GAP_Y: usize = 56;
/// Nodes beside each other; a layer with more goes on below.
const ACROSS: usize = 7;

/// Draws the graph.
pub(super) fn draw(graph: &Graph) -> String {
    let rows = rows(graph);
    let mut places: HashMap<&str, (usize, usize)> = HashMap::new();
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let total = widest * (WIDTH + GAP_X) + GAP_X;
    for (row, nodes) in rows.iter().enumerate() {
        let used = nodes.len() * (WIDTH + GAP_X) - GAP_X;
        let left = (total - used) / 2;
        for (column, node) in nodes.iter().enumerate() {
            places.insert(&node.id, (left + column * (WIDTH + GAP_X), GAP_X + row * (HEIGHT + GAP_Y)));
        }
    }
    let height = rows.len() * (HEIGHT + GAP_Y) + GAP_X;
    let mut out = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="{height}" viewBox="0 0 {total} {height}" font-family="sans-serif" font-size="12">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#667"/></marker></defs>
<rect width="100%" height="100%" fill="#fff"/>"##
    );
    for edge in &graph.edges {
        let (Some((x1, y1)), Some((x2, y2))) = (places.get(edge.from.as_str()), places.get(edge.to.as_str())) else {
            continue;
        };
        let (x1, y1, x2, y2) = (x1 + WIDTH / 2, y1 + HEIGHT, x2 + WIDTH / 2, *y2);
        let middle = y1.midpoint(y2);
        let _ = writeln!(
            out,
            r##"<path d="M{x1} {y1} C{x1} {middle} {x2} {middle} {x2} {y2}" fill="none" stroke="#99a" marker-end="url(#tip)"/>"##
        );
        if !edge.label.is_empty() {
            let _ = writeln!(out, r##"<text x="{x2}" y="{}" dx="6" fill="#445">{}</text>"##, y2 - 8, edge.label);
        }
    }
    for node in &graph.nodes {
        if let Some((x, y)) = places.get(node.id.as_str()) {
            box_of(node, *x, *y, &mut out);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn box_of(node: &GraphNode, x: usize, y: usize, out: &mut String) {
    let (fill, round) = match node.kind {
        GraphKind::Source => ("#dcebff", 24),
        GraphKind::Lookup => ("#f3e9d2", 4),
        GraphKind::Condition => ("#ffe3e0", 12),
        GraphKind::Value => ("#f2f3f7", 4),
        GraphKind::Target => ("#dff3e1", 4),
    };
    let _ = writeln!(
        out,
        r##"<g><title>line {}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{round}" fill="{fill}" stroke="#667"/>"##,
        node.line
    );
    let lines: Vec<&str> = node.label.lines().take(2).collect();
    for (index, line) in lines.iter().enumerate() {
        let text: String = if line.chars().count() > LETTERS {
            line.chars().take(LETTERS - 1).chain(['…']).collect()
        } else {
            (*line).to_owned()
        };
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let weight = if index == 0 { r#" font-weight="bold""# } else { "" };
        let base = y + if lines.len() == 1 { 29 } else { 20 + 17 * index };
        let _ = writeln!(out, r##"<text x="{}" y="{base}" text-anchor="middle"{weight}>{text}</text>"##, x + WIDTH / 2);
    }
    out.push_str("</g>\n");
}

/// The nodes in rows: each one deeper than the deepest that it needs. The flow's order is one in which everything
/// stands after what it needs.
fn rows(graph: &Graph) -> Vec<Vec<&GraphNode>> {
    let mut depth: HashMap<&str, usize> = HashMap::new();
    for node in &graph.nodes {
        let needed =
            graph.edges.iter().filter(|edge| edge.to == node.id).filter_map(|edge| depth.get(edge.from.as_str()));
        let own = needed.max().map_or(0, |deepest| deepest + 1);
        depth.insert(&node.id, own);
    }
    let deepest = depth.values().max().copied().unwrap_or(0);
    let mut rows = Vec::new();
    for layer in 0..=deepest {
        let nodes: Vec<&GraphNode> =
            graph.nodes.iter().filter(|node| depth.get(node.id.as_str()) == Some(&layer)).collect();
        rows.extend(nodes.chunks(ACROSS).map(<[_]>::to_vec));
    }
    rows
}
