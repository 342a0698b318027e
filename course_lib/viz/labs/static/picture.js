/** A lab's picture and words: elements that stay while what they hold changes. */

const PAUSE = 400; // milliseconds: while a slider is dragged nothing is announced
const FRAMES = 100; // how long to wait for the controls beside this picture

function make(name, parent, className) {
  const element = document.createElement(name);
  element.className = className;
  return parent.appendChild(element);
}

/** Give each slider the name and the value that stand beside it, for those who listen. */
function nameSliders(lab) {
  return [...lab.querySelectorAll(".noUi-handle")].map((handle) => {
    const row = handle.closest(".widget-inline-hbox");
    const name = row.querySelector(".widget-label").textContent;
    const readout = row.querySelector(".widget-readout");
    const say = () => handle.setAttribute("aria-valuetext", readout.textContent);
    handle.setAttribute("aria-label", name);
    readout.setAttribute("aria-label", `${name}, as a number`);
    readout.setAttribute("role", "textbox");
    say();
    const watch = new MutationObserver(say);
    watch.observe(readout, { childList: true, characterData: true, subtree: true });
    return watch;
  });
}

/** Say what a cell of a grid of buttons is, and whether it is pressed. */
function nameToggles(lab) {
  return [...lab.querySelectorAll(".widget-toggle-button")].map((button) => {
    const say = () =>
      button.setAttribute("aria-pressed", button.classList.contains("mod-active"));
    button.setAttribute("aria-label", button.title);
    say();
    const watch = new MutationObserver(say);
    watch.observe(button, { attributeFilter: ["class"] });
    return watch;
  });
}

/** Whether a key belongs to the control that has the focus. */
function isOwn({ key, shiftKey, ctrlKey, metaKey, altKey }) {
  const plain = !(shiftKey || ctrlKey || metaKey || altKey);
  return plain && /^(Arrow.*|Home|End|Page.*|Enter| )$/.test(key);
}

/** Mark keys that belong to a control: Jupyter takes them on their way down. */
function keepKeys(lab, event) {
  if (!lab?.contains(event.target)) return;
  event.target.toggleAttribute("data-lm-suppress-shortcuts", isOwn(event));
}

/** Stop them on their way up: VS Code takes what reaches the window. */
function stopKeys(event) {
  if (isOwn(event)) event.stopPropagation();
}

function render({ model, el }) {
  const hint = make("p", el, "course-lab-hint");
  make("b", hint, "").textContent = "What to look for: ";
  const look = make("span", hint, "");
  const figure = make("figure", el, "course-lab-figure");
  const image = make("img", figure, "course-lab-image");
  const words = make("figcaption", figure, "course-lab-words");
  for (const live of [look, words]) live.setAttribute("aria-live", "polite");

  let timer;
  const say = () => {
    words.textContent = model.get("words");
  };
  const draw = () => {
    image.width = model.get("width");
    image.height = model.get("height");
    image.alt = model.get("title");
    image.src = `data:image/png;base64,${model.get("image")}`;
  };
  const wordsChanged = () => {
    clearTimeout(timer);
    timer = setTimeout(say, PAUSE);
  };
  const hintChanged = () => {
    look.textContent = model.get("look_for");
  };
  const listeners = [
    ["change:image", draw],
    ["change:words", wordsChanged],
    ["change:look_for", hintChanged],
  ];
  for (const [event, listener] of listeners) model.on(event, listener);
  draw();
  say();
  hintChanged();

  let watches = [];
  let left = FRAMES;
  const begin = () => {
    const lab = el.closest(".course-lab");
    lab?.addEventListener("keydown", stopKeys); // once, however often it is added
    lab?.setAttribute("role", "group");
    lab?.setAttribute("aria-label", model.get("title"));
    if (lab?.querySelector(".widget-readout, .widget-toggle-button"))
      watches = [...nameSliders(lab), ...nameToggles(lab)];
    else if ((left -= 1) > 0) requestAnimationFrame(begin);
  };
  requestAnimationFrame(begin);
  const guard = (event) => keepKeys(el.closest(".course-lab"), event);
  window.addEventListener("keydown", guard, true);
  return () => {
    left = 0;
    window.removeEventListener("keydown", guard, true);
    clearTimeout(timer);
    for (const watch of watches) watch.disconnect();
    for (const [event, listener] of listeners) model.off(event, listener);
  };
}

export default { render };
