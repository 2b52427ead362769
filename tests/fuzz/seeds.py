"""Seeds for the corpora, from what the repository has: flows, fixtures, examples of functions, tables, the JSONPath suite."""

import hashlib
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def seed(target: str, content: bytes) -> None:
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)


flows = [*ROOT.glob("flows/**/*.flow"), *ROOT.glob("tests/**/*.flow")]
for path in flows:
    text = path.read_text()
    seed("compile", text.encode())
    for part in re.split(r"\n(?=[a-z])", text):
        seed("compile", part.encode())
for path in ROOT.glob("docs/*.md"):
    for block in re.findall(r"```flow[^\n]*\n(.*?)```", path.read_text(), re.S):
        seed("compile", block.encode())
    for block in re.findall(r"```eval[^\n]*\n(.*?)```", path.read_text(), re.S):
        document = "null"
        for line in block.splitlines():
            if line.startswith("$ = "):
                document = line[4:]
            elif "→" in line:
                seed("evaluate", f"{line.split('→')[0].strip()}\n{document}".encode())
for path in ROOT.glob("src/functions/**/*.rs"):
    for raw, plain in re.findall(r'call: (?:r#"(.*?)"#|"(.*?)")', path.read_text(), re.S):
        seed("evaluate", f"{raw or plain}\nnull".encode())
for path in [*ROOT.glob("flows/**/*.csv"), *ROOT.glob("tests/**/*.csv")]:
    if path.stat().st_size < 8192:
        seed("tables", b"c\n" + path.read_bytes())
for kind, text in {
    "d": '- {b: "1", c: x, e: 1.50}\n- {b: "2", c: y, e: null}\n',
    "e": '[{"b": "1", "c": "x", "e": 1.50}, {"b": "2", "c": "y", "e": true}]',
    "c": "b,c,e\n1,x,1.50\n*,y,\nA-*,z,3\n",
}.items():
    seed("tables", f"{kind}\n{text}".encode())
for path in ROOT.glob("**/tests/**/*.json"):
    if path.stat().st_size < 8192:
        seed("json", path.read_bytes())
for number in ["1e28", "-0", "-0.0", "1.10", "79228162514264337593543950335", "1E-28", "0.0000000000000000000000000001"]:
    seed("json", number.encode())
for case in json.loads((ROOT / "tests/jsonpath/cts.json").read_text())["tests"]:
    # Lone surrogates are in none of the selectors.
    seed("query", f"{case['selector']}\n{json.dumps(case.get('document'))}".encode("utf-8", "replace"))

words = set(re.findall(r'"((?:[^"\\]|\\.)+)"', (ROOT / "grammar/flow.pest").read_text()))
words |= set(re.findall(r'^    name: "(\w+)"', "\n".join(p.read_text() for p in ROOT.glob("src/functions/**/*.rs")), re.M))
words |= {"count(", "length(", "match(", "search(", "value(", "[?@", "$..", "amazon.orders", "tims.sales_orders", "{{", "}}", "{%"}
lines = []
for word in sorted(words):
    text = bytes(word, "utf-8").decode("unicode_escape") if "\\" in word and "u{" not in word else word
    lines.append('"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"')
(HERE / "words.dict").write_text("\n".join(lines) + "\n")
