/** The explorer: one picture of attention, its controls, what it says in words. */

import { createControls, createTabs } from "./controls.js";
import { createEffect, createLens } from "./effect.js";
import { createGeneration } from "./generation.js";
import { createLines } from "./lines.js";
import { createMatrix } from "./matrix.js";
import { make, table } from "./page.js";
import { createQueryKey } from "./query_key.js";
import { createReadout } from "./readout.js";
import { createPage } from "./shared.js";
import { createStrip } from "./strip.js";
import { createThumbnails } from "./thumbnails.js";
import { createWire, storedModel } from "./wire.js";

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
  ["← →", "queries or keys (head view); another key (matrix, query–key)"],
  ["Shift + ↑ ↓", "another layer"],
  ["Shift + ← →", "another head"],
  ["Enter", "open the head view (all layers)"],
  ["Esc", "choose no token"],
  ["1 to 5", "another view; on the tabs also ← → Home End"],
  ["?", "this help"],
];

/** A button that saves the view as Python draws it, a picture that scales. */
function createSave(page) {
  const { store } = page;
  const save = async () => {
    const { selection, settings, off: heads } = store;
    try {
      const question = { kind: "picture", selection, settings, heads };
      const { buffers } = await store.wire.ask(question, page.fail);
      page.fail("");
      const type = "image/svg+xml";
      const href = URL.createObjectURL(new Blob([buffers[0]], { type }));
      make("a", { href, download: "attention.svg" }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    } catch (error) {
      page.fail(error.message);
    }
  };
  const button = make("button.small", { onclick: save }, "Save picture");
  button.hidden = !store.about.live;
  return button;
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
  const tabs = createTabs(page, make("div.row", {}, createSave(page), button));
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
    const next =
      picture.querySelector("[tabindex='0']") ?? picture.querySelector("[tabindex]");
    (next ?? root.querySelector("[role=tab]")).focus({ preventScroll: true });
  };
  page.overlay = () => {
    view().overlay();
    readout.point();
  };
  page.speak = readout.speak;
  page.reword = readout.draw;
  page.reveal = (index) => view().reveal(index);
  const notes = store.about.notes.map((note) => make("p.note", {}, note));
  const more = panels.map(({ element }) => element);
  const blocks = [tabs.element, panel, ...notes, controls.element, picture];
  root.append(...blocks, readout.element, readout.table, ...more);
}

/** Whether a key is the explorer's: Notebook 7 takes keys on their way down. */
function isOwn({ target, key, shiftKey, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return false;
  if (target.matches("input, select")) return true;
  if (key === "Enter") return !shiftKey;
  return /^(Arrow.*|Home|End|Escape|[ ?1-5])$/.test(key);
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
  const guard = (event) => {
    const { target } = event;
    if (!root.contains(target)) return;
    // On the target itself: Notebook's shortcuts fit whatever has the focus.
    target.toggleAttribute("data-lm-suppress-shortcuts", isOwn(event));
  };
  window.addEventListener("keydown", guard, true);
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
    window.removeEventListener("keydown", guard, true);
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
