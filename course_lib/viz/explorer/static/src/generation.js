/** The generation lab: what may follow, sliders that reshape it, a step at a time. */

import { integers } from "./wire.js";
import { drawn, filtered } from "./numbers.js";
import { bar, folded, make, slider, table, write } from "./page.js";
import { counted, grouped, percent, visible } from "./words.js";

const BARS = 12;
const START = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const LIMITS = {
  temperature: ["Temperature", 0, 2, 0.05, (n) => n.toFixed(2)],
  topK: ["Top-k", 0, 100, 1, (n) => (n ? `${n}` : "off")],
  topP: ["Top-p", 0.05, 1, 0.01, (n) => (n < 1 ? n.toFixed(2) : "off")],
  minP: ["Min-p", 0, 0.5, 0.01, (n) => (n ? n.toFixed(2) : "off")],
};

/** The lab; Python is asked for a new token only. */
export function createGeneration(page) {
  const { store } = page;
  const { element, body } = folded("Generation lab: what comes next", () => {});
  const filters = { ...START };
  let now = null;
  let number = 0;
  const begin = () => ask({ kind: "begin", prompt: prompt.value });
  const prompt = make("input.prompt", {
    type: "text",
    "aria-label": "Prompt",
    placeholder: "Type the beginning of a text",
    onkeydown: (event) => {
      event.stopPropagation();
      if (event.key === "Enter") begin();
    },
  });
  const status = make("p.hint", { role: "status" });
  const text = make("div.strip.written");
  const bars = make("div.result");
  const sliders = Object.entries(LIMITS).map(
    ([name, [label, min, max, step, shown]]) => {
      const at = { min, max, step, value: START[name], shown };
      const made = slider(label, at, (value) => {
        filters[name] = value;
        draw();
      });
      return { name, ...made };
    },
  );
  const reset = () => {
    Object.assign(filters, START);
    for (const { name, set } of sliders) set(START[name]);
    draw();
  };
  const button = (label, act) => make("button.small", { onclick: act }, label);
  const steps = [
    button("Sample", () =>
      step(drawn(filtered(now.logits, filters).kept, Math.random())),
    ),
    button("Take the likeliest", () => step(0)),
  ];
  body.append(
    make("div.row", {}, prompt, button("Start", begin)),
    make("div.row.fields", {}, ...sliders.map((s) => s.element)),
    make("div.row", {}, ...steps, button("Reset sliders", reset)),
    status,
    text,
    bars,
  );

  // A button that goes to sleep loses the focus: presses in between are passed over.
  let busy = false;
  const step = (place) => busy || ask({ kind: "append", id: now.ids[place] });
  const ask = async (question) => {
    const mine = (number += 1);
    busy = true;
    write(status, "Asking the model …");
    try {
      const late = (says) => mine === number && write(status, says);
      const answer = await store.wire.ask(question, late);
      if (mine !== number) return;
      const [logits, ids, attention] = answer.buffers;
      now = {
        ...answer,
        logits: new Float32Array(logits),
        ids: new Int32Array(ids),
        attention: integers(attention, answer.bits),
      };
    } catch (error) {
      if (mine === number) write(status, error.message);
      return;
    } finally {
      if (mine === number) busy = false;
    }
    draw();
  };

  const draw = () => {
    for (const each of steps) each.disabled = !now;
    if (!element.open || !now) return;
    const { kept, before } = filtered(now.logits, filters);
    write(
      status,
      `${grouped(kept.length)} of ${counted(now.logits.length, "token")} can be drawn` +
        (kept.length < now.logits.length
          ? `; together they had ${percent(before)} before the filters.`
          : "."),
    );
    drawBars(kept);
    drawText();
  };

  const drawBars = (kept) => {
    const raw = filtered(now.logits, START).kept;
    const count = Math.min(BARS, now.labels.length, now.ids.length);
    const rows = Array.from({ length: count }, (_, i) => {
      const label = make("bdi", {}, visible(now.labels[i]));
      const take = make("button.word", { onclick: () => step(i) }, label);
      take.setAttribute("aria-label", `Go on with ${visible(now.labels[i])}`);
      const left = i < kept.length ? percent(kept[i]) : "out";
      return [take, bar(raw[i], percent(raw[i]), ".was"), bar(kept[i] ?? 0, left)];
    });
    const heads = ["next token", "as the model says", "after the sliders"];
    const takes = rows.map(([take]) => take);
    const held = [...bars.querySelectorAll("button")].indexOf(document.activeElement);
    bars.replaceChildren(table(`The ${count} likeliest next tokens`, heads, rows));
    takes[held]?.focus();
  };

  const drawText = () => {
    const weights = lastRow();
    const words = now.tokens.map((token, i) => {
      const word = make("span.word", {}, make("bdi", {}, visible(token)));
      word.style.setProperty("--shade", `${Math.round(Math.sqrt(weights[i]) * 100)}%`);
      word.classList.toggle("xp-strong", weights[i] > 0.4);
      word.classList.toggle("xp-new", i >= now.prompt_length);
      if (weights[i] >= 0.05) word.append(make("small.share", {}, percent(weights[i])));
      return word;
    });
    const layer = Math.min(store.selection.layer, now.layers - 1);
    const of =
      store.how() === "head" ? `head ${store.selection.head}` : "mean of heads";
    const says = `Shaded: where the newest token looks (layer ${layer}, ${of})`;
    text.replaceChildren(make("p.hint", {}, says), ...words);
  };

  /** Where the newest token looks: in the chosen head, or on the mean of the layer. */
  const lastRow = () => {
    const length = now.tokens.length;
    const { data, full } = now.attention;
    const layer = Math.min(store.selection.layer, now.layers - 1);
    const head = Math.min(store.selection.head, now.heads - 1);
    const one = store.how() === "head";
    const from = layer * now.heads + (one ? head : 0);
    const row = new Float32Array(length);
    for (let h = from; h < from + (one ? 1 : now.heads); h += 1) {
      for (let i = 0; i < length; i += 1) row[i] += data[h * length + i] / full;
    }
    return one ? row : row.map((value) => value / now.heads);
  };
  return { element, draw };
}
