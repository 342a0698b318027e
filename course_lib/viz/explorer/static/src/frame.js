/** What is looked at: one place for it, and everything that follows from it. */

import {
  combined,
  headMatrix,
  shownTokens,
  sinkMarks,
  strongestLines,
  weightsOf,
} from "./numbers.js";
import { GONE, createShelf, integers } from "./wire.js";

export const MOST_LINES = 4000;

/**
 * The state of one explorer on the page.
 * @param {object} model traits that Python shares
 * @param {object} wire
 * @param {() => void} changed called after every change, also of data
 * @param {() => void} reworded called when more exact numbers came, the picture stays
 */
export function createStore(model, wire, changed, reworded) {
  const about = model.get("about");
  let trouble = "";
  const shelf = createShelf(wire, (message, kind) => {
    trouble = message;
    if (kind === "row") reworded();
    else changed();
  });
  const store = {
    about,
    wire,
    shelf,
    hover: null,
    cell: null,
    get selection() {
      return model.get("selection");
    },
    get settings() {
      return model.get("settings");
    },
    get off() {
      return model.get("switched_off");
    },
    get trouble() {
      return trouble;
    },
    get part() {
      const { part } = store.selection;
      return about.parts.find(({ name }) => name === part) ?? about.parts[0];
    },
    select: (changes) => share("selection", { ...store.selection, ...changes }),
    adjust: (changes) => share("settings", { ...store.settings, ...changes }),
    switchOff: (heads) => share("switched_off", heads),
    fail: (message) => {
      trouble = message;
      changed();
    },
  };
  const share = (name, value) => {
    if (name === "selection") store.hover = store.cell = null;
    model.set(name, value);
    store.matrix(); // what is missing is asked for before the frame is drawn
    try {
      model.save_changes();
    } catch {
      store.fail(GONE); // the picture follows all the same
    }
  };
  Object.assign(store, derived(store));
  store.matrix();
  return store;
}

/** Tokens of a side: "query" or "key". */
export function tokensOf(part, side) {
  return side === "key" ? (part.key_tokens ?? part.query_tokens) : part.query_tokens;
}

/** Marks of a side, "segments" or "special"; both sides share them where tokens do. */
export function marksOf(part, side, what) {
  const own = part[`${side}_${what}`];
  return own ?? (part.key_tokens ? null : part[`query_${what}`]);
}

/** What follows from the state; computed once for each change of what it rests on. */
function derived(store) {
  const remembered = {};
  const once = (name, key, compute) => {
    if (remembered[name]?.key !== key) remembered[name] = { key, value: compute() };
    return remembered[name].value;
  };
  const layer = () => layerData(store, "layer");
  const how = () => {
    const wish = store.settings.combine;
    return wish === "rollout" && !store.part.square ? "mean" : wish;
  };
  const nameOf = () => {
    const { part, layer: number, head } = store.selection;
    return [part, number, how() === "head" ? head : how()].join("/");
  };
  const matrix = () => {
    const data = how() === "rollout" ? layerData(store, "rollout") : layer();
    if (!data) return null;
    return once("matrix", nameOf(), () => {
      if (how() === "rollout") return headMatrix(data, 0);
      if (how() === "head") return headMatrix(data, store.selection.head);
      return combined(data, how());
    });
  };
  const shown = () => {
    const seen = matrix();
    if (!seen) return null;
    const { hide_special, hide_sinks, between } = store.settings;
    const key = [nameOf(), hide_special, hide_sinks, between].join("/");
    return once("shown", key, () => shownBy(store, seen));
  };
  const lines = () => {
    const masks = shown();
    if (!masks) return null;
    const { threshold } = store.settings;
    if (remembered.lines?.masks !== masks) remembered.lines = null;
    const found = once("lines", threshold, () =>
      strongestLines(matrix(), { threshold, ...masks, limit: MOST_LINES }),
    );
    remembered.lines.masks = masks;
    return found;
  };
  const focus = () => {
    const { token, side } = store.selection;
    return store.hover ?? (token === null ? null : { side, index: token });
  };
  const gazeOf = (target) =>
    target && matrix() && weightsOf(matrix(), target.side, target.index);
  return { layer, matrix, shown, lines, focus, how, gazeOf };
}

function layerData(store, kind) {
  const { rows, columns } = { rows: store.part.queries, columns: store.part.keys };
  const question = { kind, part: store.part.name, layer: store.selection.layer };
  return store.shelf.get(question, ({ bits, buffers }) => ({
    ...integers(buffers[0], bits),
    heads: kind === "layer" ? store.part.heads : 1,
    rows,
    columns,
  }));
}

function shownBy(store, matrix) {
  const { part, settings } = store;
  const sinks = settings.hide_sinks ? sinkMarks(matrix) : null;
  const side = (name, letter, length) =>
    shownTokens(length, {
      segments: marksOf(part, name, "segments"),
      segment: settings.between === "all" ? null : "AB".indexOf(letter),
      special: marksOf(part, name, "special"),
      hideSpecial: settings.hide_special,
      sinks: name === "key" ? sinks : null,
    });
  return {
    queries: side("query", settings.between[0], part.queries),
    keys: side("key", settings.between[1], part.keys),
    sinks,
  };
}
