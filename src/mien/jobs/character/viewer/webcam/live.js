// A face as it moves: every frame told at once (persona/live.py, track.py, motion_reader.py and
// steady.py). The first second shows who it is and what rest looks like.
import { clip, hypot2, mean, median, medians, percentile } from "./numbers.js";
import { eyeShape, fitGeometry, knownHead, solveFrame, withOffset } from "./fit.js";

const CALIBRATION = 1.0;
const LEAST_FRAMES = 5;
const IDENTIFY_EVERY = 5;
const MOST_FITS = 12;
const USUAL = 150;
const MAX_GAP = 0.5;
const [CLOSED, OPEN_SHARE] = [0.14, 0.68];
const GAZE_STEP = [0.227, 0.165];
const RESTING = 0.03;
const PARTED_COST = 25;
const BELIEF = 0.75;
const CLAMP = 4;
const MOST = 1.1;
const SMOOTH = { aus: [6, 10], pose: [4, 0.3], gaze: [4, 4] };
const SPEED_CUTOFF = 4;
const EYES = [36, 42];

class OneEuro {
  constructor([cutoff, beta]) {
    Object.assign(this, { cutoff, beta, value: null, speed: null });
  }

  feed(value, step) {
    if (!this.value) {
      this.value = Float64Array.from(value);
      this.speed = new Float64Array(value.length);
      return this.value.slice();
    }
    const seconds = Math.max(step, 1e-6);
    const share = (cutoff) => 1 / (1 + 1 / (2 * Math.PI * cutoff * seconds));
    for (let k = 0; k < value.length; k++) {
      const fresh = (value[k] - this.value[k]) / seconds;
      this.speed[k] += share(SPEED_CUTOFF) * (fresh - this.speed[k]);
      const cutoff = this.cutoff + this.beta * Math.abs(this.speed[k]);
      this.value[k] += share(cutoff) * (value[k] - this.value[k]);
    }
    return this.value.slice();
  }
}

const between = (p, a, b) => hypot2(p[2 * a] - p[2 * b], p[2 * a + 1] - p[2 * b + 1]);

// Mean height of the lids' openings over the eyes' widths.
export function eyeOpening(points) {
  return mean(EYES.map((first) => {
    const height = (between(points, first + 1, first + 5) + between(points, first + 2, first + 4)) / 2;
    return height / Math.max(between(points, first, first + 3), 1e-9);
  }));
}

// Where the irises (points 68 and 69) lie: right and up, in eye widths, mean of both eyes.
export function pupils(points) {
  const sums = [0, 0];
  EYES.forEach((first, side) => {
    const [ax, ay] = [points[2 * first], points[2 * first + 1]];
    const [bx, by] = [points[2 * first + 6], points[2 * first + 7]];
    const [x, y] = [bx - ax, by - ay];
    const besideX = points[136 + 2 * side] - (ax + bx) / 2;
    const besideY = points[137 + 2 * side] - (ay + by) / 2;
    const size = Math.max(x * x + y * y, 1e-9);
    sums[0] += (besideX * x + besideY * y) / size / 2;
    sums[1] += (besideX * y - besideY * x) / size / 2;
  });
  return sums.map((one) => clip(one, -0.5, 0.5));
}

// The last of AU45 by the openings of the eyes, against how far open they usually are.
function blink(openings) {
  const usual = percentile(openings, 60);
  const start = Math.max(OPEN_SHARE * usual, CLOSED + 0.02);
  return clip((start - openings[openings.length - 1]) / (start - CLOSED), 0, 1);
}

// Which frames show the face at rest, the best first: near the usual shape, lips together, eyes open.
export function restingFrames(faces) {
  const shapes = faces.map((one) => eyeShape(one.points));
  const usual = medians(shapes);
  const gaps = faces.map(({ points }) =>
    mean([[65, 63], [66, 62], [67, 61]].map(([a, b]) => between(points, a, b))) / between(points, 36, 45));
  const least = percentile(gaps, 5);
  const open = OPEN_SHARE * median(faces.map((one) => one.opening));
  const away = shapes.map((shape) => mean(Array.from(shape, (value, k) => Math.abs(value - usual[k]))));
  const typical = Math.max(median(away), 1e-6);
  const costs = faces.map((one, k) => one.opening < open
    ? Infinity : away[k] / typical + Math.max(gaps[k] - least, 0) * PARTED_COST);
  const order = costs.map((_, k) => k).sort((a, b) => (costs[a] === costs[b] ? a - b : costs[a] - costs[b]));
  return order.slice(0, Math.max(1, Math.round(RESTING * faces.length)));
}

// Action Units beside rest: the perceptron's answer mixed with Gauss-Newton's.
function readMotion(known, rest, points, solved) {
  const a = known.arrays;
  const shape = eyeShape(points);
  let row = [
    ...shape.map((value, k) => value - rest.shape[k]), ...rest.shape,
    ...solved.pose.map((value, k) => value - rest.pose[k]), ...rest.pose, ...solved.aus,
  ].map((value, k) => clip((value - a["reader.input.mean"][k]) / a["reader.input.sd"][k], -CLAMP, CLAMP));
  const { layers } = known.facts;
  for (let layer = 0; layer < layers; layer++) {
    const [weight, bias] = [a[`reader.weight${layer}`], a[`reader.bias${layer}`]];
    const from = row;
    row = Array.from(bias, (start, i) => {
      let sum = start;
      for (let k = 0; k < from.length; k++) sum += weight[i * from.length + k] * from[k];
      return layer < layers - 1 ? sum / (1 + Math.exp(-sum)) : sum;
    });
  }
  return row.map((value, k) => {
    const told = value * a["reader.output.sd"][k] + a["reader.output.mean"][k];
    return clip(BELIEF * told + (1 - BELIEF) * solved.aus[k], 0, MOST);
  });
}

// A known face, followed frame by frame.
class Person {
  constructor(known, head, rest, ahead, openings) {
    Object.assign(this, { known, head, rest, ahead, openings: openings.slice(-USUAL) });
    this.filters = Object.fromEntries(Object.entries(SMOOTH).map(([name, how]) => [name, new OneEuro(how)]));
    this.solved = this.last = null;
    this.gaze = [0, 0];
    this.seenAt = 0;
    this.blinking = known.facts.aus.indexOf("AU45");
  }

  follow(seen, time) {
    this.last = seen ? this.shown(seen, time) : this.without(time);
    return this.last;
  }

  shown(seen, time) {
    this.solved = solveFrame(this.head, seen.points, this.solved);
    this.openings.push(seen.opening);
    if (this.openings.length > USUAL) this.openings.shift();
    this.gaze = seen.pupils.map((value, k) => clip((value - this.ahead[k]) / GAZE_STEP[k], -1.5, 1.5));
    const aus = readMotion(this.known, this.rest, seen.points, this.solved);
    const motion = this.smoothed(aus, this.solved.pose, time);
    motion.aus[this.blinking] = blink(this.openings); // over before a filter has noticed it
    this.seenAt = time;
    return motion;
  }

  smoothed(aus, pose, time) {
    const step = this.last ? time - this.last.time : 0;
    const even = (name, value) => this.filters[name].feed(value, step);
    const told = even("aus", aus).map((value) => clip(value, 0, MOST));
    return { time, aus: told, pose: even("pose", pose), gaze: even("gaze", this.gaze) };
  }

  // The last motion for a moment, then rest, to which the filters ease.
  without(time) {
    if (time - this.seenAt <= MAX_GAP) return { ...this.last, time };
    this.gaze = [0, 0];
    return this.smoothed(new Float64Array(this.last.aus.length), this.last.pose, time);
  }
}

// Follows one face; feed it the points (140: 68 landmarks, two irises) of frame after frame.
export class LiveTracker {
  constructor(known, calibrate = CALIBRATION) {
    Object.assign(this, { known, calibrate });
    this.begin();
  }

  // Forgets the face: the next second of frames tells what rest looks like.
  begin() {
    this.first = [];
    this.fits = [];
    this.person = null;
    this.still = null;
  }

  get calibrated() {
    return this.person !== null;
  }

  // { time, aus, pose, gaze }, or null until rest is known.
  feed(points, time) {
    const seen = points && { points, opening: eyeOpening(points), pupils: pupils(points) };
    if (this.person) return this.person.follow(seen, time);
    if (seen) {
      // Who it is costs some time: a little with every frame, not all at the end.
      const due = this.first.length % IDENTIFY_EVERY === 0 && this.fits.length < MOST_FITS;
      if (due) this.fits.push(fitGeometry(this.known, points));
      this.first.push({ seen, time });
    }
    const last = this.first[this.first.length - 1];
    if (this.first.length < LEAST_FRAMES || last.time - this.first[0].time < this.calibrate) return null;
    return this.settle();
  }

  settle() {
    const faces = this.first.map((one) => one.seen);
    const resting = restingFrames(faces);
    const solveAll = (head) => {
      let before = null;
      return faces.map(({ points }) => (before = solveFrame(head, points, before)));
    };
    const plain = knownHead(this.known, this.fits);
    const solved = solveAll(plain);
    const head = withOffset(plain, resting.map((k) => solved[k].residual));
    // The resting frames by themselves, each from the one before, as Python does.
    let before = null;
    const again = resting.map((k) => (before = solveFrame(head, faces[k].points, before)));
    const rest = {
      shape: medians(resting.map((k) => eyeShape(faces[k].points))),
      pose: medians(again.map((one) => one.pose)),
    };
    const ahead = medians(faces.map((one) => one.pupils));
    this.person = new Person(this.known, head, rest, ahead, faces.map((one) => one.opening));
    const frames = this.first.map(({ seen, time }) => this.person.follow(seen, time));
    const still = resting.map((k) => frames[k]);
    this.still = { aus: medians(still.map((one) => one.aus)), pose: medians(still.map((one) => one.pose)) };
    this.first = [];
    return frames[frames.length - 1];
  }
}
