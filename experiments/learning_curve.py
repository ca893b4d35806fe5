# SPDX-License-Identifier: Apache-2.0
"""learning_curve.py FIGURES.json OUT.svg: the curve of `blindfit reproduce NAME --json FIGURES.json` on the paper's rows.

Standard library only. The same figures give the same bytes; a test holds the plots in docs/ against them.
"""

import json
import pathlib
import sys

WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 86, 56
LOW, HIGH, STEP = 10, 90, 10  # per cent
MANY = 20  # iterations, beyond which not every one is marked on the axis
# arXiv:2304.03807, its log: after two iterations on 128 raw rows, on 10,000 test rows.
PAPER = (2, 21.49)
INK, GRID, GREEN, VIOLET, GREY, RED = "#333", "#dfddd6", "#2d6a3a", "#6a5f9a", "#777", "#b0413e"


def element(name, text=None, **attributes):
    listed = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{listed}/>" if text is None else f"<{name}{listed}>{text}</{name}>"


def plot(figures):
    encrypted = [100 * value for value in figures["heldout_accuracy"]]
    mirror = [100 * value for value in figures["mirror_accuracy"]]
    alone = 100 * figures["owner_only_accuracy"]
    count = len(encrypted)

    def x(iteration):
        return round(LEFT + (iteration - 0.5) * (WIDTH - LEFT - RIGHT) / count, 1)

    def y(percent):
        return round(TOP + (HIGH - percent) * (HEIGHT - TOP - BOTTOM) / (HIGH - LOW), 1)

    def label(text, at_x, at_y, **attributes):
        return element("text", text, x=at_x, y=round(at_y, 1), **attributes)

    parts = [element("rect", width=WIDTH, height=HEIGHT, rx=10, fill="#fbfaf7")]
    refreshes = figures.get("refreshes", 0)
    how = f"{refreshes} refreshes in the cloud" if refreshes else "without a refresh"
    title = f"Held-out accuracy, {figures['heldout_rows']} rows, {how}, 128 bits"
    parts.append(label(title, LEFT, 34, font_weight=700, fill=INK, font_size=16))
    for percent in range(LOW, HIGH + 1, STEP):
        parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(percent), y2=y(percent), stroke=GRID))
        parts.append(label(f"{percent} %", LEFT - 8, y(percent) + 5, text_anchor="end", fill=INK))
    for t in range(1, count + 1) if count <= MANY else range(10, count + 1, 10):
        parts.append(label(t, x(t), HEIGHT - BOTTOM + 20, text_anchor="middle", fill=INK))
    parts.append(label("iteration", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, text_anchor="middle", fill=INK))

    dashes = {"stroke": GREY, "stroke_width": 2, "stroke_dasharray": "6 5"}
    parts.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y(alone), y2=y(alone), **dashes))
    words = f"the owner alone, one product of its own data: {alone:.2f} %"
    parts.append(label(words, WIDTH - RIGHT, y(alone) + 16, text_anchor="end", fill=GREY))

    large, small = (8, 4) if count <= MANY else (4, 2)
    points = " ".join(f"{x(t)},{y(value)}" for t, value in enumerate(encrypted, 1))
    parts.append(element("polyline", points=points, fill="none", stroke=GREEN, stroke_width=2.5))
    for t, value in enumerate(mirror, 1):
        parts.append(element("circle", cx=x(t), cy=y(value), r=large, fill="none", stroke=VIOLET, stroke_width=2))
    for t, value in enumerate(encrypted, 1):
        parts.append(element("circle", cx=x(t), cy=y(value), r=small, fill=GREEN))
    parts.append(label(f"{encrypted[-1]:.2f} %", WIDTH - RIGHT, y(encrypted[-1]) - 16, text_anchor="end", fill=GREEN))
    parts.append(element("circle", cx=LEFT + 5, cy=56, r=4, fill=GREEN))
    parts.append(label("trained on ciphertexts", LEFT + 18, 61, fill=GREEN))
    parts.append(element("circle", cx=LEFT + 202, cy=56, r=8, fill="none", stroke=VIOLET, stroke_width=2))
    parts.append(label("the same in the clear", LEFT + 218, 61, fill=VIOLET))

    at, percent = PAPER
    parts.append(element("path", d=f"M{x(at)} {y(percent) - 7}l7 7l-7 7l-7 -7z", fill=RED))
    words = f"the paper: {percent} % after {at} iterations on raw features (10,000 other rows)"
    parts.append(label(words, x(at) + 16, y(percent) - 1, fill=RED))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="14">'
    )
    return "\n  ".join([head, *parts]) + "\n</svg>\n"


if __name__ == "__main__":
    source, target = map(pathlib.Path, sys.argv[1:])
    target.write_text(plot(json.loads(source.read_text())))
