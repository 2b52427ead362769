//! Flows that are right, made up from throws of a dice: every construct of the grammar, nested in the ways that types
//! allow. The throws are bytes, so that a test can make them up and shrink them.
#![allow(dead_code, reason = "each user takes its part")]

use std::fmt::Write;

/// Throws in a row; when they run out, all further ones are 0, which ends every recursion.
pub(crate) struct Dice<'t> {
    throws: &'t [u8],
    at: usize,
}

impl<'t> Dice<'t> {
    pub(crate) fn new(throws: &'t [u8]) -> Self {
        Self { throws, at: 0 }
    }

    /// A number below `sides`.
    pub(crate) fn throw(&mut self, sides: usize) -> usize {
        let throw = self.throws.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(throw) % sides.max(1)
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[self.throw(from.len())]
    }

    fn done(&self) -> bool {
        self.at >= self.throws.len()
    }
}

/// The kinds of values that expressions are made up for.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Int,
    Decimal,
    Text,
    Bool,
    Ints,
    Object,
}

/// A flow in the making.
pub(crate) struct Writer<'t> {
    dice: Dice<'t>,
    /// Names that expressions may use here.
    names: Vec<(String, Kind)>,
    /// Whether `$` is the order.
    record: bool,
    count: usize,
}

const DEPTH: usize = 4;

/// A whole flow.
pub(crate) fn flow(throws: &[u8]) -> String {
    let mut writer = Writer { dice: Dice::new(throws), names: Vec::new(), record: true, count: 0 };
    writer.flow()
}

/// One expression without a record.
pub(crate) fn expression(throws: &[u8]) -> String {
    let mut writer = Writer { dice: Dice::new(throws), names: Vec::new(), record: false, count: 0 };
    let kind = writer.kind();
    writer.expr(kind, DEPTH)
}

impl Writer<'_> {
    fn fresh(&mut self, stem: &str) -> String {
        self.count += 1;
        format!("{stem}{}", self.count)
    }

    fn kind(&mut self) -> Kind {
        [Kind::Int, Kind::Decimal, Kind::Text, Kind::Bool, Kind::Ints, Kind::Object][self.dice.throw(6)]
    }

    fn flow(&mut self) -> String {
        let mut out = String::from("# a comment\nflow example\n");
        match self.dice.throw(4) {
            0 => out.push_str("source amazon.orders { on every 15m }\n"),
            1 => out.push_str("source amazon.orders {\n  on event ORDER_CHANGE, every 1h\n  since 30d\n  holdback 2h\n  again after 14d, 30d\n}\n"),
            2 => {
                out.push_str("source amazon.orders { on cron \"0 6 * * *\" in \"Europe/Paris\", webhook \"orders\" }\n")
            }
            _ => out.push_str("source amazon.orders { on manual }\n"),
        }
        out.push_str("key $.orderId\n");
        out.push_str("param greeting: text = \"hello\"\nparam limit: int = 3\n");
        out.push_str("lookup word_of = table { \"a\" => \"b\", \"c\" => \"d\" } by x give y else \"none\"\n");
        out.push_str("lookup item_of = tims.items by sku cache 10m\n");
        self.steps(&mut out, "", DEPTH, true);
        if self.dice.throw(2) == 1 {
            let _ = writeln!(out, "on error retry {} backoff 1s..5m then dead_letter", self.dice.throw(9));
        }
        if self.dice.throw(2) == 1 {
            out.push_str("alert ops when dead_letters > 0 or lag > 30m\n");
        }
        out.push_str("target tims.sales_orders as last_of_all call release { id = $.orderId }");
        if self.dice.throw(2) == 1 {
            out.push_str(" undo call hold { id = last_of_all.id, hold_reason = \"X\" } retry 2 then skip");
        }
        out.push('\n');
        if self.dice.throw(2) == 1 {
            self.test(&mut out);
        }
        out
    }

    fn steps(&mut self, out: &mut String, indent: &str, depth: usize, top: bool) {
        let steps = 1 + self.dice.throw(if top { 8 } else { 3 });
        for _ in 0..steps {
            if self.dice.done() {
                return;
            }
            self.step(out, indent, depth);
        }
    }

    fn step(&mut self, out: &mut String, indent: &str, depth: usize) {
        let space = self.dice.pick(&["", "  # why", "\n"]);
        match self.dice.throw(11) {
            0 | 1 => {
                let kind = self.kind();
                let (name, value) = (self.fresh("_v"), self.expr(kind, depth));
                let _ = writeln!(out, "{indent}let {name} = {value}{space}");
                self.names.push((name, kind));
            }
            2 => {
                let (name, n, t) = (self.fresh("_t"), self.expr(Kind::Int, depth), self.expr(Kind::Text, depth));
                let _ = writeln!(out, "{indent}transform {name} {{\n{indent}  n = {n}\n{indent}  t = {t}\n{indent}}}");
                self.names.push((name, Kind::Object));
            }
            3 => {
                let (when, why) = (self.expr(Kind::Bool, depth), self.expr(Kind::Text, 1));
                let _ = writeln!(out, "{indent}skip when {when} because {why}");
            }
            4 => {
                let (when, why) = (self.expr(Kind::Bool, depth), self.expr(Kind::Text, 1));
                let _ = writeln!(out, "{indent}reject when {when} because {why}");
            }
            10 => {
                let (when, why) = (self.expr(Kind::Bool, depth), self.expr(Kind::Text, 1));
                let _ = writeln!(out, "{indent}wait when {when} for 2d because {why}");
            }
            5 => {
                let when = self.expr(Kind::Bool, depth);
                let _ = writeln!(out, "{indent}ensure {when} because \"it has to\"{space}");
            }
            6 if depth > 0 => {
                let (known, inner) = (self.names.len(), format!("{indent}  "));
                let when = self.expr(Kind::Bool, 2);
                let _ = writeln!(out, "{indent}when {when} {{");
                self.steps(out, &inner, depth - 1, false);
                self.names.truncate(known);
                if self.dice.throw(2) == 1 {
                    let _ = writeln!(out, "{indent}}} else {{");
                    self.steps(out, &inner, depth - 1, false);
                    self.names.truncate(known);
                }
                let _ = writeln!(out, "{indent}}}");
            }
            7 if depth > 0 && indent.is_empty() => {
                let (known, item) = (self.names.len(), self.fresh("item"));
                let list = self.expr(Kind::Ints, 2);
                let filter = if self.dice.throw(2) == 1 { format!(" where {item} > 0") } else { String::new() };
                let _ = writeln!(out, "{indent}each {item} in {list} key text({item}){filter} {{");
                self.names.push((item, Kind::Int));
                self.steps(out, &format!("{indent}  "), depth - 1, false);
                self.names.truncate(known);
                let _ = writeln!(out, "{indent}}}");
            }
            _ => {
                let name = self.fresh("_w");
                let text = self.expr(Kind::Text, 2);
                let retry = self.dice.pick(&["", " retry 2", " retry 3 backoff 1s..2m"]);
                let _ = match self.dice.throw(3) {
                    0 => writeln!(
                        out,
                        "{indent}target tims.customers as {name} upsert {{ external_ref = {text}, company_name = \"x\" }}{retry}"
                    ),
                    1 => writeln!(
                        out,
                        "{indent}target tims.sales_orders as {name} call release {{ id = {text} }}{retry}"
                    ),
                    _ => writeln!(
                        out,
                        "{indent}target tims.customers as {name} upsert {{ external_ref = \"y\" }} with {{ company_name = {text} }}{retry}"
                    ),
                };
            }
        }
    }

    fn test(&mut self, out: &mut String) {
        out.push_str("\ntest \"made up\" {\n  given { orderId = \"1\" }\n");
        out.push_str("  with env.limit = 4\n  with word_of[\"a\"] = \"z\"\n  with last_of_all = { status = \"x\" }\n");
        out.push_str(self.dice.pick(&[
            "  expect no target last_of_all\n",
            "  expect skip \"x\"\n",
            "  expect reject \"x\"\n",
        ]));
        out.push_str("  expect 1 == 1\n}\n");
    }

    fn named(&mut self, kind: Kind) -> Option<String> {
        let names: Vec<String> =
            self.names.iter().filter(|(_, of)| *of == kind).map(|(name, _)| name.clone()).collect();
        if names.is_empty() { None } else { Some(names[self.dice.throw(names.len())].clone()) }
    }

    fn expr(&mut self, kind: Kind, depth: usize) -> String {
        if depth == 0 || self.dice.done() {
            return self.simple(kind);
        }
        let depth = depth - 1;
        match self.dice.throw(10) {
            0 => self.simple(kind),
            9 => format!("null ?? ({})", self.expr(kind, depth)),
            1 => {
                let (when, a, b) = (self.expr(Kind::Bool, depth), self.expr(kind, depth), self.expr(kind, depth));
                if self.dice.throw(3) == 0 {
                    let other = self.expr(kind, 0);
                    return format!("if {when} {{ {a} }} else if {when} {{ {other} }} else {{ {b} }}");
                }
                format!("if {when} {{ {a} }} else {{ {b} }}")
            }
            2 => self.matched(kind, depth),
            3 => {
                let (a, b) = (self.expr(kind, depth), self.expr(kind, depth));
                format!("({a}) catch ({b})")
            }
            4 => format!("({})", self.expr(kind, depth)),
            _ => self.own(kind, depth),
        }
    }

    fn matched(&mut self, kind: Kind, depth: usize) -> String {
        let (a, b, c) = (self.expr(kind, depth), self.expr(kind, depth), self.expr(kind, 0));
        match self.dice.throw(3) {
            0 => {
                let on = self.expr(Kind::Int, depth);
                format!("match {on} {{ 0 | 1 => {a}, < 10 => {b}, else => {c} }}")
            }
            1 => {
                let on = self.expr(Kind::Text, depth);
                format!("match {on} {{ \"a\" => {a}, \"b\" | \"c\" => {b}, else => {c} }}")
            }
            _ => {
                let on = self.expr(Kind::Bool, depth);
                format!("match {{ {on} => {a}, else => {b} }}")
            }
        }
    }

    /// A literal or a name.
    fn simple(&mut self, kind: Kind) -> String {
        if self.dice.throw(2) == 1
            && let Some(name) = self.named(kind)
        {
            return name;
        }
        match kind {
            Kind::Int => self.dice.pick(&["1", "0", "-7", "9223372036854775807", "12"]).to_owned(),
            Kind::Decimal => self.dice.pick(&["1.50", "0.00", "-3.125", "79228162514264337593543950335"]).to_owned(),
            Kind::Text => match (self.dice.throw(7), self.record) {
                (0, true) => "$.orderId".to_owned(),
                (1, true) => "env.greeting".to_owned(),
                (2, true) => "word_of[\"a\"]".to_owned(),
                (3, _) => r#""with \"quotes\" \\ and \n é""#.to_owned(),
                (4, _) => "\"# no comment { [ (\"".to_owned(),
                _ => self.dice.pick(&["\"a\"", "\"\"", "\"two words\""]).to_owned(),
            },
            Kind::Bool => self.dice.pick(&["true", "false"]).to_owned(),
            Kind::Ints => self.dice.pick(&["[1, 2, 3]", "[0]", "[3, -1,]"]).to_owned(),
            Kind::Object => "{ n = 1, t = \"a\" }".to_owned(),
        }
    }

    /// What only this kind of value can be made by.
    fn own(&mut self, kind: Kind, depth: usize) -> String {
        match kind {
            Kind::Int => match self.dice.throw(9) {
                0 => format!("count({})", self.expr(Kind::Ints, depth)),
                1 => format!("({}).n", self.object(depth)),
                2 => format!("-({})", self.expr(kind, depth)),
                3 => format!("sum({})", self.expr(Kind::Ints, depth)),
                4 if self.record => "env.limit".to_owned(),
                5 if self.record => self
                    .dice
                    .pick(&[
                        "count($.orderItems)",
                        "count($.orderItems[?@.quantityOrdered > 1])",
                        "count($..sellerSku)",
                        "count($.orderItems[0:1])",
                    ])
                    .to_owned(),
                6 => format!("length({})", self.expr(Kind::Text, depth)),
                _ => {
                    let operator = self.dice.pick(&["+", "-", "*"]);
                    format!("({}) {operator} ({})", self.expr(kind, depth), self.expr(kind, depth))
                }
            },
            Kind::Decimal => {
                let operator = self.dice.pick(&["+", "-", "*", "/ 2.5 +", "% 0.75 -"]);
                format!("({}) {operator} ({})", self.expr(kind, depth), self.expr(kind, depth))
            }
            Kind::Text => match self.dice.throw(11) {
                9 => "\"{{ 15m }} {{ date(\\\"2026-01-31\\\") }} {{ 1.50 }}\"".to_owned(),
                10 => "text(money(\"12.50\", \"EUR\"))".to_owned(),
                0 => format!("upper({})", self.expr(kind, depth)),
                1 => format!("({}) | trim | lower", self.expr(kind, depth)),
                2 => format!("text({})", self.expr(Kind::Int, depth)),
                3 => match self.named(Kind::Text) {
                    Some(name) => format!("\"<{{{{ {name} | upper }}}}> and {{{{ 1 + 2 }}}}\""),
                    None => "\"{{ \\\"x\\\" }}\"".to_owned(),
                },
                4 => "\"{% if 1 == 1 %}yes{% else %}no{% endif %}\"".to_owned(),
                5 if self.record => "$.salesChannel.marketplaceId? ?? \"none\"".to_owned(),
                6 if self.record => "($[\"orderId\"]) catch \"x\"".to_owned(),
                7 => format!("({}).t", self.object(depth)),
                _ => format!("({}) + ({})", self.expr(kind, depth), self.expr(kind, depth)),
            },
            Kind::Bool => match self.dice.throw(8) {
                0 => format!("not ({})", self.expr(kind, depth)),
                1 => format!("({}) and ({})", self.expr(kind, depth), self.expr(kind, depth)),
                2 => format!("({}) or ({})", self.expr(kind, depth), self.expr(kind, depth)),
                3 => format!("({}) in {}", self.expr(Kind::Int, depth), self.simple(Kind::Ints)),
                4 => format!("({}) not in {}", self.expr(Kind::Int, depth), self.simple(Kind::Ints)),
                5 => format!("({}) == ({})", self.expr(Kind::Text, depth), self.expr(Kind::Text, depth)),
                _ => {
                    let operator = self.dice.pick(&["==", "!=", "<", "<=", ">", ">="]);
                    format!("({}) {operator} ({})", self.expr(Kind::Int, depth), self.expr(Kind::Int, depth))
                }
            },
            Kind::Ints => match self.dice.throw(5) {
                0 => {
                    let (name, list) = (self.fresh("n"), self.expr(kind, depth));
                    self.names.push((name.clone(), Kind::Int));
                    let (filter, body) = (self.expr(Kind::Bool, depth), self.expr(Kind::Int, depth));
                    self.names.pop();
                    if self.dice.throw(2) == 0 {
                        return format!("for {name} in {list} {{ {body} }}");
                    }
                    format!("for {name} in {list} where {filter} {{ let {name}b = {body}\n {name}b + 1 }}")
                }
                1 => {
                    let (name, list, object) = (self.fresh("o"), self.expr(kind, depth), self.object(0));
                    format!("(for {name} in {list} {{ n = 1, x = {object} }})[*].n")
                }
                2 => format!("[{}, {}]", self.expr(Kind::Int, depth), self.expr(Kind::Int, depth)),
                3 => "range(1, 4)".to_owned(),
                _ => self.simple(kind),
            },
            Kind::Object => self.object(depth),
        }
    }

    fn object(&mut self, depth: usize) -> String {
        let (n, t) = (self.expr(Kind::Int, depth), self.expr(Kind::Text, depth));
        let joint = self.dice.pick(&[", ", "\n    ", " "]);
        match self.dice.throw(4) {
            0 => format!("{{ n = {n}{joint}t = {t} }}"),
            1 => {
                let inner = self.fresh("inner");
                format!("{{ let {inner} = {n}{joint}n = {inner}{joint}t = {t}, }}")
            }
            2 => format!("{{ \"n\" = {n}{joint}t = {t}{joint}\"odd name\" = 1 }}"),
            _ => format!("({{ n = {n}{joint}t = \"old\" }} with {{ t = {t} }})"),
        }
    }
}
