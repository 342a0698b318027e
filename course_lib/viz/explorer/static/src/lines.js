/** The head view: queries on the left, keys on the right, a line for each weight. */

import { tokensOf } from "./frame.js";
import { make, write } from "./page.js";
import { sized, strongLines, thinLines } from "./paint.js";
import { percent, visible } from "./words.js";

const ROW = 22;
const TALLEST = 440;
const TOP = 4;

/**
 * A list of tokens of which only those in sight are in the page.
 * @param {object} page what all views share
 * @param {string} side "query" or "key"
 */
function tokenColumn(page, side) {
  const names = { query: "Queries: tokens that look", key: "Keys: looked at" };
  const box = make(`div.column`, {
    role: "listbox",
    tabindex: 0,
    "aria-label": names[side],
    "data-side": side,
  });
  const rows = [];
  const row = (i) => {
    if (rows[i]) return rows[i];
    const name = make("span.name");
    const share = make("span.share");
    const element = make("div.token", { role: "option" }, name, share);
    element.append(make("i.gauge"));
    box.append(element);
    rows[i] = { element, name, share, gauge: element.lastChild };
    return rows[i];
  };
  const draw = ({ top, height, length, tokens, shown, segments, special }) => {
    const first = Math.max(0, Math.floor(top / ROW) - 1);
    const count = Math.min(length - first, Math.ceil(height / ROW) + 2);
    for (let i = 0; i < Math.max(count, rows.length); i += 1) {
      const { element, name } = row(i);
      element.hidden = i >= count;
      if (element.hidden) continue;
      const index = first + i;
      element.id = `${page.id}-${side}-${index}`;
      element.dataset.index = index;
      element.setAttribute("aria-posinset", index + 1);
      element.setAttribute("aria-setsize", length);
      element.style.transform = `translateY(${index * ROW - top}px)`;
      element.classList.toggle("xp-hidden", !shown[index]);
      element.classList.toggle("xp-special", Boolean(special?.[index]));
      element.dataset.segment = segments ? ("AB"[segments[index]] ?? "") : "";
      write(name, visible(tokens[index]));
    }
  };
  const mark = ({ pinned, focus, weights, shown, least }) => {
    for (const { element, share, gauge } of rows) {
      const index = Number(element.dataset.index);
      const chosen = pinned === index;
      const weight = weights && shown[index] ? weights[index] : 0;
      element.setAttribute("aria-selected", chosen);
      element.classList.toggle("xp-focus", focus === index);
      write(share, weights && weight >= least ? percent(weight) : "");
      gauge.style.width = `${weight * 100}%`;
      gauge.hidden = weight < least;
    }
    if (pinned === null) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", `${page.id}-${side}-${pinned}`);
  };
  return { box, draw, mark };
}

/** The head view. */
export function createLines(page) {
  const { store } = page;
  const left = tokenColumn(page, "query");
  const right = tokenColumn(page, "key");
  const all = make("canvas");
  const few = make("canvas");
  const middle = make("div.middle", { "aria-hidden": "true" }, all, few);
  const stage = make("div.stage", {}, left.box, middle, right.box);
  const room = make("div.room", {}, stage);
  const element = make("div.scroll", {}, room);
  let top = 0;
  let height = TALLEST;
  const place = (index) => (index + 0.5) * ROW + TOP - top;

  const draw = () => {
    const { part } = store;
    const longest = Math.max(part.queries, part.keys);
    height = Math.min(TALLEST, longest * ROW + 8);
    room.style.height = `${longest * ROW + 8}px`;
    element.style.height = stage.style.height = `${height}px`;
    top = element.scrollTop;
    for (const [column, side] of [
      [left, "query"],
      [right, "key"],
    ]) {
      column.draw({ top, height, ...page.side(side) });
    }
    const lines = store.lines();
    const width = middle.clientWidth;
    const context = sized(all, width, height);
    sized(few, width, height);
    if (!lines) return;
    const places = { width, height, yFrom: place, yTo: place };
    thinLines(context, lines, places, page.colours().accent);
    overlay();
  };

  const overlay = () => {
    const focus = store.focus();
    const weights = store.gazeOf(focus);
    const { token, side } = store.selection;
    for (const [column, name] of [
      [left, "query"],
      [right, "key"],
    ]) {
      column.mark({
        pinned: side === name ? token : null,
        focus: focus?.side === name ? focus.index : null,
        weights: focus && focus.side !== name ? weights : null,
        shown: page.side(name).shown,
        least: store.settings.threshold,
      });
    }
    all.style.opacity = focus ? 0.14 : 1;
    const context = sized(few, middle.clientWidth, height);
    if (weights) drawGaze(context, focus, weights);
  };

  const drawGaze = (context, focus, weights) => {
    const other = focus.side === "query" ? "key" : "query";
    const { shown } = page.side(other);
    if (!page.side(focus.side).shown[focus.index]) return;
    const width = middle.clientWidth;
    const ends = [];
    weights.forEach((weight, index) => {
      if (!shown[index] || weight < store.settings.threshold) return;
      const [from, to] = other === "key" ? [focus.index, index] : [index, focus.index];
      ends.push([0, place(from), width, place(to), weight]);
    });
    const { accent, warm } = page.colours();
    strongLines(context, ends, focus.side === "query" ? accent : warm);
  };

  const reveal = (index) => {
    const start = index * ROW;
    if (start < element.scrollTop) element.scrollTop = start;
    const end = start + ROW - height + 8;
    if (end > element.scrollTop) element.scrollTop = end;
  };

  element.addEventListener("scroll", () => page.schedule());
  page.pointAtTokens(stage);
  for (const { box } of [left, right]) {
    box.addEventListener("keydown", (event) => {
      const { side } = box.dataset;
      if (/^Arrow(Left|Right)$/.test(event.key) && !event.shiftKey) {
        page.used(event);
        const to = event.key === "ArrowLeft" ? left.box : right.box;
        if (to !== box) page.crossOver(to.dataset.side);
        to.focus();
        return;
      }
      page.walk(event, side);
    });
  }
  return { element, draw, overlay, reveal };
}
