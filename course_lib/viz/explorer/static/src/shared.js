/** What all views share: state, colours, names, ways to point and to walk. */

import { FIGURES } from "./controls.js";
import { createStore, marksOf, tokensOf } from "./frame.js";
import { headMatrix, weightsOf } from "./numbers.js";
import { stepped } from "./page.js";
import { coloursOf, themeOf } from "./paint.js";

/** The object that is handed to every view and panel. */
export function createPage(model, root, wire) {
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
  const store = createStore(model, wire, page.schedule, () => page.reword());
  page.store = store;
  page.fail = store.fail;
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
