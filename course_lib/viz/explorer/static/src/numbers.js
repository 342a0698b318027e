/**
 * What the explorer computes. Pure functions: no page, no state.
 *
 * A layer is {data, full, heads, rows, columns}: unsigned integers, `full` stands for
 * 1. A matrix is the same without heads.
 */

/** One head of a layer as a matrix; shares the layer's memory. */
export function headMatrix(layer, head) {
  const { full, rows, columns } = layer;
  const size = rows * columns;
  const data = layer.data.subarray(head * size, (head + 1) * size);
  return { data, full, rows, columns };
}

/** All heads of a layer as one matrix: their "mean" or their "max". */
export function combined(layer, how) {
  const { full, heads, rows, columns } = layer;
  const size = rows * columns;
  const sums = new Float32Array(size);
  for (let head = 0; head < heads; head += 1) {
    const start = head * size;
    for (let i = 0; i < size; i += 1) {
      const value = layer.data[start + i];
      if (how === "mean") sums[i] += value / heads;
      else if (value > sums[i]) sums[i] = value;
    }
  }
  const data = new layer.data.constructor(size);
  for (let i = 0; i < size; i += 1) data[i] = Math.round(sums[i]);
  return { data, full, rows, columns };
}

/** The smallest integer that counts as at least `threshold`; 0 never counts. */
export function floorOf(matrix, threshold) {
  return Math.max(1, Math.ceil(threshold * matrix.full - 0.5));
}

/**
 * The strongest weights that are shown, at most `limit` of them.
 * @param {object} matrix
 * @param {{threshold: number, queries: Uint8Array, keys: Uint8Array, limit: number}} to
 *     masks hold 1 where a token is shown.
 * @returns {{from: Uint16Array, to: Uint16Array, weights: Float32Array, total: number}}
 *     weakest first, so that the strongest is drawn on top; total counts all.
 */
export function strongestLines(matrix, { threshold, queries, keys, limit }) {
  const { data, full, rows, columns } = matrix;
  const floor = floorOf(matrix, threshold);
  const counts = new Uint32Array(full + 1);
  let total = 0;
  for (let row = 0; row < rows; row += 1) {
    if (!queries[row]) continue;
    for (let column = 0, i = row * columns; column < columns; column += 1, i += 1) {
      if (data[i] < floor || !keys[column]) continue;
      counts[data[i]] += 1;
      total += 1;
    }
  }
  const count = Math.min(total, limit);
  return { ...collected(matrix, queries, keys, endsOf(counts, count), count), total };
}

/** Where the lines of each value end in the answer; 0 for values that have no room. */
function endsOf(counts, room) {
  const ends = new Int32Array(counts.length);
  let end = room;
  for (let value = counts.length - 1; end > 0; value -= 1) {
    if (!counts[value]) continue;
    ends[value] = end;
    end = Math.max(0, end - counts[value]);
  }
  return ends;
}

function collected(matrix, queries, keys, ends, count) {
  const { data, full, rows, columns } = matrix;
  const from = new Uint16Array(count);
  const to = new Uint16Array(count);
  const weights = new Float32Array(count);
  for (let row = 0; row < rows; row += 1) {
    if (!queries[row]) continue;
    for (let column = 0, i = row * columns; column < columns; column += 1, i += 1) {
      const value = data[i];
      if (!ends[value] || !keys[column]) continue;
      const place = ends[value] - 1;
      ends[value] = place;
      from[place] = row;
      to[place] = column;
      weights[place] = value / full;
    }
  }
  return { from, to, weights };
}

/** What one token gives ("query": its row) or gets ("key": its column), 0 to 1. */
export function weightsOf(matrix, side, index) {
  const { data, full, rows, columns } = matrix;
  const byQuery = side === "query";
  const result = new Float32Array(byQuery ? columns : rows);
  const [start, step] = byQuery ? [index * columns, 1] : [index, columns];
  for (let i = 0; i < result.length; i += 1) result[i] = data[start + i * step] / full;
  return result;
}

/** Places of the largest values, largest first; equal ones by place. */
export function largest(values, count, shown = null) {
  const places = [];
  for (let i = 0; i < values.length; i += 1) if (!shown || shown[i]) places.push(i);
  places.sort((a, b) => values[b] - values[a] || a - b);
  return places.slice(0, count);
}

/** 1 for keys that get `least` on average from the queries that give them anything. */
export function sinkMarks(matrix, least = 0.3) {
  const { data, full, rows, columns } = matrix;
  const marks = new Uint8Array(columns);
  for (let column = 0; column < columns; column += 1) {
    let sum = 0;
    let seen = 0;
    for (let i = column; i < data.length; i += columns) {
      sum += data[i];
      if (data[i]) seen += 1;
    }
    marks[column] = seen > rows / 4 && sum / full / seen >= least ? 1 : 0;
  }
  return marks;
}

/**
 * Which tokens of one side are shown.
 * @param {number} length
 * @param {{segments, segment, special, hideSpecial, sinks}} by marks or null for each.
 */
export function shownTokens(
  length,
  { segments, segment, special, hideSpecial, sinks },
) {
  const shown = new Uint8Array(length).fill(1);
  for (let i = 0; i < length; i += 1) {
    const elsewhere = segments && segment !== null && segments[i] !== segment;
    if (elsewhere || (hideSpecial && special?.[i]) || sinks?.[i]) shown[i] = 0;
  }
  return shown;
}

/**
 * A smaller matrix whose pixels are the largest of what they cover: means would lose
 * thin diagonals. What the masks hide counts as 0.
 */
export function maxPooled(matrix, most, queries = null, keys = null) {
  const rows = Math.min(matrix.rows, most);
  const columns = Math.min(matrix.columns, most);
  const data = new matrix.data.constructor(rows * columns);
  for (let row = 0; row < matrix.rows; row += 1) {
    if (queries && !queries[row]) continue;
    const target = Math.floor((row * rows) / matrix.rows) * columns;
    for (let column = 0; column < matrix.columns; column += 1) {
      const place = target + Math.floor((column * columns) / matrix.columns);
      const value = matrix.data[row * matrix.columns + column];
      if (value > data[place] && (!keys || keys[column])) data[place] = value;
    }
  }
  return { data, full: matrix.full, rows, columns };
}

/** Softmax of scores; subtracting the largest keeps exp in range. */
export function softmax(scores, temperature = 1) {
  let most = -Infinity;
  for (const score of scores) if (score > most) most = score;
  const result = Float64Array.from(scores, (s) => Math.exp((s - most) / temperature));
  let sum = 0;
  for (const value of result) sum += value;
  return result.map((value) => value / sum);
}

/**
 * What can be drawn after temperature, top-k, top-p and min-p, in this order.
 * @param {Float32Array} logits from the largest to the smallest.
 * @param {{temperature: number, topK: number, topP: number, minP: number}} filters
 *     topK 0, topP 1 and minP 0 keep all; temperature 0 keeps the likeliest.
 * @returns {{kept: Float64Array, before: number}} new probabilities of the first
 *     tokens, and what these had together before the filters.
 */
export function filtered(logits, { temperature, topK, topP, minP }) {
  const greedy = temperature === 0;
  const all = softmax(logits, greedy ? 1 : temperature);
  let count = greedy ? 1 : Math.min(topK || all.length, all.length);
  let mass = 0;
  for (let i = 0; i < count; i += 1) mass += all[i];
  if (topP < 1) {
    let sum = 0;
    let enough = 0;
    while (enough < count && sum < topP * mass) sum += all[enough++];
    count = Math.max(1, enough);
  }
  while (count > 1 && all[count - 1] < minP * all[0]) count -= 1;
  let before = 0;
  for (let i = 0; i < count; i += 1) before += all[i];
  return { kept: all.slice(0, count).map((p) => p / before), before };
}

/** The place drawn by a number from 0 to 1 that is as likely as any other. */
export function drawn(probabilities, number) {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i += 1) {
    sum += probabilities[i];
    if (number < sum) return i;
  }
  return probabilities.length - 1;
}

/** Half-precision bits as numbers. */
export function fromHalf(bits) {
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i += 1) {
    const sign = bits[i] & 0x8000 ? -1 : 1;
    const exponent = (bits[i] >> 10) & 31;
    const fraction = bits[i] & 1023;
    if (exponent === 0) result[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) result[i] = fraction ? NaN : sign * Infinity;
    else result[i] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return result;
}

/** A query times a key, dimension by dimension. */
export function products(query, keys, row, d) {
  return Float32Array.from(query, (value, i) => value * keys[row * d + i]);
}

/** Heads in order: by number, by entropy from focused to wide, else largest first. */
export function headOrder(count, values, rising) {
  const order = Array.from({ length: count }, (_, i) => i);
  if (!values) return order;
  const sign = rising ? 1 : -1;
  return order.sort((a, b) => sign * (values[a] - values[b]) || a - b);
}
