/** Columns of a chart's own, px. */
export const WIDTH = 820;
const PADDING = 24;

/** What the colours of a chart are named after; each is legible on both grounds. */
export type Tone = "warm" | "warm2" | "warm3" | "peer" | "bare";

/** Light and dark, in this order. */
const COLORS: Readonly<Record<Tone, readonly [string, string]>> = {
  warm: ["#d9480f", "#ff922b"],
  warm2: ["#0b7285", "#3bc9db"],
  warm3: ["#862e9c", "#da77f2"],
  peer: ["#4a73a8", "#7fa6d9"],
  bare: ["#868e96", "#909aa3"],
};

/** A whole chart: a card with a ground of its own, so that it reads on any page, in the reader's own scheme. */
export function wrapChart(settings: {
  readonly title: string;
  /** For those who cannot see it: every number of it. */
  readonly description: string;
  readonly subtitle: string;
  readonly height: number;
  readonly body: string;
}): string {
  const { title, description, subtitle, height, body } = settings;
  const tones = Object.entries(COLORS);
  const paint = (scheme: 0 | 1) =>
    tones.map(([tone, colors]) => `.${tone}{fill:${colors[scheme]};stroke:${colors[scheme]}}`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${escapeXml(title)}</title>
<desc id="desc">${escapeXml(description)}</desc>
<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:13px;stroke:none;fill:#212529}
.title{font-size:18px;font-weight:600}.panel{font-size:14px;font-weight:600}.quiet{fill:#5c636a}.small{font-size:12px}.ours{font-weight:600}
.ground{fill:#ffffff;stroke:#d0d7de}.grid{stroke:#e3e7ea;stroke-width:1}.axis{stroke:#adb5bd;stroke-width:1}
.bar{stroke:none}.line{fill:none;stroke-width:2.5;stroke-linejoin:round}.dashed{stroke-dasharray:5 4}.faint{stroke-width:1.5}
${paint(0)}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9aa4ae}.ground{fill:#0d1117;stroke:#30363d}.grid{stroke:#232a32}.axis{stroke:#4b535c}${paint(1)}}
.line{fill:none}.bar,text{stroke:none}
</style>
<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
${writeText(PADDING, 34, title, "title")}
${writeText(PADDING, 54, subtitle, "quiet small")}
${body}
</svg>
`;
}

export function writeText(
  x: number,
  y: number,
  text: string,
  classes = "",
  anchor: "start" | "middle" | "end" = "start",
): string {
  const end = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${round(x)}" y="${round(y)}" class="${classes}"${end}>${escapeXml(text)}</text>`;
}

export function drawLine(x1: number, y1: number, x2: number, y2: number, classes: string): string {
  return `<line class="${classes}" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
