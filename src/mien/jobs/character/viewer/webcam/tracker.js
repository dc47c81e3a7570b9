// One face before a camera: one look of the network a frame (face/quick_tracker.py). There is no
// detector in the page: a lost face is searched by the network itself, as face/drawn.py does for
// drawings, some boxes with every frame, the guide's first.
import { hypot2, mean } from "./numbers.js";
import { transform } from "./fit.js";
import { SIDE, about, invert, look, mirrored } from "./crop.js";

const MARGIN = 0.3;
const [BOX_BELOW, BOX_WIDTH] = [0.171, 3.128];
const CHECK_EVERY = 20;
const [JUMP, GROWTH] = [0.5, 1.25];
const LOST = 0.05;
// Mean error that the network expects, as a share of what it sees: real faces have 0.06 to 0.13,
// pictures without a face (sixteen of scikit-image's) more than 0.2 wherever mirrored points agree.
const MOST_UNSURE = 0.16;
const STILL_UNSURE = 0.25;
const PROMISING = 0.5;
const WIDTHS = [0.8, 0.57, 0.41, 0.29];
const STEP = 0.27;
const ROUNDS = 3;
const MIDDLE = SIDE / 2 - 0.5;
const LOOKS = 3;
const STRIDE = 0.382; // of all boxes, from one to the next: soon everywhere

// Where the guide's box lies in the picture's middle: height and width, as shares of its height.
export const GUIDE = { down: 0.52, width: 0.55 };

const frameOf = (centre, width, roll) =>
  about(-roll, SIDE / (width * (1 + 2 * MARGIN)), centre, [MIDDLE, MIDDLE]);

// The box that a detector would draw around points: { centre, width, roll }.
export function boxOf(points) {
  const axis = (from, to, k) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += points[2 * i + k];
    return sum / (to - from);
  };
  const [x, y] = [axis(17, 68, 0), axis(17, 68, 1)];
  let square = 0;
  for (let i = 17; i < 68; i++) square += (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2;
  const spread = Math.sqrt(square / 51);
  const roll = (Math.atan2(axis(36, 42, 1) - axis(42, 48, 1), axis(42, 48, 0) - axis(36, 42, 0)) * 180) / Math.PI;
  const angle = (roll * Math.PI) / 180;
  const centre = [x + BOX_BELOW * spread * Math.sin(angle), y + BOX_BELOW * spread * Math.cos(angle)];
  return { centre, width: BOX_WIDTH * spread + 1, roll }; // its last pixel counts too
}

// The map to the upright crop that the network sees around points.
export function frameAround(points) {
  const { centre, width, roll } = boxOf(points);
  return frameOf(centre, width, roll);
}

// Boxes all over a picture, the guide's first: [centre x, centre y, width].
export function boxes(width, height) {
  const found = [[width / 2, GUIDE.down * height, GUIDE.width * height]];
  const starts = (length, side) => {
    const count = Math.max(1, Math.ceil((length - side) / (STEP * side))) + 1;
    return Array.from({ length: count }, (_, k) => ((length - side) * k) / (count - 1));
  };
  for (const share of WIDTHS) {
    const side = share * Math.min(width, height);
    for (const top of starts(height, side)) {
      for (const left of starts(width, side)) found.push([left + (side - 1) / 2, top + (side - 1) / 2, side]);
    }
  }
  return found;
}

export class Tracker {
  // network: see network.js; mirror: point k of a mirrored face is point mirror[k] of the face
  constructor(network, mirror) {
    Object.assign(this, { network, mirror });
    this.forget();
  }

  forget() {
    this.last = null;
    this.since = this.next = 0;
  }

  // (140) pixels of the picture { data, width, height }, or null where no face is found.
  async feed(image) {
    if (this.last) {
      this.last = await this.followed(image, this.last);
      if (this.last) return this.last;
    }
    this.last = await this.searched(image);
    this.since = 0;
    return this.last;
  }

  async seen(image, matrix) {
    const crop = look(image, matrix);
    const { points, unsure } = await this.network(crop);
    return { crop, inside: points, points: transform(invert(matrix), points), unsure };
  }

  around(image, points) {
    return this.seen(image, frameAround(points));
  }

  async followed(image, last) {
    const now = await this.around(image, last);
    if (now.unsure > STILL_UNSURE || jumped(last, now.points) || !isInside(now.points, image)) return null;
    this.since += 1;
    if (this.since >= CHECK_EVERY) {
      this.since = 0;
      if ((await this.unrest(now)) > LOST) return null;
    }
    return now.points;
  }

  // How far the points of the mirrored crop lie from these, in outer-eye distances.
  async unrest({ crop, inside }) {
    const { points } = await this.network(mirrored(crop));
    const apart = Array.from(this.mirror, (other, k) =>
      hypot2(SIDE - 1 - points[2 * other] - inside[2 * k], points[2 * other + 1] - inside[2 * k + 1]));
    return mean(apart) / Math.max(hypot2(inside[90] - inside[72], inside[91] - inside[73]), 1e-6);
  }

  // Looks into the guide's box and a few of the others, then where the surest points ask for.
  async searched(image) {
    const [guide, ...others] = boxes(image.width, image.height);
    const some = [guide];
    for (let k = 0; k < LOOKS; k++) some.push(others[Math.floor(((this.next++ * STRIDE) % 1) * others.length)]);
    let best = null;
    for (const [x, y, width] of some) {
      const now = await this.seen(image, frameOf([x, y], width, 0));
      if (!best || now.unsure < best.unsure) best = now;
    }
    return best.unsure < PROMISING ? this.settled(image, best.points) : null;
  }

  // The points after looking where they ask for, or null where that is no face.
  async settled(image, points) {
    const side = Math.min(image.width, image.height);
    let now = null;
    for (let round = 0; round < ROUNDS; round++) {
      const { width } = boxOf(now?.points ?? points);
      if (!(width > 0.15 * side && width < 1.5 * side)) return null;
      now = await this.around(image, now?.points ?? points);
    }
    const fits = now.unsure <= MOST_UNSURE && isInside(now.points, image);
    return fits && (await this.unrest(now)) <= LOST ? now.points : null;
  }
}

function isInside(points, { width, height }) {
  for (let k = 27; k < 48; k++) {
    const [x, y] = [points[2 * k], points[2 * k + 1]];
    if (!(x > 0 && y > 0 && x < width && y < height)) return false;
  }
  return true;
}

// Whether a head cannot have gone from one to the other between two frames.
export function jumped(last, points) {
  const part = (all, axis) => Array.from({ length: 21 }, (_, k) => all[2 * (27 + k) + axis]);
  const centre = (all) => [0, 1].map((axis) => mean(part(all, axis)));
  const spread = (all) => {
    const values = [...part(all, 0), ...part(all, 1)];
    const middle = mean(values);
    return Math.sqrt(mean(values.map((one) => (one - middle) ** 2)));
  };
  const across = Array.from({ length: 68 }, (_, k) => last[2 * k]);
  const wide = Math.max(Math.max(...across) - Math.min(...across), 1e-6);
  const [[ax, ay], [bx, by]] = [centre(last), centre(points)];
  const growth = spread(points) / Math.max(spread(last), 1e-6);
  return hypot2(bx - ax, by - ay) / wide > JUMP || !(growth > 1 / GROWTH && growth < GROWTH);
}
