/** Building blocks of the page. Text goes in as text, never as HTML. */

/**
 * An element with attributes, handlers (on...) and children; strings become text.
 * @param {string} tag "div" or "button.class-name"
 */
export function make(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.map((c) => `xp-${c}`).join(" ");
  if (name === "button") element.type = "button";
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Change text only where it differs: less to lay out, nothing announced twice. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A choice from a list of [value, text]. */
export function chooser(label, options, change) {
  const list = make("select", {
    "aria-label": label,
    onchange: () => change(list.value),
  });
  for (const [value, text] of options) list.append(make("option", { value }, text));
  return { element: make("label.field", {}, make("span", {}, label), list), list };
}

/** A slider with its value beside it. */
export function slider(label, { min, max, step, value, shown }, change) {
  const output = make("output");
  const input = make("input", { type: "range", min, max, step, value });
  const say = () => {
    write(output, shown(Number(input.value)));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    say();
    change(Number(input.value));
  });
  const set = (number) => {
    input.value = number;
    say();
  };
  say();
  const element = make("label.field", {}, make("span", {}, label), input, output);
  return { element, input, set };
}

/** A box to tick. */
export function tick(label, change) {
  const input = make("input", {
    type: "checkbox",
    onchange: () => change(input.checked),
  });
  return { element: make("label.field", {}, input, make("span", {}, label)), input };
}

/**
 * Move the focus among buttons by arrow keys; one of them is reached by Tab.
 * @param {HTMLElement} box holds the buttons.
 * @param {() => number} width how many stand in a row; 0: one row.
 * @param {boolean} tabs the focus chooses; the first comes after the last.
 */
export function roving(box, { width = () => 0, tabs = false } = {}) {
  const buttons = () => [...box.querySelectorAll("button")];
  const reach = (chosen) => {
    for (const button of buttons()) button.tabIndex = button === chosen ? 0 : -1;
  };
  box.addEventListener("focusin", (event) => {
    if (event.target.matches("button")) reach(event.target);
  });
  box.addEventListener("keydown", (event) => {
    const all = buttons();
    const now = all.indexOf(document.activeElement);
    const next = stepped(event, now, all.length, { width: width(), around: tabs });
    if (now < 0 || next === null) return;
    event.preventDefault();
    event.stopPropagation();
    all[next].focus();
    if (tabs) all[next].click();
  });
  return reach;
}

/** Where an arrow key leads from a place among `count`; null for other keys. */
export function stepped(event, now, count, { width = 0, around = false } = {}) {
  if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return null;
  const steps = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -(width || 1),
    ArrowDown: width || 1,
    Home: -count,
    End: count,
  };
  const step = steps[event.key];
  if (step === undefined) return null;
  if (around && Math.abs(step) === 1) return (now + step + count) % count;
  return Math.max(0, Math.min(count - 1, now + step));
}

/** A table: a caption, column heads, rows of cells (text or elements). */
export function table(caption, heads, rows) {
  const cells = (row) => {
    const line = row.map((cell, i) =>
      i ? make("td", {}, cell) : make("th", { scope: "row" }, cell),
    );
    return make("tr", {}, ...line);
  };
  const top = heads.map((head) => make("th", { scope: "col" }, head));
  return make(
    "table.table",
    {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...top)),
    make("tbody", {}, ...rows.map(cells)),
  );
}

/** A bar as long as its share, and the number that it stands for. */
export function bar(share, text, kind = "") {
  const fill = make(`span.fill${kind}`);
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return make("span.bar", {}, make("span.track", {}, fill), make("span.num", {}, text));
}

/** A part of the page that opens; `fill` is called when it does. */
export function folded(title, opened) {
  const body = make("div.body");
  const element = make("details", {}, make("summary", {}, title), body);
  element.addEventListener("toggle", () => element.open && opened());
  return { element, body };
}
