/** All layers by heads: a small picture of each, to find the one worth a look. */

import { make, roving } from "./page.js";
import { heatImage } from "./paint.js";
import { headOrder } from "./numbers.js";

const LARGEST = 116; // four rows of them fit a projector
const NAMED = 8; // heads in a row that leave room for their pattern's name

/** The view of all heads. */
export function createThumbnails(page) {
  const { store } = page;
  const grid = make("div.wall", { role: "group" });
  // It takes the focus while its pictures are on their way.
  const element = make("div.pane.scrolls", {}, grid);
  grid.tabIndex = -1;
  let heads = 0;
  let cells = [];
  let builtFor = null;
  const reach = roving(grid, { width: () => heads });

  const small = () =>
    store.shelf.get({ kind: "thumbnails", part: store.part.name }, (answer) => ({
      data: new Uint8Array(answer.buffers[0]),
      full: 255,
      rows: answer.rows,
      columns: answer.columns,
    }));

  const build = (all, key) => {
    builtFor = { all, key };
    const { part, settings } = store;
    heads = part.heads;
    const values = part.figures[settings.sort]?.flat();
    const rising = settings.sort === "entropy";
    const order = headOrder(part.layers * heads, values, rising);
    cells = order.map((number) =>
      cellOf(all, Math.floor(number / heads), number % heads),
    );
    const { ranked } = page;
    const size = `minmax(30px, ${LARGEST}px)`;
    grid.style.gridTemplateColumns = `2.2em repeat(${heads}, ${size})`;
    const children = [];
    cells.forEach(({ button }, i) => {
      if (i % heads === 0) children.push(rowHead(i / heads, Boolean(values)));
      children.push(button);
    });
    grid.replaceChildren(...children);
    grid.setAttribute("aria-label", `All heads, ${ranked()}`);
  };

  const rowHead = (row, sorted) =>
    make(
      "span.axis",
      { "aria-hidden": "true" },
      sorted ? `${row * heads + 1}.` : `${row}`,
    );

  const cellOf = (all, layer, head) => {
    const canvas = make("canvas", { "aria-hidden": "true" });
    canvas.width = all.columns;
    canvas.height = all.rows;
    const top = (layer * heads + head) * all.rows;
    const piece = { top, left: 0, rows: all.rows, columns: all.columns };
    canvas
      .getContext("2d")
      .putImageData(heatImage(all, piece, page.colours().heat), 0, 0);
    const open = () => store.select({ layer, head, view: "head" });
    const name = page.headName(layer, head);
    const label = heads > NAMED ? "" : (store.part.labels[layer]?.[head] ?? "");
    const button = make(
      "button.thumb",
      {
        "aria-label": `${layer}.${head}: ${name}`,
        title: name,
        onclick: () => store.select({ layer, head }),
        ondblclick: open,
        onkeydown: (event) => {
          if (event.key !== "Enter") return;
          page.used(event);
          open();
        },
      },
      canvas,
      make("span.tag", {}, `${layer}.${head} ${label}`.trim()),
    );
    return { button, layer, head };
  };

  const draw = () => {
    const all = small();
    if (!all) return;
    const key = [store.part.name, store.settings.sort, page.theme()].join("/");
    const held = grid.contains(document.activeElement);
    const anew = builtFor?.all !== all || builtFor.key !== key;
    if (anew) build(all, key);
    const { layer, head } = store.selection;
    for (const { button, layer: l, head: h } of cells) {
      const chosen = l === layer && h === head;
      button.setAttribute("aria-pressed", chosen);
      if (!chosen) continue;
      if (held && !anew) continue; // a late redraw must not pull the focus back
      reach(button);
      if (held) button.focus();
    }
  };
  return { element, draw, overlay: () => {}, reveal: () => {} };
}
