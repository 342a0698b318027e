/** Drawing on canvases, in the colours of the page's theme. */

/** "dark" or "light", as the notebook says, else as the system does. */
export function themeOf(document) {
  const { body, documentElement: html } = document;
  const said = body.dataset.jpThemeLight;
  if (said) return said === "false" ? "dark" : "light";
  if (body.dataset.vscodeThemeKind) {
    return /light/.test(body.dataset.vscodeThemeKind) ? "light" : "dark";
  }
  const named = html.getAttribute("theme") ?? html.dataset.theme;
  if (named === "dark" || named === "light") return named;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Colours of a root element's theme, with tables from weight to colour. */
export function coloursOf(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--xp-${name}`).trim();
  const stops = ["heat-0", "heat-1", "heat-2"].map((name) => rgb(read(name)));
  const ends = ["minus", "zero", "plus"].map((name) => rgb(read(name)));
  return {
    ink: read("ink"),
    soft: read("soft"),
    accent: read("accent"),
    warm: read("warm"),
    font: style.fontFamily,
    heat: ramp(stops, Math.sqrt),
    signed: ramp(ends, (share) => share),
    heatInk: [read("heat-ink-0"), read("heat-ink-1")],
  };
}

/** "#0a5fb4" as [10, 95, 180]. */
export function rgb(hex) {
  const number = parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** 256 colours through three stops as little-endian RGBA; `bend` shapes the way. */
export function ramp(stops, bend) {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i += 1) {
    const along = bend(i / 255) * 2;
    const start = Math.min(1, Math.floor(along));
    const [r, g, b] = stops[start].map((from, channel) =>
      Math.round(from + (stops[start + 1][channel] - from) * (along - start)),
    );
    table[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return table;
}

/** Give a canvas this size in CSS pixels, sharp on fine screens; wiped clean. */
export function sized(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  const wide = Math.max(1, Math.round(width * ratio));
  const high = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

const LEVELS = 12;

/**
 * Lines of one pixel in twelve strengths: each strength is one path, which software
 * rendering draws fast; wider lines would be slow.
 * @param {{width, height, yFrom, yTo}} place functions give a row's middle.
 */
export function thinLines(context, lines, { width, height, yFrom, yTo }, colour) {
  const paths = Array.from({ length: LEVELS }, () => new Path2D());
  for (let i = 0; i < lines.from.length; i += 1) {
    const start = yFrom(lines.from[i]);
    const end = yTo(lines.to[i]);
    if ((start < 0 && end < 0) || (start > height && end > height)) continue;
    const level = Math.min(LEVELS - 1, Math.floor(lines.weights[i] * LEVELS));
    paths[level].moveTo(0, start);
    paths[level].lineTo(width, end);
  }
  context.lineWidth = 1;
  context.strokeStyle = colour;
  paths.forEach((path, level) => {
    context.globalAlpha = 0.12 + (0.88 * level) / (LEVELS - 1);
    context.stroke(path);
  });
  context.globalAlpha = 1;
}

/** The few lines of one token, as wide as their weights. */
export function strongLines(context, ends, colour) {
  context.strokeStyle = colour;
  context.lineCap = "round";
  for (const [x0, y0, x1, y1, weight] of ends) {
    context.globalAlpha = 0.25 + 0.75 * weight;
    context.lineWidth = 1 + 4 * weight;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/**
 * A piece of a matrix as an image, a pixel for each weight.
 * @param {{top, left, rows, columns}} piece
 * @param {Uint8Array?} queries, keys 0 where a token is hidden: drawn as 0.
 */
export function heatImage(matrix, piece, heat, queries = null, keys = null) {
  const { top, left, rows, columns } = piece;
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let y = 0; y < rows; y += 1) {
    const start = (top + y) * matrix.columns + left;
    const rowShown = !queries || queries[top + y];
    for (let x = 0; x < columns; x += 1) {
      const shown = rowShown && (!keys || keys[left + x]);
      const value = shown ? matrix.data[start + x] : 0;
      pixels[y * columns + x] = heat[Math.round((value * 255) / matrix.full)];
    }
  }
  return image;
}

/** Draw a small image large, its pixels as squares. */
export function enlarged(context, image, x, y, width, height) {
  const small = document.createElement("canvas");
  small.width = image.width;
  small.height = image.height;
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, x, y, width, height);
}
