// SPDX-License-Identifier: Apache-2.0
// The page's style: one file, no outside resources, light and dark.
#pragma once

namespace blindfit::report {

inline constexpr const char* kStyleSheet = R"css(
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1d2126; --soft: #5c646e; --rule: #dcd9d1;
  --card: #ffffff; --accent: #0b6e5f; --other: #b4540a; --heat: 11, 110, 95; --wrong: 180, 84, 10; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e8e6e1; --soft: #9aa2ab;
  --rule: #30363c; --card: #1b1f23; --accent: #4fc3ae; --other: #f0a35e; --heat: 79, 195, 174;
  --wrong: 240, 163, 94; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 17px/1.55 "Charter",
  "Bitstream Charter", "Source Serif 4", "Iowan Old Style", Georgia, serif; }
main { max-width: 800px; margin: 0 auto; padding: 56px 24px 72px; }
h1, h2, .big, .label, table, svg text, .legend, figcaption, .verdict { font-family: "Inter", "Source Sans 3",
  "Segoe UI", "Noto Sans", "DejaVu Sans", system-ui, sans-serif; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 12px; font-weight: 650; }
h2 { font-size: 20px; letter-spacing: -0.01em; margin: 56px 0 8px; font-weight: 650; }
p { margin: 0 0 14px; max-width: 66ch; }
.lede { font-size: 19px; color: var(--soft); }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 14px;
  margin: 32px 0 12px; }
.number { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 16px 18px; }
.big { font-size: 32px; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.number.main .big { color: var(--accent); }
.label { font-size: 13.5px; line-height: 1.4; color: var(--soft); }
svg text { font-size: 13px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.curve { width: 100%; height: auto; display: block; margin: 10px 0 4px; }
.grid { stroke: var(--rule); stroke-width: 1; }
.reference { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 5 5; }
polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
.series0 polyline { stroke: var(--accent); } .series0 circle { fill: var(--accent); }
.series1 polyline { stroke: none; } .series1 circle { fill: none; stroke: var(--other); stroke-width: 2; }
.legend { font-size: 14px; color: var(--soft); display: flex; flex-wrap: wrap; gap: 4px 22px; margin-bottom: 14px; }
.legend span::before { content: ""; display: inline-block; vertical-align: middle; margin-right: 8px; }
.legend .series0::before { width: 20px; border-top: 3px solid var(--accent); }
.legend .series1::before { width: 14px; height: 14px; border: 2px solid var(--other); border-radius: 50%; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14.5px; font-variant-numeric: tabular-nums; }
.plain { width: 100%; margin: 10px 0 16px; }
.plain td, .plain th { padding: 7px 12px 7px 0; border-bottom: 1px solid var(--rule); text-align: left;
  vertical-align: top; font-weight: 400; }
.plain th { color: var(--soft); white-space: nowrap; width: 36%; } .plain thead th { width: auto; }
.plain .size { text-align: right; white-space: nowrap; }
code { font: 12.5px/1.5 "JetBrains Mono", "DejaVu Sans Mono", ui-monospace, monospace; color: var(--soft);
  white-space: nowrap; }
.confusion { margin: 12px 0 6px; }
.confusion td, .confusion th { width: 46px; height: 38px; text-align: center; font-weight: 400; }
.confusion td { border: 2px solid var(--paper); border-radius: 6px; }
.confusion th { color: var(--soft); } .confusion .none { color: transparent; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(84px, 1fr)); gap: 14px; margin: 16px 0 8px; }
figure { margin: 0; }
.digit { display: block; width: 100%; height: auto; background: var(--card); border: 1px solid var(--rule);
  border-radius: 8px; padding: 8px; fill: var(--ink); }
.wrong .digit { border: 2px solid var(--other); padding: 7px; }
figcaption { font-size: 14px; text-align: center; margin-top: 5px; }
.wrong figcaption { color: var(--other); }
footer { margin-top: 64px; padding-top: 16px; border-top: 1px solid var(--rule); font-size: 14.5px; color: var(--soft); }
)css";

}  // namespace blindfit::report
