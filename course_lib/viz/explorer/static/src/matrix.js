/** The matrix: every weight as a coloured cell, with its number where it fits. */

import { maxPooled } from "./numbers.js";
import { make } from "./page.js";
import { enlarged, heatImage, sized } from "./paint.js";
import { visible } from "./words.js";

const TALLEST = 560;
const GUTTER = 104;
const HEAD = 86;
const NAMED = 11;
const NUMBERED = 29;
const SIZES = [2, 4, 7, 11, 16, 24, 34, 44];

/** The matrix view. */
export function createMatrix(page) {
  const { store } = page;
  const canvas = make("canvas");
  const stage = make("div.stage", {}, canvas);
  const room = make("div.room", {}, stage);
  const scroll = make(
    "div.scroll.grid",
    {
      tabindex: 0,
      role: "application",
      "aria-roledescription": "matrix",
      "aria-describedby": `${page.id}-said`,
    },
    room,
  );
  let wish = null;
  let cell = 0;
  const sizes = [
    ["−", "Smaller cells", -1],
    ["Fit", "Fit the matrix to the page", 0],
    ["+", "Larger cells", 1],
  ].map(([text, label, step]) =>
    make("button.small", { "aria-label": label, onclick: () => resize(step) }, text),
  );
  const legend = make("span.legend", {}, "0", make("i.scale"), "1");
  const element = make("div.pane", {}, make("div.row", {}, ...sizes, legend), scroll);

  const resize = (step) => {
    if (step === 0) wish = null;
    else if (step > 0) wish = SIZES.find((size) => size > cell) ?? cell;
    else wish = SIZES.findLast((size) => size < cell) ?? cell;
    page.schedule();
  };
  const gutters = () => (cell >= NAMED ? [GUTTER, HEAD] : [6, 6]);

  const draw = () => {
    const { queries: rows, keys: columns } = store.part;
    const width = element.clientWidth - 2;
    const room_ = Math.min((width - GUTTER) / columns, (TALLEST - HEAD) / rows);
    const fit = room_ >= NAMED ? room_ : Math.min((width - 12) / columns, 540 / rows);
    cell = wish ?? Math.min(44, fit < 1 ? fit : Math.floor(fit * 4) / 4);
    const [left, top] = gutters();
    const wide = left + columns * cell;
    const high = top + rows * cell;
    const height = Math.min(TALLEST, Math.ceil(high) + 16);
    scroll.style.height = `${height}px`;
    room.style.width = `${wide}px`;
    room.style.height = `${high}px`;
    scroll.setAttribute("aria-label", page.title());
    const view = { width: scroll.clientWidth, height: scroll.clientHeight, left, top };
    const context = sized(canvas, view.width, view.height);
    const matrix = store.matrix();
    if (matrix) paintCells(context, matrix, view);
  };

  const paintCells = (context, matrix, view) => {
    const { left, top, width, height } = view;
    const { queries, keys } = store.shown();
    const colours = page.colours();
    const [x0, y0] = [scroll.scrollLeft, scroll.scrollTop];
    const piece = { left: Math.floor(x0 / cell), top: Math.floor(y0 / cell) };
    const across = Math.ceil((width - left) / cell) + 1;
    const down = Math.ceil((height - top) / cell) + 1;
    piece.columns = Math.min(matrix.columns - piece.left, across);
    piece.rows = Math.min(matrix.rows - piece.top, down);
    if (piece.columns < 1 || piece.rows < 1) return;
    const image = imageOf(matrix, piece, queries, keys);
    const at = (index, start, scrolled) => start + index * cell - scrolled;
    context.save();
    context.beginPath();
    context.rect(left, top, width - left, height - top);
    context.clip();
    const [x, y] = [at(piece.left, left, x0), at(piece.top, top, y0)];
    enlarged(context, image, x, y, piece.columns * cell, piece.rows * cell);
    if (cell >= NUMBERED) numbers(context, matrix, piece, [x, y]);
    marks(
      context,
      colours,
      (row) => at(row, top, y0),
      (column) => at(column, left, x0),
    );
    context.restore();
    if (cell >= NAMED) names(context, piece, view, colours, [x, y]);
  };

  const imageOf = (matrix, piece, queries, keys) => {
    const { heat } = page.colours();
    if (cell >= 1) return heatImage(matrix, piece, heat, queries, keys);
    const small = maxPooled(matrix, Math.floor(cell * matrix.rows), queries, keys);
    return heatImage(small, { top: 0, left: 0, ...small }, heat);
  };

  const numbers = (context, matrix, piece, [x, y]) => {
    const [dark, light] = page.colours().heatInk;
    const { queries, keys } = store.shown();
    context.font = `${Math.min(13, Math.max(10, cell / 3.1))}px ${page.colours().font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let row = 0; row < piece.rows; row += 1) {
      for (let column = 0; column < piece.columns; column += 1) {
        const [query, key] = [piece.top + row, piece.left + column];
        if (!queries[query] || !keys[key]) continue;
        const weight = matrix.data[query * matrix.columns + key] / matrix.full;
        context.fillStyle = weight > 0.22 ? light : dark;
        const text = weight < 0.005 ? "0" : weight.toFixed(2).replace(/^0/, "");
        context.fillText(text, x + (column + 0.5) * cell, y + (row + 0.5) * cell);
      }
    }
  };

  const marks = (context, colours, rowAt, columnAt) => {
    const { token, side } = store.selection;
    const { queries: rows, keys: columns } = store.part;
    context.strokeStyle = colours.warm;
    context.lineWidth = 2;
    const thick = Math.max(cell, 3);
    if (token !== null && side === "query") {
      context.strokeRect(columnAt(0) + 1, rowAt(token), columns * cell - 2, thick);
    } else if (token !== null) {
      context.strokeRect(columnAt(token), rowAt(0) + 1, thick, rows * cell - 2);
    }
    if (!store.cell) return;
    context.strokeStyle = colours.ink;
    const { query, key } = store.cell;
    context.strokeRect(columnAt(key), rowAt(query), thick, thick);
  };

  const names = (context, piece, { left, top, width, height }, colours, [x, y]) => {
    const { query_tokens: queries, key_tokens: keys } = store.part;
    context.font = `${Math.min(13, Math.max(10, cell - 3))}px ${colours.font}`;
    context.fillStyle = colours.ink;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (let row = 0; row < piece.rows; row += 1) {
      const middle = y + (row + 0.5) * cell;
      if (middle < top || middle > height) continue;
      context.fillText(
        visible(queries[piece.top + row], 14),
        left - 6,
        middle,
        left - 10,
      );
    }
    context.textAlign = "left";
    for (let column = 0; column < piece.columns; column += 1) {
      const middle = x + (column + 0.5) * cell;
      if (middle < left || middle > width) continue;
      context.save();
      context.translate(middle + 2, top - 6);
      context.rotate(-Math.PI / 3.2);
      const word = (keys ?? queries)[piece.left + column];
      context.fillText(visible(word, 14), 0, 0, HEAD + 4);
      context.restore();
    }
  };

  const cellAt = (event) => {
    const box = scroll.getBoundingClientRect();
    const [left, top] = gutters();
    const x = event.clientX - box.left - scroll.clientLeft - left + scroll.scrollLeft;
    const y = event.clientY - box.top - scroll.clientTop - top + scroll.scrollTop;
    const [key, query] = [Math.floor(x / cell), Math.floor(y / cell)];
    const { queries, keys } = store.part;
    return query >= 0 && key >= 0 && query < queries && key < keys
      ? { query, key }
      : null;
  };
  const point = (found) => {
    if (found?.query === store.cell?.query && found?.key === store.cell?.key) return;
    store.cell = found;
    store.hover = found && { side: "query", index: found.query };
    page.hovered();
  };

  const step = (event) => {
    const { queries, keys } = store.part;
    const { token, side } = store.selection;
    const pinned = side === "query" ? token : null;
    const now = store.cell ?? { query: pinned ?? 0, key: 0 };
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (event.shiftKey) return page.walk(event, "query");
    if (sideways) {
      page.used(event);
      const to = now.key + (event.key === "ArrowLeft" ? -1 : 1);
      showCell({ query: now.query, key: Math.max(0, Math.min(keys - 1, to)) });
    } else if (page.walk(event, "query")) {
      const query = store.selection.token;
      if (query !== null && query < queries) showCell({ query, key: now.key });
    }
  };
  const showCell = (found) => {
    store.cell = found;
    store.hover = { side: "query", index: found.query };
    reveal(found.query, found.key);
    page.hovered(true);
  };

  const reveal = (query, key = null) => {
    const [left, top] = gutters();
    const into = (start, now, size) => {
      if (start < now) return start;
      return start + cell > now + size ? start + cell - size : now;
    };
    const high = scroll.clientHeight - top;
    scroll.scrollTop = into(query * cell, scroll.scrollTop, high);
    if (key === null) return;
    const wide = scroll.clientWidth - left;
    scroll.scrollLeft = into(key * cell, scroll.scrollLeft, wide);
  };

  scroll.addEventListener("scroll", () => page.schedule());
  scroll.addEventListener("pointermove", (event) => point(cellAt(event)));
  scroll.addEventListener("pointerleave", () => point(null));
  scroll.addEventListener("click", (event) => {
    const found = cellAt(event);
    if (found) page.pick(found.query, "query");
  });
  scroll.addEventListener("keydown", step);
  return { element, draw, overlay: draw, reveal };
}
