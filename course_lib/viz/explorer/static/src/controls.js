/** The controls above the picture: views, what is shown, the heads of the layer. */

import { marksOf } from "./frame.js";
import { headOrder } from "./numbers.js";
import { chooser, make, roving, slider, tick, write } from "./page.js";

export const VIEWS = [
  ["head", "Head"],
  ["layers", "All layers"],
  ["matrix", "Matrix"],
  ["query-key", "Query–key"],
  ["tokens", "Token strip"],
];
const COMBINE = [
  ["head", "one head"],
  ["mean", "mean of the layer's heads"],
  ["max", "strongest of the layer's heads"],
  ["rollout", "rollout up to this layer"],
];
const BETWEEN = [
  ["all", "all"],
  ["AA", "A looks at A"],
  ["AB", "A looks at B"],
  ["BA", "B looks at A"],
  ["BB", "B looks at B"],
];
export const FIGURES = {
  number: "number",
  entropy: "entropy, focused first",
  previous: "previous token",
  next: "next token",
  first: "first token",
  same: "same token",
  induction: "induction",
  importance: "importance",
};

/** The tabs that choose a view. */
export function createTabs(page, help) {
  const { store } = page;
  const views = VIEWS.filter(([view]) => (store.about.views ?? [view]).includes(view));
  const tabs = views.map(([view, text]) => {
    const look = () => store.select({ view });
    const id = `${page.id}-tab-${view}`;
    const aria = { role: "tab", "aria-controls": `${page.id}-picture`, id };
    const button = make("button.tab", { ...aria, onclick: look }, text);
    return [view, button];
  });
  const buttons = tabs.map(([, button]) => button);
  const list = make("div.tabs", { role: "tablist", "aria-label": "Views" }, ...buttons);
  const reach = roving(list, { tabs: true });
  const element = make("div.row.top", {}, list, help);
  const draw = () => {
    for (const [view, button] of tabs) {
      const chosen = view === store.selection.view;
      button.setAttribute("aria-selected", chosen);
      if (chosen) reach(button);
    }
  };
  return { element, draw };
}

/** Choosers, filters and the row of heads. */
export function createControls(page) {
  const { store } = page;
  const { about } = store;
  const many = about.parts.map(({ name }) => [name, name]);
  const part = chooser("Attention", many, (name) => {
    const { layers, heads } = about.parts.find((p) => p.name === name);
    const { layer, head } = store.selection;
    store.select({
      part: name,
      layer: Math.min(layer, layers - 1),
      head: Math.min(head, heads - 1),
      token: null,
    });
  });
  const layer = chooser("Layer", [], (value) => store.select({ layer: Number(value) }));
  const combine = chooser("Show", COMBINE, (value) => store.adjust({ combine: value }));
  const sort = chooser("Sort heads by", [], (value) => store.adjust({ sort: value }));
  const between = chooser("Sentences", BETWEEN, (value) =>
    store.adjust({ between: value }),
  );
  const range = { min: 0.005, max: 0.5, step: 0.005, value: 0.02 };
  const shown = (number) => `${(number * 100).toFixed(1)}%`;
  const threshold = slider("Weights from", { ...range, shown }, (value) =>
    store.adjust({ threshold: value }),
  );
  const special = tick("Hide special tokens", (value) =>
    store.adjust({ hide_special: value }),
  );
  const sinks = tick("Hide sinks", (value) => store.adjust({ hide_sinks: value }));
  sinks.element.title = "Keys that get 30% or more on average";
  const chips = createChips(page);
  const fields = [part, layer, combine, sort, between, threshold, special, sinks];
  const row = make("div.row.fields", {}, ...fields.map(({ element }) => element));
  part.element.hidden = many.length < 2;
  let filled = null;

  const refill = () => {
    const { name, layers, figures, square } = store.part;
    const kept = about.kept?.[name] ?? Array.from({ length: layers }, (_, i) => i);
    layer.list.replaceChildren(
      ...kept.map((i) => make("option", { value: i }, `${i}`)),
    );
    const names = Object.keys(FIGURES).filter((f) => f === "number" || figures[f]);
    const options = names.map((f) => make("option", { value: f }, FIGURES[f]));
    sort.list.replaceChildren(...options);
    combine.list.options[3].disabled = !square;
    const both = ["query", "key"];
    between.element.hidden = !both.every((side) =>
      marksOf(store.part, side, "segments"),
    );
    const any = (side) => marksOf(store.part, side, "special")?.some(Boolean);
    special.element.hidden = !both.some(any);
  };

  const draw = () => {
    const { settings, selection } = store;
    const key = `${store.part.name}/${Object.keys(store.part.figures)}`;
    if (filled !== key) refill();
    filled = key;
    part.list.value = selection.part;
    layer.list.value = selection.layer;
    combine.list.value = store.how();
    sort.list.value = settings.sort;
    between.list.value = settings.between;
    special.input.checked = settings.hide_special;
    sinks.input.checked = settings.hide_sinks;
    if (Number(threshold.input.value) !== settings.threshold) {
      threshold.set(settings.threshold);
    }
    chips.draw();
  };
  return { element: make("div.controls", {}, row, chips.element), draw };
}

/** A button for each head of the layer, with its pattern and its figure. */
function createChips(page) {
  const { store } = page;
  const element = make("div.chips", { role: "toolbar" });
  const reach = roving(element);
  let chips = [];
  const chipOf = () => {
    const number = make("b");
    const label = make("small");
    const figure = make("span.unseen");
    const gauge = make("i.gauge");
    const head = make("span.unseen", {}, "head ");
    const button = make("button.chip", {}, head, number, label, figure, gauge);
    button.addEventListener("click", () => {
      store.select({ head: Number(button.dataset.head) });
      if (store.settings.combine !== "head") store.adjust({ combine: "head" });
    });
    return { button, number, label, figure, gauge };
  };
  const draw = () => {
    const { part, selection, settings } = store;
    const { layer } = selection;
    if (chips.length !== part.heads) {
      chips = Array.from({ length: part.heads }, chipOf);
      element.replaceChildren(...chips.map(({ button }) => button));
    }
    element.setAttribute("aria-label", `Heads of layer ${layer}, ${page.ranked()}`);
    const values = part.figures[settings.sort]?.[layer];
    const most = Math.max(1e-9, ...(part.figures[settings.sort]?.flat() ?? [1]));
    const order = headOrder(part.heads, values, settings.sort === "entropy");
    const held = element.contains(document.activeElement);
    order.forEach((head, place) => {
      const { button, number, label, figure, gauge } = chips[place];
      button.dataset.head = head;
      write(number, `${head}`);
      write(label, part.labels[layer]?.[head] ?? "");
      gauge.style.width = values ? `${(values[head] / most) * 100}%` : 0;
      const chosen = head === selection.head && store.how() === "head";
      button.setAttribute("aria-pressed", chosen);
      write(figure, values ? `, ${settings.sort} ${values[head].toFixed(2)}` : "");
      const off = store.off.some(
        ([p, l, h]) => p === part.name && l === layer && h === head,
      );
      button.classList.toggle("xp-off", off);
      if (head !== selection.head) return;
      reach(button);
      if (held && document.activeElement !== button) button.focus();
    });
  };
  return { element, draw };
}
