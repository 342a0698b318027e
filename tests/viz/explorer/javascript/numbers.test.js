import {
  combined,
  drawn,
  filtered,
  floorOf,
  fromHalf,
  headMatrix,
  headOrder,
  largest,
  maxPooled,
  products,
  shownTokens,
  sinkMarks,
  softmax,
  strongestLines,
  weightsOf,
} from "/src/numbers.js";
import { close, equal, test } from "/tests/expect.js";

const matrixOf = (rows, full = 255) => ({
  data: Uint8Array.from(rows.flat()),
  full,
  rows: rows.length,
  columns: rows[0].length,
});
const every = (n) => new Uint8Array(n).fill(1);
const open = (matrix, more = {}) => ({
  threshold: 0,
  queries: every(matrix.rows),
  keys: every(matrix.columns),
  limit: 100,
  ...more,
});
const pairs = ({ from, to }) => Array.from(from, (row, i) => [row, to[i]]);
const FILTERS = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const LOGITS = Float32Array.from([0.5, 0.3, 0.15, 0.05], Math.log);

test("strongest lines come weakest first, all counted", () => {
  const matrix = matrixOf([
    [10, 200],
    [100, 50],
  ]);
  const lines = strongestLines(matrix, open(matrix));
  equal(pairs(lines), [
    [0, 0],
    [1, 1],
    [1, 0],
    [0, 1],
  ]);
  equal(lines.total, 4);
  close(
    lines.weights,
    [10, 50, 100, 200].map((value) => value / 255),
  );
});

test("a limit keeps the strongest and still counts the others", () => {
  const matrix = matrixOf([
    [10, 200],
    [100, 50],
  ]);
  const lines = strongestLines(matrix, open(matrix, { limit: 2 }));
  equal(pairs(lines), [
    [1, 0],
    [0, 1],
  ]);
  equal(lines.total, 4);
});

test("among equal weights the limit holds as well", () => {
  const matrix = matrixOf([
    [7, 7, 7],
    [7, 7, 9],
  ]);
  const lines = strongestLines(matrix, open(matrix, { limit: 3 }));
  equal(lines.from.length, 3);
  equal(pairs(lines)[2], [1, 2]);
  equal(lines.total, 6);
});

test("a weight of 0 is no line; a threshold counts its own value", () => {
  const matrix = matrixOf([
    [0, 51],
    [52, 0],
  ]);
  equal(strongestLines(matrix, open(matrix)).total, 2);
  equal(floorOf(matrix, 0.2), 51);
  equal(strongestLines(matrix, open(matrix, { threshold: 0.2 })).total, 2);
  equal(strongestLines(matrix, open(matrix, { threshold: 0.21 })).total, 0);
});

test("hidden queries and keys have no lines and are not counted", () => {
  const matrix = matrixOf([
    [10, 200],
    [100, 50],
  ]);
  const queries = Uint8Array.from([1, 0]);
  equal(strongestLines(matrix, open(matrix, { queries })).total, 2);
  const keys = Uint8Array.from([0, 1]);
  equal(pairs(strongestLines(matrix, open(matrix, { queries, keys }))), [[0, 1]]);
});

test("strongest lines are those of sorting, on a large matrix of 16 bits", () => {
  const data = Uint16Array.from({ length: 120 * 90 }, (_, i) => (i * 7919) % 65536);
  const matrix = { data, full: 65535, rows: 120, columns: 90 };
  const lines = strongestLines(matrix, open(matrix, { limit: 400 }));
  const best = Array.from(data)
    .sort((a, b) => b - a)
    .slice(0, 400)
    .reverse();
  close(
    lines.weights,
    best.map((value) => value / 65535),
  );
  equal(
    lines.from.every((row, i) => data[row * 90 + lines.to[i]] === best[i]),
    true,
  );
});

test("a head is its part of the layer; mean and max join heads", () => {
  const data = Uint8Array.from([0, 10, 20, 30, 100, 10, 0, 40]);
  const layer = { data, full: 255, heads: 2, rows: 2, columns: 2 };
  equal(headMatrix(layer, 1).data, [100, 10, 0, 40]);
  equal(combined(layer, "mean").data, [50, 10, 10, 35]);
  equal(combined(layer, "max").data, [100, 10, 20, 40]);
});

test("a query's weights are a row, a key's a column", () => {
  const matrix = matrixOf([
    [0, 51, 102],
    [153, 204, 255],
  ]);
  close(weightsOf(matrix, "query", 1), [0.6, 0.8, 1]);
  close(weightsOf(matrix, "key", 1), [0.2, 0.8]);
});

test("the largest come first, equal ones by place, hidden ones not at all", () => {
  equal(largest([3, 9, 9, 1], 3), [1, 2, 0]);
  equal(largest([3, 9, 9, 1], 3, [1, 0, 1, 1]), [2, 0, 3]);
});

test("a sink gets much from most; a single fan is none", () => {
  const sink = matrixOf([
    [250, 0, 0],
    [200, 50, 0],
    [180, 0, 70],
  ]);
  equal(sinkMarks(sink), [1, 0, 0]);
  const row = (i) =>
    Array.from({ length: 8 }, (_, k) => (k === 2 && i === 5 ? 255 : 1));
  equal(sinkMarks(matrixOf(Array.from({ length: 8 }, (_, i) => row(i))))[2], 0);
});

test("in a causal matrix a key counts over the queries that may see it", () => {
  const causal = matrixOf([
    [255, 0, 0],
    [0, 255, 0],
    [0, 255, 0],
  ]);
  equal(sinkMarks(causal), [1, 1, 0]);
});

test("tokens are hidden by sentence, as special and as sinks", () => {
  const base = { segments: null, segment: null, special: null, hideSpecial: false };
  equal(shownTokens(3, base), [1, 1, 1]);
  const segments = [0, 0, 1];
  equal(shownTokens(3, { ...base, segments, segment: 1 }), [0, 0, 1]);
  const special = [1, 0, 0];
  equal(shownTokens(3, { ...base, special }), [1, 1, 1]);
  equal(shownTokens(3, { ...base, special, hideSpecial: true }), [0, 1, 1]);
  equal(shownTokens(3, { ...base, sinks: [0, 1, 0] }), [1, 0, 1]);
});

test("a thumbnail keeps the thinnest diagonal", () => {
  const size = 100;
  const rows = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, k) => (k === i ? 255 : 0)),
  );
  const small = maxPooled(matrixOf(rows), 10);
  const expected = Array.from({ length: 100 }, (_, i) => (i % 11 === 0 ? 255 : 0));
  equal(small.data, expected);
  equal(
    maxPooled(
      matrixOf([
        [1, 2],
        [3, 4],
      ]),
      10,
    ).data,
    [1, 2, 3, 4],
  );
});

test("what is hidden does not show in a smaller matrix", () => {
  const matrix = matrixOf([
    [1, 9],
    [3, 4],
  ]);
  equal(maxPooled(matrix, 1, every(2), Uint8Array.from([1, 0])).data, [3]);
  equal(maxPooled(matrix, 1, Uint8Array.from([1, 0]), every(2)).data, [9]);
});

test("softmax sums to 1, also for scores that exp cannot hold", () => {
  close(softmax([0, 0]), [0.5, 0.5]);
  close(softmax([1000, 999]), [0.7310585786, 0.2689414214]);
  close(softmax([2, 1], 0.5), [0.880797078, 0.119202922]);
});

test("without filters the distribution is the model's", () => {
  const { kept, before } = filtered(LOGITS, FILTERS);
  close(kept, [0.5, 0.3, 0.15, 0.05]);
  close([before], [1]);
});

test("top-k keeps k and shares the rest out", () => {
  const { kept, before } = filtered(LOGITS, { ...FILTERS, topK: 2 });
  close(kept, [0.625, 0.375]);
  close([before], [0.8]);
  equal(filtered(LOGITS, { ...FILTERS, topK: 99 }).kept.length, 4);
});

test("top-p keeps the token that crosses the share", () => {
  equal(filtered(LOGITS, { ...FILTERS, topP: 0.6 }).kept.length, 2);
  equal(filtered(LOGITS, { ...FILTERS, topP: 0.1 }).kept.length, 1);
  // After top-k = 2 the first token alone has 0.625.
  equal(filtered(LOGITS, { ...FILTERS, topK: 2, topP: 0.6 }).kept.length, 1);
});

test("min-p measures against the likeliest", () => {
  equal(filtered(LOGITS, { ...FILTERS, minP: 0.25 }).kept.length, 3);
  equal(filtered(LOGITS, { ...FILTERS, minP: 1 }).kept.length, 1);
});

test("temperature 0 keeps the likeliest, a high one flattens", () => {
  close(filtered(LOGITS, { ...FILTERS, temperature: 0 }).kept, [1]);
  const { kept } = filtered(LOGITS, { ...FILTERS, temperature: 2 });
  equal(kept[0] < 0.5 && kept[3] > 0.05, true);
});

test("drawing takes each token as often as its share", () => {
  equal(
    [0, 0.49, 0.5, 0.79, 0.8, 0.9999].map((u) => drawn([0.5, 0.3, 0.2], u)),
    [0, 0, 1, 1, 2, 2],
  );
  equal(drawn([0.5, 0.4999999], 0.9999999999), 1);
});

test("half precision: signs, fractions, the smallest, infinity, NaN", () => {
  const bits = Uint16Array.from([0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0, 0x7c00]);
  const expected = [1, -2, 0.333251953125, 2 ** -24, 65504, 0];
  close(fromHalf(bits).subarray(0, 6), expected, 1e-12);
  equal(fromHalf(bits)[6] === Infinity && Number.isNaN(fromHalf([0x7e00])[0]), true);
});

test("products take the chosen row of the keys", () => {
  const keys = Float32Array.from([1, 2, 3, 4]);
  equal(products(Float32Array.from([10, -1]), keys, 1, 2), [30, -4]);
});

test("heads are sorted, entropy rising, ties by number", () => {
  equal(headOrder(3, null), [0, 1, 2]);
  equal(headOrder(3, [0.2, 0.9, 0.2], false), [1, 0, 2]);
  equal(headOrder(3, [0.5, 0.1, 0.3], true), [1, 2, 0]);
});
