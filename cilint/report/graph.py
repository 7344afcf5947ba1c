"""The pipeline as a picture: Mermaid, DOT, SVG and a page of HTML. Names come from hostile files and are escaped."""

from __future__ import annotations

import json
from html import escape

from cilint.report.escape import printable, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cilint.plan.graph import Box, Graph

FORMATS = ("svg", "mermaid", "dot", "html")

# (fill, border, text) of a box.
_PLAIN, _GATE, _OPTIONAL = (
    ("#ffffff", "#6b7280", "#111827"),
    ("#fde68a", "#b45309", "#111827"),
    ("#fef9e7", "#d97706", "#111827"),
)
_PASSING = ("#fee2e2", "#dc2626", "#111827")
_DEPLOY, _ABSENT = ("#dbeafe", "#2563eb", "#111827"), ("#f9fafb", "#d1d5db", "#9ca3af")
_CHARACTER, _LINE, _GAP, _ROWS = 7.3, 44, 10, 14  # pixels; boxes in one column before the next one begins
_COLUMN_GAP, _STAGE_GAP, _TOP, _PAD, _NAME_AT_MOST = 56, 76, 84, 12, 38


def render(graph: Graph, format: str) -> str:
    """The picture in one of FORMATS."""
    return {"svg": svg, "mermaid": mermaid, "dot": dot, "html": html}[format](graph)


def marks(box: Box) -> str:
    """What is special about a job, in words: "gate", "optional", "may fail" ..."""
    found = [
        (box.gate, "manual gate"),
        (box.optional, "manual, optional"),
        (box.delayed, "delayed"),
        (box.may_fail, "may fail"),
        (box.trigger, "starts a pipeline"),
        (bool(box.environment), f"to {printable(box.environment)}"),
        (bool(box.passes), "past the gate" if len(box.passes) == 1 else f"past {len(box.passes)} gates"),
        (box.absent, "in no scenario"),
    ]
    return ", ".join(text for given, text in found if given)


def _title(box: Box) -> str:
    return printable(box.name) + (f" (x{box.count})" if box.count > 1 else "")


def _looks(box: Box) -> tuple[str, str, str]:
    if box.absent:
        return _ABSENT
    if box.gate:
        return _GATE
    if box.passes:
        return _PASSING
    if box.optional:
        return _OPTIONAL
    return _DEPLOY if box.environment else _PLAIN


def mermaid(graph: Graph) -> str:
    """A Mermaid flowchart: a subgraph for each stage, thick arrows between stages that a gate holds apart."""
    lines = ["---", f"title: {json.dumps(printable(graph.title))}", "---", "flowchart LR"]
    ids = {box.name: f"j{number}" for number, box in enumerate(graph.boxes)}
    for number, (stage, boxes) in enumerate(graph.stages):
        lines.append(f'  subgraph s{number}["{_mermaid(stage)}"]')
        lines.append("    direction TB")
        for box in boxes:
            about = marks(box)
            label = _mermaid(_title(box)) + (f"<br/><small>{_mermaid(about)}</small>" if about else "")
            shape = f'{{{{"{label}"}}}}' if box.gate or box.optional else f'["{label}"]'
            lines.append(f"    {ids[box.name]}{shape}:::{_class(box)}")
        lines.append("  end")
    for number, (_, boxes) in enumerate(graph.stages[:-1]):
        arrow = "==>|waits for the gate|" if any(box.gate for box in boxes) else "-.->"
        lines.append(f"  s{number} {arrow} s{number + 1}")
    lines += [f"  {ids[start]} --> {ids[end]}" for start, end in graph.edges]
    for name, looks in (
        ("plain", _PLAIN), ("gate", _GATE), ("passing", _PASSING),
        ("passing", _PASSING), ("optional", _OPTIONAL), ("deploy", _DEPLOY), ("absent", _ABSENT),
    ):  # fmt: skip
        lines.append(f"  classDef {name} fill:{looks[0]},stroke:{looks[1]},color:{looks[2]}")
    return "\n".join(lines) + "\n"


def _class(box: Box) -> str:
    if box.absent:
        return "absent"
    if box.passes and not box.gate:
        return "passing"
    return "gate" if box.gate else "optional" if box.optional else "deploy" if box.environment else "plain"


def _mermaid(text: str) -> str:
    """Text for a quoted label: everything that Mermaid or Markdown could read as its own becomes a number."""
    return "".join(char if char.isalnum() or char in " -_.," else f"#{ord(char)};" for char in printable(text))


def dot(graph: Graph) -> str:
    """A Graphviz digraph: a cluster for each stage."""
    lines = [
        "digraph pipeline {",
        f"  label={_quoted(graph.title)}; labelloc=t; rankdir=LR; compound=true; nodesep=0.2; ranksep=0.8;",
        '  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11];',
        '  edge [color="#6b7280", arrowsize=0.7];',
    ]
    ids = {box.name: f"j{number}" for number, box in enumerate(graph.boxes)}
    for number, (stage, boxes) in enumerate(graph.stages):
        lines.append(f"  subgraph cluster_{number} {{")
        lines.append(f'    label={_quoted(stage)}; style="rounded"; color="#d1d5db"; fontname="Helvetica-Bold";')
        for box in boxes:
            fill, border, color = _looks(box)
            about = marks(box)
            label = _quoted(_title(box))[:-1] + (f"\\n{_quoted(about)[1:-1]}" if about else "") + '"'
            heavy = ", penwidth=2, shape=hexagon" if box.gate else ""
            lines.append(
                f'    {ids[box.name]} [label={label}, fillcolor="{fill}", color="{border}", fontcolor="{color}"{heavy}];'
            )
        lines.append("  }")
    for number, ((_, before), (_, after)) in enumerate(zip(graph.stages, graph.stages[1:], strict=False)):
        gate = any(box.gate for box in before)
        style = 'style=bold, color="#b45309"' if gate else 'style=dotted, color="#9ca3af"'
        lines.append(
            f"  {ids[before[0].name]} -> {ids[after[0].name]} "
            f"[ltail=cluster_{number}, lhead=cluster_{number + 1}, {style}];"
        )
    lines += [f"  {ids[start]} -> {ids[end]};" for start, end in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Place:
    """Where a box is drawn, in pixels from the top left corner of the picture."""

    __slots__ = ("column", "wide", "x", "y")

    def __init__(self, x: float, y: float, wide: float, column: int) -> None:
        self.x = x
        self.y = y
        self.wide = wide
        self.column = column


def svg(graph: Graph) -> str:
    """A picture of its own, without scripts and without anything from outside."""
    places, heads, whole, high = _layout(graph)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:.0f} {high:.0f}" width="{whole:.0f}" '
            f'height="{high:.0f}" role="img" font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">'
        ),
        f"<title>{_xml(graph.title)}</title>",
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0L8 4L0 8z" fill="#6b7280"/></marker></defs>'
        ),
        f'<rect width="{whole:.0f}" height="{high:.0f}" fill="#ffffff"/>',
        f'<text x="{_PAD}" y="26" font-size="16" font-weight="600" fill="#111827">{_xml(graph.title)}</text>',
    ]
    for (stage, boxes), (x, wide) in zip(graph.stages, heads, strict=True):
        parts.append(_stage(stage, boxes, x, wide, high))
    parts += [_edge(places[start], places[end], start, end) for start, end in graph.edges]
    parts += [_box(box, places[box.name]) for box in graph.boxes]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _layout(graph: Graph) -> tuple[dict[str, _Place], list[tuple[float, float]], float, float]:
    """Places of the boxes, (x, width) of the stages, and the size of the picture."""
    places: dict[str, _Place] = {}
    heads: list[tuple[float, float]] = []
    x, column, rows = float(_PAD * 2), 0, 1
    for stage, boxes in graph.stages:
        start = x
        for first in range(0, len(boxes), _ROWS):
            listed = boxes[first : first + _ROWS]
            wide = max(_wide(box) for box in listed)
            for row, box in enumerate(listed):
                places[box.name] = _Place(x, _TOP + row * (_LINE + _GAP), wide, column)
            rows = max(rows, len(listed))
            x += wide + _COLUMN_GAP
            column += 1
        taken = max(x - _COLUMN_GAP - start, len(_short(stage)) * 8.5)
        heads.append((start, taken))
        x = start + taken + _STAGE_GAP
    return places, heads, x - _STAGE_GAP + 2 * _PAD, _TOP + rows * (_LINE + _GAP) + 2 * _PAD


def _wide(box: Box) -> float:
    return max(width(_short(_title(box))) * _CHARACTER, width(_short(marks(box))) * 5.6, 70) + 24


def _short(text: str) -> str:
    text = printable(text)
    return text if len(text) <= _NAME_AT_MOST else f"{text[: _NAME_AT_MOST - 1]}\u2026"


def _xml(text: str) -> str:
    return escape(printable(text), quote=True)


def _stage(stage: str, boxes: list[Box], x: float, wide: float, high: float) -> str:
    gates = [box.name for box in boxes if box.gate]
    parts = [
        f'<rect x="{x - _PAD:.0f}" y="40" width="{wide + 2 * _PAD:.0f}" height="{high - 52:.0f}" rx="8" fill="#f3f4f6"/>',
        f'<text x="{x:.0f}" y="64" font-size="14" font-weight="600" fill="#374151">{_xml(_short(stage))}</text>',
    ]
    if gates:
        # The bar behind a stage with gates: what stands to its right and waits for stages, waits for them.
        bar = x + wide + _PAD + 10
        parts.append(
            f'<g class="bar"><title>later stages wait for {_xml(", ".join(gates))}</title>'
            f'<path d="M{bar:.0f} 44V{high - 16:.0f}M{bar + 5:.0f} 44V{high - 16:.0f}" stroke="#b45309" '
            f'stroke-width="2" fill="none"/></g>'
        )
    return "\n".join(parts)


def _edge(start: _Place, end: _Place, start_name: str, end_name: str) -> str:
    y1, y2 = start.y + _LINE / 2, end.y + _LINE / 2
    x1 = start.x + start.wide
    if end.column > start.column:
        x2 = end.x
        bend = max((x2 - x1) / 2, 24)
        path = f"M{x1:.0f} {y1:.0f}C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2 - 1:.0f} {y2:.0f}"
    else:  # within a column: out to the right and back
        x2 = end.x + end.wide
        far = max(x1, x2) + 34
        path = f"M{x1:.0f} {y1:.0f}C{far:.0f} {y1:.0f} {far:.0f} {y2:.0f} {x2 + 1:.0f} {y2:.0f}"
    return (
        f'<path class="edge" data-from="{_xml(start_name)}" data-to="{_xml(end_name)}" d="{path}" fill="none" '
        f'stroke="#6b7280" stroke-opacity=".75" stroke-width="1.3" marker-end="url(#tip)"/>'
    )


def _box(box: Box, place: _Place) -> str:
    fill, border, color = _looks(box)
    about = marks(box)
    dash = ' stroke-dasharray="4 3"' if box.absent or box.optional else ""
    name_y = place.y + (19 if about else 27)
    weight = "2.5" if box.gate else "1.2"
    parts = [
        f'<g class="job" data-name="{_xml(box.name)}"><title>{_xml(_title(box))}{_xml(": " + about) if about else ""}</title>',
        (
            f'<rect x="{place.x:.0f}" y="{place.y:.0f}" width="{place.wide:.0f}" height="{_LINE}" rx="6" fill="{fill}" '
            f'stroke="{border}" stroke-width="{weight}"{dash}/>'
        ),
        f'<text x="{place.x + 12:.0f}" y="{name_y:.0f}" font-size="13" fill="{color}">{_xml(_short(_title(box)))}</text>',
    ]
    if about:
        parts.append(
            f'<text x="{place.x + 12:.0f}" y="{place.y + 35:.0f}" font-size="10.5" fill="{color}" '
            f'fill-opacity=".7">{_xml(_short(about))}</text>'
        )
    return "\n".join([*parts, "</g>"])


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ margin: 1rem; font: 14px system-ui, sans-serif; color: #111827; background: #fff }}
figure {{ margin: 0; overflow: auto; border: 1px solid #e5e7eb; border-radius: 8px }}
.far {{ opacity: .15 }}
.edge.near {{ stroke: #b45309; stroke-opacity: 1; stroke-width: 2.2 }}
.job {{ cursor: default }}
ul {{ display: flex; flex-wrap: wrap; gap: .4rem 1.5rem; list-style: none; padding: 0 }}
ul span {{ display: inline-block; width: 1em; height: 1em; border: 1.5px solid; border-radius: 3px; vertical-align: -.15em }}
</style>
</head>
<body>
<figure>
{picture}</figure>
<ul>
{legend}
<li>arrow: needs; double bar: later stages wait for the gates before it; point at a job to see what it is tied to</li>
</ul>
<script>
const jobs = [...document.querySelectorAll('.job')], edges = [...document.querySelectorAll('.edge')];
for (const job of jobs) {{
  const name = job.dataset.name;
  job.addEventListener('mouseenter', () => {{
    const near = new Set([name]);
    for (const edge of edges) {{
      const touches = edge.dataset.from === name || edge.dataset.to === name;
      if (touches) {{ near.add(edge.dataset.from); near.add(edge.dataset.to); }}
      edge.classList.toggle('near', touches);
      edge.classList.toggle('far', !touches);
    }}
    for (const other of jobs) other.classList.toggle('far', !near.has(other.dataset.name));
  }});
  job.addEventListener('mouseleave', () => {{
    for (const item of [...jobs, ...edges]) item.classList.remove('near', 'far');
  }});
}}
</script>
</body>
</html>
"""


def html(graph: Graph) -> str:
    """One page with the picture: pointing at a job shows what it is tied to."""
    legend = "\n".join(
        f'<li><span style="background:{looks[0]};border-color:{looks[1]}"></span> {text}</li>'
        for looks, text in (
            (_GATE, "manual gate: later stages wait"),
            (_OPTIONAL, "manual, optional: nothing waits"),
            (_PASSING, "its needs lead past a gate of an earlier stage"),
            (_DEPLOY, "deploys"),
            (_PLAIN, "other jobs"),
            (_ABSENT, "in none of the scenarios"),
        )
    )
    return _PAGE.format(title=_xml(graph.title), picture=svg(graph), legend=legend)
