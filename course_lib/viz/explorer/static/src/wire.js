/** Questions to Python, or to what a saved page holds, and their answers. */

const PATIENCE = 8000;
const PAUSE = 3000;
export const LATE =
  "No answer from Python yet. If another cell is running, the answer will come; " +
  "if the kernel has stopped, run this explorer's cell again.";
export const GONE =
  "Python is gone: the kernel was restarted or has stopped. What is drawn goes on " +
  "working; for everything else run this explorer's cell again.";

/**
 * Ask by number: each answer reaches the one who asked, late ones nobody else.
 * @param {object} model anywidget's, or a saved page's
 * @returns {{ask: Function, close: Function}}
 */
export function createWire(model) {
  const own = Math.random().toString(36).slice(2);
  const waiting = new Map();
  let count = 0;
  const hear = (answer, buffers) => {
    const asker = waiting.get(answer.request);
    if (!asker) return;
    if (answer.of !== undefined) {
      asker.wait();
      asker.progress(answer.done, answer.of);
      return;
    }
    forget(answer.request);
    if (answer.failed) asker.reject(new Error(answer.failed));
    else asker.resolve({ ...answer, buffers: (buffers ?? []).map(bytesOf) });
  };
  model.on("msg:custom", hear);
  const forget = (request) => {
    clearTimeout(waiting.get(request)?.timer);
    waiting.delete(request);
  };
  /** `late` is told when Python is silent, `progress` how far it has come. */
  const ask = (question, late = () => {}, progress = () => {}) =>
    new Promise((resolve, reject) => {
      const request = `${own}/${(count += 1)}`;
      const asker = { resolve, reject, progress };
      asker.wait = () => {
        clearTimeout(asker.timer);
        asker.timer = setTimeout(() => late(LATE), PATIENCE);
      };
      waiting.set(request, asker);
      asker.wait();
      try {
        model.send({ ...question, request });
      } catch {
        forget(request); // a kernel that stopped leaves a line that cannot send
        reject(new Error(GONE));
      }
    });
  const close = () => {
    model.off("msg:custom", hear);
    for (const request of waiting.keys()) forget(request);
  };
  return { ask, close };
}

/** Bytes of a buffer or a view in memory of their own, aligned for every type. */
function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return buffer;
  const { byteOffset, byteLength } = buffer;
  return buffer.buffer.slice(byteOffset, byteOffset + byteLength);
}

/** Integers as Python packed them. */
export function integers(buffer, bits) {
  return bits === 16
    ? { data: new Uint16Array(buffer), full: 65535 }
    : { data: new Uint8Array(buffer), full: 255 };
}

/**
 * Answers kept by what was asked, up to some megabytes; what is missing is asked for,
 * after a failure not before a pause: each redraw would ask again.
 * @param {Function} arrived called with "" and a question's kind when its answer can be
 *     drawn, else with what went wrong
 */
export function createShelf(wire, arrived, megabytes = 96, pause = PAUSE) {
  const kept = new Map();
  const get = (question, unpack) => {
    const key = JSON.stringify(question);
    const found = kept.get(key);
    if (found) {
      kept.delete(key);
      kept.set(key, found); // the newest used stands last
      return found.value;
    }
    const entry = { value: null, size: 0 };
    kept.set(key, entry);
    wire.ask(question, arrived).then(
      (answer) => {
        entry.size = answer.buffers.reduce((sum, b) => sum + b.byteLength, 0);
        entry.value = unpack(answer);
        trim(kept, megabytes * 1e6);
        arrived("", question.kind);
      },
      (error) => {
        setTimeout(() => kept.delete(key), pause);
        arrived(error.message);
      },
    );
    return null;
  };
  return { get };
}

function trim(kept, most) {
  let sum = 0;
  for (const { size } of kept.values()) sum += size;
  for (const [key, { size }] of kept) {
    if (sum <= most) return;
    if (!size) continue;
    kept.delete(key);
    sum -= size;
  }
}

/**
 * A model without Python: traits in memory, answers from the page, unpacked on demand.
 * @param {{traits: object, answers: object}} stored
 */
export function storedModel({ traits, answers }) {
  const listeners = new Map();
  const of = (event) => listeners.get(event) ?? [];
  const tell = (event, ...values) =>
    of(event).forEach((listener) => listener(...values));
  const reply = async (question) => {
    const names = ["kind", "part", "layer", "head"].filter((n) => n in question);
    const [content, texts] = answers[names.map((n) => question[n]).join("/")] ?? [];
    const mark = { request: question.request };
    try {
      if (!content) throw new Error("This page was saved without this part.");
      tell(
        "msg:custom",
        { ...mark, ...content },
        await Promise.all(texts.map(inflated)),
      );
    } catch (error) {
      tell("msg:custom", { ...mark, failed: error.message });
    }
  };
  return {
    get: (name) => traits[name],
    set: (name, value) => {
      traits[name] = value;
      tell(`change:${name}`);
    },
    save_changes: () => {},
    send: reply,
    on: (event, listener) => listeners.set(event, [...of(event), listener]),
    off: (event, gone) =>
      listeners.set(
        event,
        of(event).filter((listener) => listener !== gone),
      ),
  };
}

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream();
  return new Response(
    stream.pipeThrough(new DecompressionStream("deflate")),
  ).arrayBuffer();
}
