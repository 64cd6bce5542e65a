// Charts as small SVG files, readable on light and dark pages.

const WIDTH = 720;
const escaped = (text) =>
  String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const svg = (height, title, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" role="img">
<title>${escaped(title)}</title>
<rect width="${WIDTH}" height="${height}" rx="6" fill="#ffffff"/>
<text x="16" y="26" font-size="15" font-weight="bold" fill="#1f2430">${escaped(title)}</text>
${body.join("\n")}
</svg>
`;

const text = (x, y, content, attributes = "") =>
  `<text x="${x}" y="${y}" fill="#1f2430"${attributes}>${escaped(content)}</text>`;

const round = (value) => Number(value.toFixed(1));

/**
 * One bar for each row, with ours highlighted. `limit` is a line across them.
 *
 * @typedef {{ name: string, value: number, label: string, ours?: boolean }} Bar
 * @param {{ title: string, rows: Bar[], limit?: number }} chart
 */
export function barChart({ title, rows, limit }) {
  const [left, right, top, step] = [230, 90, 44, 28];
  const most = Math.max(...rows.map(({ value }) => value), limit ?? 0);
  const to = (value) => round((value / most) * (WIDTH - left - right));
  const height = top + rows.length * step + 14;
  const body = rows.flatMap(({ name, value, label, ours = false }, i) => {
    const y = top + i * step;
    return [
      text(left - 10, y + 15, name, ' text-anchor="end"'),
      `<rect x="${left}" y="${y}" width="${to(value)}" height="20" fill="${ours ? "#3457d5" : "#a9b2c8"}"/>`,
      text(round(left + to(value) + 8), y + 15, label),
    ];
  });
  if (limit !== undefined) {
    const x = round(left + to(limit));
    body.push(
      `<line x1="${x}" x2="${x}" y1="${top - 6}" y2="${height - 12}" stroke="#1f2430" stroke-dasharray="4 3"/>`,
    );
  }
  return svg(height, title, body);
}

/**
 * Columns over time, one strip for each row, with a shared time axis and a height of its own.
 *
 * @typedef {{ name: string, values: readonly number[] }} Strip
 * @param {{ title: string, axis: string, rows: Strip[] }} chart
 */
export function strips({ title, axis, rows }) {
  const [left, right, top, step, high] = [110, 24, 48, 74, 52];
  const most = Math.max(...rows.map(({ values }) => values.length));
  const column = (WIDTH - left - right) / most;
  const height = top + rows.length * step + 26;
  const body = rows.flatMap(({ name, values }, i) => {
    const base = top + i * step + high;
    const peak = Math.max(...values);
    return [
      text(left - 10, base - high / 2 + 5, name, ' text-anchor="end"'),
      ...values.map((value, second) => {
        const tall = round((value / peak) * high);
        return `<rect x="${round(left + second * column)}" y="${round(base - tall)}" width="${round(column - 1)}" height="${tall}" fill="#3457d5"/>`;
      }),
      `<line x1="${left}" x2="${WIDTH - right}" y1="${base}" y2="${base}" stroke="#a9b2c8"/>`,
    ];
  });
  const foot = height - 12;
  for (let second = 0; second < most; second += 10) {
    body.push(text(round(left + second * column), foot, `${second} s`));
  }
  body.push(text(WIDTH - right, foot, axis, ' text-anchor="end"'));
  return svg(height, title, body);
}

const LINES = ["#3457d5", "#c2410c", "#15803d", "#7e22ce", "#0e7490", "#be123c", "#57534e"];

/**
 * One line for each row, both axes logarithmic from 1, with the line of linear growth.
 *
 * @typedef {{ name: string, points: readonly (readonly [size: number, time: number])[] }} Growth
 * @param {{ title: string, linear: string, rows: Growth[] }} chart
 */
export function growthChart({ title, linear, rows }) {
  const [left, right, top, high] = [60, 170, 48, 300];
  const most = Math.max(...rows.flatMap(({ points }) => points.map(([size]) => size)));
  const decades = Math.log10(most);
  const x = (size) => round(left + (Math.log10(size) / decades) * (WIDTH - left - right));
  const y = (time) => round(top + high - (Math.log10(Math.max(time, 1)) / decades) * high);
  const body = [];
  for (let power = 0; power <= decades; power++) {
    const value = 10 ** power;
    body.push(
      text(x(value), top + high + 18, `${value} x`, ' text-anchor="middle"'),
      text(left - 8, y(value) + 5, `${value} x`, ' text-anchor="end"'),
      `<line x1="${left}" x2="${WIDTH - right}" y1="${y(value)}" y2="${y(value)}" stroke="#e3e6ee"/>`,
    );
  }
  body.push(
    `<line x1="${x(1)}" y1="${y(1)}" x2="${x(most)}" y2="${y(most)}" stroke="#1f2430" stroke-dasharray="4 3"/>`,
    text(x(most) + 8, y(most) + 5, linear),
  );
  rows.forEach(({ name, points }, i) => {
    const color = LINES[i % LINES.length];
    const path = points.map(([size, time]) => `${x(size)},${y(time)}`).join(" ");
    const row = top + 40 + i * 20;
    body.push(
      `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
      `<rect x="${WIDTH - right + 24}" y="${row - 4}" width="14" height="4" fill="${color}"/>`,
      text(WIDTH - right + 44, row + 2, name),
    );
  });
  return svg(top + high + 32, title, body);
}
