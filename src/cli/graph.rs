//! `flowrun graph`: a flow's execution graph, drawn.

mod svg;

use std::path::Path;

use super::args::GraphFormat;
use super::exit::{Exit, Outcome};
use super::{check, output, project};
use crate::plan::Facts;
use crate::plan::graph::{Graph, GraphKind, graph};

pub(super) fn run(flow: &Path, format: GraphFormat) -> Outcome {
    let plan = project::plan(flow, &check::environment(flow, None)?)?;
    let graph = graph(&plan);
    let text = match format {
        GraphFormat::Mermaid => mermaid(&graph),
        GraphFormat::Dot => dot(&graph, &plan.flow),
        GraphFormat::Svg => svg::draw(&graph),
        GraphFormat::Json => json(&graph, &plan.facts),
    };
    output::line(text.trim_end())?;
    Ok(Exit::Done)
}

fn mermaid(graph: &Graph) -> String {
    let mut out = "flowchart TD\n".to_owned();
    for node in &graph.nodes {
        let label = node.label.replace('"', "#quot;").replace('\n', "<br/>");
        let (open, close) = match node.kind {
            GraphKind::Source => ("([", "])"),
            GraphKind::Lookup => ("[(", ")]"),
            GraphKind::Condition => ("{{", "}}"),
            GraphKind::Value => ("[", "]"),
            GraphKind::Target => ("[[", "]]"),
        };
        out.push_str(&format!("  {}{open}\"{label}\"{close}\n", node.id));
    }
    for edge in &graph.edges {
        let label = if edge.label.is_empty() { String::new() } else { format!("|{}|", edge.label) };
        out.push_str(&format!("  {} -->{label} {}\n", edge.from, edge.to));
    }
    out
}

fn dot(graph: &Graph, name: &str) -> String {
    let mut out = format!("digraph \"{name}\" {{\n  node [fontname=\"sans-serif\"];\n");
    for node in &graph.nodes {
        let shape = match node.kind {
            GraphKind::Source => "oval",
            GraphKind::Lookup => "cylinder",
            GraphKind::Condition => "diamond",
            GraphKind::Value => "box",
            GraphKind::Target => "box3d",
        };
        let label = node.label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        out.push_str(&format!("  {} [shape={shape}, label=\"{label}\"];\n", node.id));
    }
    for edge in &graph.edges {
        let label = if edge.label.is_empty() { String::new() } else { format!(" [label=\"{}\"]", edge.label) };
        out.push_str(&format!("  {} -> {}{label};\n", edge.from, edge.to));
    }
    out.push_str("}\n");
    out
}

fn json(graph: &Graph, facts: &Facts) -> String {
    let nodes: Vec<_> = graph
        .nodes
        .iter()
        .map(
            |node| serde_json::json!({"id": node.id, "kind": node.kind.name(), "label": node.label, "line": node.line}),
        )
        .collect();
    let edges: Vec<_> = graph
        .edges
        .iter()
        .map(|edge| serde_json::json!({"from": edge.from, "to": edge.to, "label": edge.label}))
        .collect();
    serde_json::json!({
        "nodes": nodes,
        "edges": edges,
        "facts": {
            "reads": facts.reads, "writes": facts.writes, "operations": facts.operations,
            "datasets": facts.datasets, "buyer_data": facts.buyer_data, "tables": facts.tables,
        },
    })
    .to_string()
}
