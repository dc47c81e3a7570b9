// Identity, expression, pose and camera from landmarks by Gauss-Newton, in the eye frame
// (persona/gauss_newton.py and persona/motion_fit.py; what is said there is not repeated here).
import { boundedStep, clip, hypot2, medians, normalEquations } from "./numbers.js";
import { LandmarkModel } from "./head.js";

const ITERATIONS = 14;
const POSE_SD = [25, 10, 25];
const STEPS = 4;
const MOST = 1.1;
const GAP_UPPER = [61, 62, 63];
const GAP_LOWER = [67, 66, 65];
const GAP_SD = 0.006;
const [EYE_ONE, EYE_OTHER] = [36, 45];

// The map [a, b, x, c, d, y] from pixels to the eye frame.
export function eyeFrame(points) {
  const [x, y] = [points[2 * EYE_ONE], points[2 * EYE_ONE + 1]];
  const [right, low] = [points[2 * EYE_OTHER], points[2 * EYE_OTHER + 1]];
  const [dx, dy] = [right - x, low - y];
  const scale = 1 / Math.max(hypot2(dx, dy), 1e-9);
  const [cosine, sine] = [dx * scale * scale, -dy * scale * scale];
  const [mx, my] = [(x + right) / 2, (y + low) / 2];
  return [cosine, -sine, -(cosine * mx - sine * my), sine, cosine, -(sine * mx + cosine * my)];
}

export function transform(matrix, points) {
  const [a, b, x, c, d, y] = matrix;
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) {
    out[i] = a * points[i] + b * points[i + 1] + x;
    out[i + 1] = c * points[i] + d * points[i + 1] + y;
  }
  return out;
}

// (136) landmarks in the eye frame.
export const eyeShape = (points) => transform(eyeFrame(points), points.subarray(0, 136));

// Everything that Python measured and that stays: see webcam.py for the arrays' names.
export class Known {
  constructor({ arrays, facts }) {
    this.facts = facts;
    this.arrays = Object.fromEntries(Object.entries(arrays).map(([name, one]) => [name, one.data]));
    const { counts, candidates, mean, basis } = this.arrays;
    let from = 0;
    const groups = Array.from(counts, (count) => candidates.slice(from, (from += count)));
    this.model = new LandmarkModel(mean, basis, groups, { ...facts.camera, angles: this.arrays.angles });
  }

  // (136) mean of detected less true landmarks at a pose.
  offset(pose) {
    const [yaw, pitch] = [pose[0] / 20, pose[1] / 10];
    const features = [1, yaw, pitch, yaw * yaw - 0.5];
    const bias = this.arrays["noise.bias"];
    return Float64Array.from({ length: 136 }, (_, i) =>
      features.reduce((sum, value, k) => sum + value * bias[136 * k + i], 0));
  }
}

// Scale and shift that lay a model's points (136) over others.
function firstCamera(points, wanted) {
  const middle = (values, axis) => {
    let sum = 0;
    for (let i = axis; i < 136; i += 2) sum += values[i];
    return sum / 68;
  };
  const [px, py] = [middle(points, 0), middle(points, 1)];
  const [wx, wy] = [middle(wanted, 0), middle(wanted, 1)];
  let [above, below] = [0, 0];
  for (let i = 0; i < 136; i += 2) {
    const [x, y] = [points[i] - px, points[i + 1] - py];
    above += x * (wanted[i] - wx) + y * (wanted[i + 1] - wy);
    below += x * x + y * y;
  }
  const scale = above / below;
  return { scale, shift: [wx - scale * px, wy - scale * py] };
}

// (136, P + 6) derivatives of the points: parameters, pose, scale, shift.
function designOf(view, scale, size) {
  const n = size + 6;
  const design = new Float64Array(136 * n);
  for (let i = 0; i < 136; i++) {
    for (let p = 0; p < size; p++) design[i * n + p] = scale * view.byParameter[i * size + p];
    for (let a = 0; a < 3; a++) design[i * n + size + a] = scale * view.byPose[3 * i + a];
    design[i * n + size + 3] = view.points[i];
    design[i * n + size + 4 + (i % 2)] = 1;
  }
  return design;
}

const moved = (points, scale, shift) => points.map((value, i) => scale * value + shift[i % 2]);

function posePrior(normal, gradient, n, size, pose) {
  for (let a = 0; a < 3; a++) {
    normal[(size + a) * (n + 1)] += 1 / POSE_SD[a] ** 2;
    gradient[size + a] += pose[a] / POSE_SD[a] ** 2;
  }
}

// The parameters (P) of the head that explains landmarks best, beside what people are like.
export function fitGeometry(known, points) {
  const { model } = known;
  const { low, high, "people.mean": mean, "people.precision": precision } = known.arrays;
  const [size, n] = [model.size, model.size + 6];
  const seen = eyeShape(points);
  let parameters = mean.map((value, k) => clip(value, low[k], high[k]));
  let pose = [0, 0, 0];
  const start = known.offset(pose);
  let { scale, shift } = firstCamera(model.project(parameters, pose), seen.map((v, i) => v - start[i]));
  const closed = Array.from({ length: n }, (_, k) => k < size && low[k] >= high[k]);
  for (let round = 0; round < ITERATIONS; round++) {
    const view = model.linearise(parameters, pose);
    const offset = known.offset(pose);
    const residual = moved(view.points, scale, shift).map((v, i) => v - (seen[i] - offset[i]));
    const design = designOf(view, scale, size);
    const { normal, gradient } = normalEquations(design, known.arrays["noise.precision"], residual, n);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        normal[i * n + j] += precision[i * size + j];
        gradient[i] += precision[i * size + j] * (parameters[j] - mean[j]);
      }
    }
    posePrior(normal, gradient, n, size, pose);
    const step = boundedStep(normal, gradient, n, { values: parameters, low, high, closed });
    parameters = parameters.map((value, k) => clip(value + step[k], low[k], high[k]));
    pose = pose.map((value, k) => clip(value + step[size + k], -60, 60));
    scale = Math.max(scale + step[n - 3], 1e-3);
    shift = [shift[0] + step[n - 2], shift[1] + step[n - 1]];
  }
  return parameters;
}

// The head of these fits (medians), without expression: only Action Units are left to vary.
export function knownHead(known, fits) {
  const { first_au: first, aus } = known.facts;
  const { model } = known;
  const still = medians(fits);
  still.fill(0, first, first + aus.length);
  const stride = model.mean.length;
  const basis = model.basis.subarray(first * stride, (first + aus.length) * stride);
  const own = new LandmarkModel(model.positions(still), basis, model.candidates, model.camera);
  return { known, model: own, offset: new Float64Array(136) };
}

// The head, with the median residual (136) of its resting frames taken for its shape.
export function withOffset(head, residuals) {
  const more = medians(residuals);
  return { ...head, offset: head.offset.map((value, k) => value + more[k]) };
}

// Expression, pose and camera of one frame from the frame before: { aus, pose, scale, shift, residual }.
export function solveFrame(head, points, start) {
  const { known, model } = head;
  const size = model.size;
  const n = size + 6;
  const frame = eyeFrame(points);
  const seen = transform(frame, points.subarray(0, 136)).map((v, i) => v - head.offset[i]);
  let aus = start ? start.aus : new Float64Array(size);
  let pose = start ? [start.pose[0], start.pose[1], 0] : [0, 0, 0];
  let { scale, shift } = start ?? firstCamera(model.project(aus, [0, 0, 0]), seen);
  const prior = known.arrays["motion.precision"];
  const [low, high] = [new Float64Array(size), new Float64Array(size).fill(MOST)];
  for (let round = 0; round < (start ? STEPS : 3 * STEPS); round++) {
    const view = model.linearise(aus, pose);
    const offset = known.offset(pose);
    const residual = moved(view.points, scale, shift).map((v, i) => v - (seen[i] - offset[i]));
    const design = designOf(view, scale, size);
    const { normal, gradient } = normalEquations(design, known.arrays["noise.precision"], residual, n);
    lipGap(normal, gradient, design, residual, n);
    for (let k = 0; k < size; k++) {
      normal[k * (n + 1)] += prior[k];
      gradient[k] += prior[k] * aus[k];
    }
    posePrior(normal, gradient, n, size, pose);
    const step = boundedStep(normal, gradient, n, { values: aus, low, high });
    aus = aus.map((value, k) => clip(value + step[k], 0, MOST));
    pose = pose.map((value, k) => clip(value + step[size + k], -60, 60));
    scale = Math.max(scale + step[n - 3], 1e-3);
    shift = [shift[0] + step[n - 2], shift[1] + step[n - 1]];
  }
  const offset = known.offset(pose);
  const model68 = moved(model.project(aus, pose), scale, shift);
  const residual = seen.map((value, i) => value - offset[i] - model68[i]);
  const tilt = (-Math.atan2(-frame[3], frame[0]) * 180) / Math.PI;
  return { aus, pose: [pose[0], pose[1], pose[2] + tilt], scale, shift, residual };
}

// Whether lips touch is seen at once: their gap counts more than its points' places.
function lipGap(normal, gradient, design, residual, n) {
  for (let k = 0; k < 3; k++) {
    const [lower, upper] = [2 * GAP_LOWER[k] + 1, 2 * GAP_UPPER[k] + 1];
    const row = Float64Array.from({ length: n }, (_, j) => design[lower * n + j] - design[upper * n + j]);
    const left = residual[lower] - residual[upper];
    for (let i = 0; i < n; i++) {
      gradient[i] += (row[i] * left) / GAP_SD ** 2;
      for (let j = 0; j < n; j++) normal[i * n + j] += (row[i] * row[j]) / GAP_SD ** 2;
    }
  }
}
