import { GONE, createShelf, createWire, integers } from "/src/wire.js";
import { equal, test } from "/tests/expect.js";

/** A model that keeps questions until the test answers them. */
function silentModel() {
  const listeners = new Set();
  const asked = [];
  return {
    asked,
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
    send: (question) => asked.push(question),
    answer: (place, content, buffers = []) => {
      const { request } = asked[place];
      for (const hear of listeners) hear({ request, ...content }, buffers);
    },
    listening: () => listeners.size,
  };
}
const soon = () => new Promise((done) => setTimeout(done));

test("answers in the wrong order reach those who asked", async () => {
  const model = silentModel();
  const wire = createWire(model);
  const both = [wire.ask({ kind: "a" }), wire.ask({ kind: "b" })];
  model.answer(1, { name: "second" });
  model.answer(0, { name: "first" });
  equal(
    (await Promise.all(both)).map(({ name }) => name),
    ["first", "second"],
  );
  wire.close();
});

test("another view's answers and second answers change nothing", async () => {
  const model = silentModel();
  const [mine, other] = [createWire(model), createWire(model)];
  const asked = mine.ask({ kind: "a" });
  other.ask({ kind: "a" });
  model.answer(1, { name: "other" });
  model.answer(0, { name: "mine" });
  model.answer(0, { name: "late" });
  equal((await asked).name, "mine");
  mine.close();
  other.close();
  equal(model.listening(), 0);
});

test("progress is told, a failure is thrown", async () => {
  const model = silentModel();
  const wire = createWire(model);
  const steps = [];
  const tell = (done, of) => steps.push([done, of]);
  const asked = wire.ask({ kind: "a" }, undefined, tell);
  model.answer(0, { done: 1, of: 2 });
  model.answer(0, { failed: "no such layer" });
  const said = await asked.catch((error) => error.message);
  equal([steps, said], [[[1, 2]], "no such layer"]);
  wire.close();
});

test("integers are read wherever their bytes lay", async () => {
  const model = silentModel();
  const wire = createWire(model);
  const asked = wire.ask({ kind: "a" });
  const memory = Uint8Array.from([9, 1, 0, 255, 255]);
  model.answer(0, {}, [new DataView(memory.buffer, 1)]);
  const { buffers } = await asked;
  equal(integers(buffers[0], 16).data, [1, 65535]);
  equal(integers(buffers[0], 8).data, [1, 0, 255, 255]);
  wire.close();
});

test("the shelf asks once, keeps what fits, and asks again after a failure", async () => {
  const model = silentModel();
  const wire = createWire(model);
  const told = [];
  const shelf = createShelf(wire, (trouble) => told.push(trouble), 1e-5, 0); // 10 bytes
  const get = (layer) =>
    shelf.get({ layer }, ({ buffers }) => new Uint8Array(buffers[0])[0]);
  equal([get(0), get(0), model.asked.length], [null, null, 1]);
  model.answer(0, {}, [new Uint8Array(8).fill(5).buffer]);
  await soon();
  equal([get(0), model.asked.length], [5, 1]);
  get(1);
  model.answer(1, {}, [new Uint8Array(8).fill(6).buffer]);
  await soon();
  equal([get(1), get(0), model.asked.length], [6, null, 3]); // 0 made room
  model.answer(2, { failed: "gone" });
  await soon();
  await soon();
  get(0);
  equal([model.asked.length, told], [4, ["", "", "gone"]]);
  wire.close();
});

test("a line that cannot send says that Python is gone", async () => {
  const model = silentModel();
  const wire = createWire(model);
  model.send = () => {
    throw new Error("Cannot send");
  };
  equal(await wire.ask({ kind: "a" }).catch((error) => error.message), GONE);
  wire.close();
});
