// Arrays and the little linear algebra that the fits need. Matrices are flat, row after row.

// The arrays of a safetensors file by name, and its facts: { arrays: {name: {shape, data}}, facts }.
export function readArrays(buffer) {
  const view = new DataView(buffer);
  const size = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, size)));
  const arrays = {};
  for (const [name, told] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = told.data_offsets;
    const part = buffer.slice(8 + size + from, 8 + size + to);
    const raw = told.dtype === "I32" ? new Int32Array(part) : new Float32Array(part);
    arrays[name] = { shape: told.shape, data: told.dtype === "I32" ? raw : Float64Array.from(raw) };
  }
  return { arrays, facts: JSON.parse(header.__metadata__.facts) };
}

export const clip = (value, low, high) => Math.min(high, Math.max(low, value));
export const hypot2 = (x, y) => Math.sqrt(x * x + y * y);
export const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

// As numpy's: between the two nearest of the sorted values, by their distance.
export function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  const place = (share / 100) * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

export const median = (values) => percentile(values, 50);

// The median of every column of rows of one length.
export function medians(rows) {
  return Float64Array.from(rows[0], (_, k) => median(rows.map((row) => row[k])));
}

// Solves a x = b for a symmetric, positive definite a (n, n), which it overwrites (Cholesky).
export function solve(a, b, n) {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      const sum = a[i * n + j] - sumOfProducts(a, i * n, a, j * n, j);
      a[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j * n + j];
    }
  }
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= a[i * n + k] * x[k];
    x[i] /= a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= a[k * n + i] * x[k];
    x[i] /= a[i * n + i];
  }
  return x;
}

// Of so many values of both, from these places on. Four sums: a processor adds while it waits.
function sumOfProducts(a, from, b, at, count) {
  let one = 0, two = 0, three = 0, four = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    one += a[from + k] * b[at + k];
    two += a[from + k + 1] * b[at + k + 1];
    three += a[from + k + 2] * b[at + k + 2];
    four += a[from + k + 3] * b[at + k + 3];
  }
  for (; k < count; k++) one += a[from + k] * b[at + k];
  return one + two + three + four;
}

// What Gauss-Newton solves: design (rows, n), weight (rows, rows) symmetric, residual (rows).
export function normalEquations(design, weight, residual, n) {
  const rows = residual.length;
  // Columns after each other: sums run along memory.
  const columns = new Float64Array(n * rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < n; j++) columns[j * rows + i] = design[i * n + j];
  const dot = (a, from, b, at) => sumOfProducts(a, from, b, at, rows);
  const weighted = new Float64Array(n * rows);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < rows; i++) weighted[j * rows + i] = dot(weight, i * rows, columns, j * rows);
  }
  const normal = new Float64Array(n * n);
  const gradient = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    gradient[i] = dot(weighted, i * rows, residual, 0);
    for (let j = 0; j <= i; j++) {
      normal[i * n + j] = normal[j * n + i] = dot(columns, i * rows, weighted, j * rows);
    }
  }
  return { normal, gradient };
}

// One step down, with bounds for the first values: what lies at a bound and wants to cross is held.
// closed: values that never move; returns the step (n).
export function boundedStep(normal, gradient, n, { values, low, high, closed }) {
  const free = Array.from({ length: n }, (_, k) => !(closed && closed[k]));
  const step = new Float64Array(n);
  for (let round = 0; round < 3; round++) {
    const kept = free.flatMap((one, k) => (one ? [k] : []));
    const m = kept.length;
    const part = new Float64Array(m * m);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) part[i * m + j] = normal[kept[i] * n + kept[j]];
    }
    const found = solve(part, kept.map((k) => -gradient[k]), m);
    step.fill(0);
    for (let i = 0; i < m; i++) step[kept[i]] = found[i];
    let holds = false;
    for (let k = 0; k < values.length; k++) {
      const target = values[k] + step[k];
      const crosses = (target < low[k] && values[k] <= low[k]) || (target > high[k] && values[k] >= high[k]);
      if (crosses && free[k]) { free[k] = false; holds = true; }
    }
    if (!holds) break;
  }
  return step;
}
