/** The explorer: one picture of attention, its controls, what it says in words. */

import { createControls, createTabs, FIGURES } from "./controls.js";
import { createEffect, createLens } from "./effect.js";
import { createStore, marksOf, tokensOf } from "./frame.js";
import { createGeneration } from "./generation.js";
import { createLines } from "./lines.js";
import { createMatrix } from "./matrix.js";
import { headMatrix, largest, weightsOf } from "./numbers.js";
import { bar, folded, make, stepped, table, write } from "./page.js";
import { coloursOf, themeOf } from "./paint.js";
import { createQueryKey } from "./query_key.js";
import { createStrip } from "./strip.js";
import { createThumbnails } from "./thumbnails.js";
import { createWire, storedModel } from "./wire.js";
import { counted, exact, gaze, grouped, percent, placed, visible } from "./words.js";

const MAKERS = {
  head: createLines,
  layers: createThumbnails,
  matrix: createMatrix,
  "query-key": createQueryKey,
  tokens: createStrip,
};
const TRAITS = ["selection", "settings", "switched_off", "about"];
const HELP = [
  ["Tab", "from control to control"],
  ["↑ ↓ Home End", "another token, in the picture"],
  ["← →", "queries or keys (head view); another key (matrix)"],
  ["Shift + ↑ ↓", "another layer"],
  ["Shift + ← →", "another head"],
  ["Enter", "open the head view (all layers)"],
  ["Esc", "choose no token"],
  ["1 to 5", "another view"],
  ["?", "this help"],
];

/** What all views share: the state, the colours, the ways to point and to walk. */
function createPage(model, root, wire) {
  let frame = 0;
  let theme = themeOf(document);
  let colours = null;
  const page = { id: `xp${Math.random().toString(36).slice(2, 8)}`, lookedAt: null };
  page.schedule = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (root.isConnected) page.draw();
    });
  };
  const store = createStore(model, wire, page.schedule);
  page.store = store;
  page.close = () => cancelAnimationFrame(frame);
  page.theme = () => theme;
  page.colours = () => (colours ??= coloursOf(root));
  page.dress = () => {
    theme = themeOf(document);
    root.dataset.theme = theme;
    colours = null;
    page.schedule();
  };
  page.side = (side) => {
    const tokens = tokensOf(store.part, side);
    const masks = store.shown();
    const shown = masks?.[side === "key" ? "keys" : "queries"];
    return {
      tokens,
      length: tokens.length,
      shown: shown ?? new Uint8Array(tokens.length).fill(1),
      segments: marksOf(store.part, side, "segments"),
      special: marksOf(store.part, side, "special"),
    };
  };
  return Object.assign(page, wordsOf(store), waysOf(page, root));
}

/** How heads and pictures are called. */
function wordsOf(store) {
  const headName = (layer, head) => {
    const { labels, figures } = store.part;
    const label = labels[layer]?.[head];
    const { sort } = store.settings;
    const figure = figures[sort]?.[layer]?.[head];
    const said = [`layer ${layer}, head ${head}`, label];
    if (figure !== undefined) said.push(`${sort} ${figure.toFixed(2)}`);
    return said.filter(Boolean).join(", ");
  };
  const ranked = () => `by ${FIGURES[store.settings.sort]}`;
  const title = () => {
    const { layer, head } = store.selection;
    const how = {
      head: headName(layer, head),
      mean: `layer ${layer}, mean of its heads`,
      max: `layer ${layer}, strongest of its heads`,
      rollout: `rollout up to layer ${layer}`,
    }[store.how()];
    return `${store.part.name} attention, ${how}`;
  };
  const headWeights = (token) =>
    weightsOf(headMatrix(store.layer(), store.selection.head), "query", token);
  return { headName, ranked, title, headWeights };
}

/** Pointing with the mouse, walking with the keys. */
function waysOf(page, root) {
  const { store } = page;
  const used = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  const pick = (token, side) => {
    const { selection } = store;
    const again = selection.token === token && selection.side === side;
    store.select({ token: again ? null : token, side });
  };
  const hovered = (spoken = false) => {
    page.overlay();
    if (spoken) page.speak();
  };
  const found = (event) => {
    const token = event.target.closest?.("[data-index]");
    const side = token?.closest("[data-side]")?.dataset.side;
    return side ? { index: Number(token.dataset.index), side } : null;
  };
  const pointAtTokens = (box) => {
    box.addEventListener("pointermove", (event) => {
      const target = found(event);
      const { hover } = store;
      if (hover?.index === target?.index && hover?.side === target?.side) return;
      store.hover = target;
      hovered();
    });
    box.addEventListener("pointerleave", () => {
      store.hover = null;
      hovered();
    });
    box.addEventListener("click", (event) => {
      const target = found(event);
      if (target) pick(target.index, target.side);
    });
  };
  const crossOver = (side) => {
    const { length } = page.side(side);
    const { token } = store.selection;
    store.select({ side, token: token === null ? null : Math.min(token, length - 1) });
  };
  const walk = (event, side) => {
    const { token, side: now } = store.selection;
    const { length } = page.side(side);
    const start = token === null || now !== side ? -1 : token;
    const next = stepped(event, start, length);
    if (next === null) return false;
    used(event);
    store.select({ token: next, side });
    page.reveal(next);
    return true;
  };
  const keys = (event) => shortcut(page, root, event) && used(event);
  return { used, pick, hovered, pointAtTokens, crossOver, walk, keys };
}

/** Keys that work everywhere in the explorer; true where one was used. */
function shortcut(page, root, event) {
  const { store } = page;
  const { target, key } = event;
  const typing = target.matches("input:not([type=checkbox]), select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (typing) {
    if (/^(Arrow|Home|End|Page| |.$)/.test(key)) event.stopPropagation();
    return false;
  }
  if (key === "?") page.help();
  else if (/^[1-5]$/.test(key)) root.querySelectorAll("[role=tab]")[key - 1]?.click();
  else if (key === "Escape") store.select({ token: null });
  else if (event.shiftKey && key.startsWith("Arrow")) {
    const { layer, head } = store.selection;
    const { name, layers, heads } = store.part;
    const kept =
      store.about.kept?.[name] ?? Array.from({ length: layers }, (_, i) => i);
    const place = kept.indexOf(layer) + { ArrowUp: -1, ArrowDown: 1 }[key];
    const aside = head + { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (kept[place] !== undefined) store.select({ layer: kept[place] });
    if (aside >= 0 && aside < heads) store.select({ head: aside });
  } else {
    // A button's own keys must not reach the notebook.
    if (/^(Enter| )$/.test(key) && target.closest("button, summary, input")) {
      event.stopPropagation();
    }
    return false;
  }
  return true;
}

/** What the picture says in words, what it leaves out, the table of numbers. */
function createReadout(page) {
  const { store } = page;
  const said = make("p.said", { id: `${page.id}-said`, role: "status" });
  const pointed = make("p.pointed", { "aria-hidden": "true" });
  const counts = make("p.counts.hint");
  const trouble = make("p.trouble", { role: "alert" });
  const strongest = folded("Strongest weights, as a table", () => draw());
  const words = make("div.words", {}, said, pointed);
  const element = make("div", {}, words, counts, trouble);

  /** The exact weights of a query's row where eight bits travelled, or null. */
  const exactRow = (focus) => {
    const { part, layer, head } = store.selection;
    const wanted = focus?.side === "query" && store.how() === "head";
    if (!wanted || !store.about.live || store.layer()?.full !== 255) return null;
    const question = { kind: "row", part, layer, head, token: focus.index };
    return store.shelf.get(question, ({ buffers }) => new Float32Array(buffers[0]));
  };
  const looks = (focus, count) => {
    const other = focus.side === "query" ? "key" : "query";
    const { tokens, shown } = page.side(other);
    const rough = store.gazeOf(focus);
    const precise = exactRow(focus);
    const weights = precise ?? rough;
    const places = largest(weights, count, shown).filter((i) => weights[i] >= 0.005);
    const isRough = !precise && store.matrix().full === 255;
    return places.map((i) => ({
      i,
      name: placed(tokens, i),
      weight: weights[i],
      isRough,
    }));
  };
  const sentence = (focus) => {
    const token = placed(page.side(focus.side).tokens, focus.index);
    const { shown } = page.side(focus.side);
    if (!shown[focus.index]) return `${token} is hidden by the filters above.`;
    const least = store.settings.threshold;
    const others = looks(focus, 3).filter(({ weight }) => weight >= least);
    const said_ = others.map(({ name, weight }) => [name, weight]);
    return gaze(token, said_, focus.side);
  };
  const cellSentence = ({ query, key }) => {
    const row = exactRow({ side: "query", index: query });
    const { data, full, columns } = store.matrix();
    const weight = row ? row[key] : data[query * columns + key] / full;
    const names = [placed(page.side("query").tokens, query)];
    names.push(placed(page.side("key").tokens, key));
    return `${names.join(" → ")}: ${exact(weight, !row && full === 255)}`;
  };

  const speak = () => {
    const { token, side } = store.selection;
    if (!store.matrix()) return;
    if (store.cell) write(said, cellSentence(store.cell));
    else if (token !== null) write(said, sentence({ side, index: token }));
    else write(said, `${page.title()}. Choose a token to see where it looks.`);
  };
  const point = () => {
    const { hover, cell } = store;
    if (!store.matrix() || (!hover && !cell)) write(pointed, "");
    else write(pointed, cell ? cellSentence(cell) : sentence(hover));
  };
  const left = () => {
    const masks = store.shown();
    const lines = store.lines();
    if (!lines) return "Reading the layer …";
    const inView = store.selection.view === "head";
    const drawnCount = grouped(lines.from.length);
    const parts = [
      inView
        ? `${drawnCount} of ${counted(lines.total, "line")} drawn`
        : `${counted(lines.total, "weight")} above the threshold`,
    ];
    const hidden = (mask) => mask.length - mask.reduce((a, b) => a + b, 0);
    const [queries, keys] = [hidden(masks.queries), hidden(masks.keys)];
    if (queries) parts.push(`${counted(queries, "query token")} hidden`);
    if (keys) parts.push(`${counted(keys, "key token")} hidden${weightHidden(masks)}`);
    return `${parts.join("; ")}.`;
  };
  const weightHidden = ({ keys }) => {
    const { token, side } = store.selection;
    if (token === null || side === "key") return "";
    const weights = store.gazeOf({ side, index: token });
    const gone = weights.reduce((sum, w, i) => sum + (keys[i] ? 0 : w), 0);
    return `, with ${percent(gone)} of this token's weight`;
  };

  const draw = () => {
    write(trouble, store.trouble);
    write(counts, left());
    speak();
    point();
    if (strongest.element.open && store.matrix()) fill();
  };
  const fill = () => {
    const { token, side } = store.selection;
    const focus = token === null ? null : { side, index: token };
    const rows = focus ? looks(focus, 12).map((w) => ofOne(focus, w)) : ofAll();
    const heads = ["query", "key", "weight", "as a bar"];
    const what = focus
      ? `Strongest weights of ${placed(page.side(side).tokens, token)}`
      : "Strongest weights of the whole picture";
    strongest.body.replaceChildren(table(`${what}; ${page.title()}`, heads, rows));
  };
  const line = (query, key, weight, isRough) => [
    make("bdi", {}, query),
    make("bdi", {}, key),
    exact(weight, isRough),
    bar(weight, percent(weight)),
  ];
  const ofOne = ({ side, index }, { name, weight, isRough }) => {
    const own = placed(page.side(side).tokens, index);
    return side === "query"
      ? line(own, name, weight, isRough)
      : line(name, own, weight, isRough);
  };
  const ofAll = () => {
    const { from, to, weights } = store.lines();
    const isRough = store.matrix().full === 255;
    const last = Array.from({ length: Math.min(12, from.length) }, (_, i) => i + 1);
    return last.map((i) => {
      const place = from.length - i;
      const query = placed(page.side("query").tokens, from[place]);
      const key = placed(page.side("key").tokens, to[place]);
      return line(query, key, weights[place], isRough);
    });
  };
  return { element, table: strongest.element, draw, speak, point };
}

function createHelp(page) {
  const rows = HELP.map(([keys, what]) => [make("kbd", {}, keys), what]);
  const words = make(
    "p.hint",
    {},
    "Point at a token to see where it looks; click to keep it. A line's width and a " +
      "cell's shade stand for the weight; what is hidden is left out, not shared out " +
      "among the rest. Shades grow with the square root of the weight.",
  );
  const panel = make("div.help", { role: "region", "aria-label": "Help" });
  panel.append(words, table("Keys", ["key", "does"], rows));
  panel.hidden = true;
  const button = make("button.small.ask", {
    "aria-label": "Help and keys",
    "aria-expanded": "false",
    onclick: () => page.help(),
  });
  button.append("?");
  page.help = () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", !panel.hidden);
  };
  return { panel, button };
}

/** Panels that need the model; none in a saved page. */
function createPanels(page) {
  const { can } = page.store.about;
  return [
    can.includes("ablate") && createEffect(page),
    can.includes("lens") && createLens(page),
    can.includes("generate") && createGeneration(page),
  ].filter(Boolean);
}

function assemble(page, root) {
  const { store } = page;
  const { panel, button } = createHelp(page);
  const tabs = createTabs(page, button);
  const controls = createControls(page);
  const readout = createReadout(page);
  const panels = createPanels(page);
  const picture = make("div.picture", { id: `${page.id}-picture`, role: "tabpanel" });
  const views = {};
  let shown = null;
  const view = () => {
    const name = store.selection.view;
    views[name] ??= MAKERS[name](page);
    if (shown !== name) picture.replaceChildren(views[name].element);
    shown = name;
    return views[name];
  };
  page.draw = () => {
    const held = picture.contains(document.activeElement);
    const now = view();
    tabs.draw();
    controls.draw();
    const tab = `${page.id}-tab-${store.selection.view}`;
    picture.setAttribute("aria-labelledby", tab);
    now.draw();
    readout.draw();
    for (const each of panels) each.draw();
    // A view that goes hands the focus on to the one that comes.
    if (!held || picture.contains(document.activeElement)) return;
    const next = picture.querySelector("[tabindex='0']") ?? root.querySelector("[role=tab]");
    next.focus({ preventScroll: true });
  };
  page.overlay = () => {
    view().overlay();
    readout.point();
  };
  page.speak = readout.speak;
  page.reveal = (index) => view().reveal(index);
  const notes = store.about.notes.map((note) => make("p.note", {}, note));
  const more = panels.map(({ element }) => element);
  const blocks = [tabs.element, panel, ...notes, controls.element, picture];
  root.append(...blocks, readout.element, readout.table, ...more);
}

/** anywidget's entry: draw the model into an element; returns what cleans up. */
function render({ model, el }) {
  const root = make("div.root", { role: "region", "aria-label": "Attention explorer" });
  el.append(root);
  const wire = createWire(model);
  const page = createPage(model, root, wire);
  page.dress();
  assemble(page, root);
  root.addEventListener("keydown", page.keys);
  for (const trait of TRAITS) model.on(`change:${trait}`, page.schedule);
  const size = new ResizeObserver(page.schedule);
  size.observe(root);
  const theme = new MutationObserver(page.dress);
  theme.observe(document.body, { attributes: true });
  theme.observe(document.documentElement, { attributes: true });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", page.dress);
  page.schedule();
  return () => {
    for (const trait of TRAITS) model.off(`change:${trait}`, page.schedule);
    size.disconnect();
    theme.disconnect();
    dark.removeEventListener("change", page.dress);
    page.close();
    wire.close();
    root.remove();
  };
}

/** A saved page's entry: the data lies in the page. */
export function openPage(document) {
  const stored = JSON.parse(document.getElementById("data").textContent);
  render({ model: storedModel(stored), el: document.getElementById("explorer") });
}

export default { render };
