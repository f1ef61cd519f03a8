const SVG = "http://www.w3.org/2000/svg";
const [BAR, GAP, HEIGHT] = [2, 1, 26];

/** @param {string | null} text "12,40,…" 0 to 100 @returns {number[]} 0.08 to 1; a quiet line when there is none */
export function readWave(text) {
  const levels = (text ?? "").split(",").map(Number).filter((level) => level >= 0);
  return ((text ?? "").trim() ? levels : Array(40).fill(8)).map((level) => Math.max(0.08, Math.min(1, level / 100)));
}

/** @param {SVGElement} svg @param {number[]} levels */
export function drawWave(svg, levels) {
  svg.setAttribute("viewBox", `0 0 ${levels.length * (BAR + GAP)} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  const bars = levels.map((level, at) => {
    const bar = document.createElementNS(SVG, "rect");
    const height = Math.max(1, level * HEIGHT);
    const box = { x: at * (BAR + GAP), y: (HEIGHT - height) / 2, width: BAR, height, rx: 1 };
    for (const [name, value] of Object.entries(box)) bar.setAttribute(name, String(value));
    return bar;
  });
  svg.replaceChildren(...bars);
}

/** @param {SVGElement} svg @param {number} done 0 to 1 */
export function showPlayed(svg, done) {
  const played = Math.round(done * svg.children.length);
  [...svg.children].forEach((bar, at) => bar.classList.toggle("played", at < played));
}
