"""Bars as SVG, drawn without libraries: one row of bars for each measurement, its goal as a line across."""


def text(value):
    return str(value).replace("&", "&amp;").replace("<", "&lt;")


def bars(path, title, unit, rows):
    """rows: (label, value, goal or None, whether ours); lower or higher is better, as the title says."""
    left, width, height = 250, 420, 26
    top = max([value for _, value, _, _ in rows] + [goal for _, _, goal, _ in rows if goal] + [1e-9]) * 1.08
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 110}" height="{len(rows) * height + 60}" '
        'font-family="sans-serif" font-size="13" role="img">',
        f"<title>{text(title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="10" y="24" font-size="15" font-weight="bold" fill="#1a1a1a">{text(title)}</text>',
    ]
    for place, (label, value, goal, ours) in enumerate(rows):
        y = 42 + place * height
        long = max(1.0, width * value / top)
        lines.append(f'<text x="{left - 8}" y="{y + 15}" text-anchor="end" fill="#1a1a1a">{text(label)}</text>')
        color = "#2a5d84" if ours else "#9aa5ad"
        lines.append(f'<rect x="{left}" y="{y}" width="{long:.1f}" height="{height - 8}" fill="{color}"/>')
        lines.append(f'<text x="{left + long + 6:.1f}" y="{y + 14}" fill="#1a1a1a">{value:.3g} {text(unit)}</text>')
        if goal:
            x = left + width * goal / top
            lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 3}" y2="{y + height - 5}" stroke="#b3261e" '
                         'stroke-width="2"><title>goal</title></line>')
    lines.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
