// Plane affine maps [a, b, x, c, d, y], and a picture seen through one (face/affine.py).

export const SIDE = 96;

export function invert([a, b, x, c, d, y]) {
  const det = a * d - b * c;
  const [e, f, g, h] = [d / det, -b / det, -c / det, a / det];
  return [e, f, -(e * x + f * y), g, h, -(g * x + h * y)];
}

export function compose([a, b, x, c, d, y], [e, f, p, g, h, q]) {
  return [
    a * e + b * g, a * f + b * h, a * p + b * q + x,
    c * e + d * g, c * f + d * h, c * p + d * q + y,
  ];
}

// The map that turns by degrees (counter-clockwise as seen), scales, and takes one point to another.
export function about(degrees, scale, [sx, sy], [tx, ty]) {
  const angle = (degrees * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  return [cosine, sine, tx - cosine * sx - sine * sy, -sine, cosine, ty + sine * sx - cosine * sy];
}

const stepOf = ([a, b, , c, d]) => Math.abs(a * d - b * c) ** -0.5;

// { left, top, right, bottom } of the pixels that a look reads.
function needed(image, matrix, side, margin) {
  const [a, b, x, c, d, y] = invert(matrix);
  const corners = [[0, 0], [side, 0], [0, side], [side, side]];
  const across = corners.map(([u, v]) => a * u + b * v + x);
  const down = corners.map(([u, v]) => c * u + d * v + y);
  const within = (value, low, high) => Math.min(high, Math.max(low, value));
  const left = within(Math.floor(Math.min(...across)) - margin, 0, image.width - 1);
  const top = within(Math.floor(Math.min(...down)) - margin, 0, image.height - 1);
  const right = Math.max(left + 1, Math.min(Math.ceil(Math.max(...across)) + margin + 1, image.width));
  const bottom = Math.max(top + 1, Math.min(Math.ceil(Math.max(...down)) + margin + 1, image.height));
  return { left, top, right, bottom };
}

// The needed part averaged over blocks of factor x factor pixels, beyond the edge its last ones.
function shrunk(image, { left, top, right, bottom }, factor) {
  const width = Math.ceil((right - left) / factor);
  const height = Math.ceil((bottom - top) / factor);
  const data = new Uint8ClampedArray(4 * width * height);
  const share = 1 / (factor * factor);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let [r, g, b] = [0, 0, 0];
      for (let j = 0; j < factor; j++) {
        const line = Math.min(top + row * factor + j, bottom - 1) * image.width;
        for (let i = 0; i < factor; i++) {
          const from = 4 * (line + Math.min(left + column * factor + i, right - 1));
          r += image.data[from];
          g += image.data[from + 1];
          b += image.data[from + 2];
        }
      }
      const to = 4 * (row * width + column);
      data[to] = r * share;
      data[to + 1] = g * share;
      data[to + 2] = b * share;
    }
  }
  return { data, width, height };
}

// (side, side, 3) bytes, bilinear; beyond the edge its pixels go on.
function sampled(image, matrix, side) {
  const [a, b, x, c, d, y] = invert(matrix);
  const { data, width, height } = image;
  const out = new Uint8ClampedArray(3 * side * side);
  const column = (value) => 4 * Math.min(width - 1, Math.max(0, value));
  const row = (value) => 4 * width * Math.min(height - 1, Math.max(0, value));
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      // Places are rounded to a 32nd of a pixel, as OpenCV does.
      const px = Math.round((a * u + b * v + x) * 32) / 32;
      const py = Math.round((c * u + d * v + y) * 32) / 32;
      const [fx, fy] = [Math.floor(px), Math.floor(py)];
      const [wx, wy] = [px - fx, py - fy];
      const [x0, x1, y0, y1] = [column(fx), column(fx + 1), row(fy), row(fy + 1)];
      const to = 3 * (v * side + u);
      for (let k = 0; k < 3; k++) {
        const above = data[y0 + x0 + k] * (1 - wx) + data[y0 + x1 + k] * wx;
        const below = data[y1 + x0 + k] * (1 - wx) + data[y1 + x1 + k] * wx;
        out[to + k] = above * (1 - wy) + below * wy;
      }
    }
  }
  return out;
}

// (SIDE, SIDE, 3) bytes of a picture { data: RGBA bytes, width, height } seen through a map from its
// pixels; anti-aliased where it shrinks.
export function look(image, matrix) {
  const step = stepOf(matrix);
  if (step <= 1 + 1e-6) return sampled(image, matrix, SIDE);
  const factor = Math.floor(step);
  const part = needed(image, matrix, SIDE, 2 * factor + 2);
  const small = shrunk(image, part, factor);
  const middle = (factor - 1) / 2;
  const toSource = [factor, 0, part.left + middle, 0, factor, part.top + middle];
  const fine = compose([2, 0, 0.5, 0, 2, 0.5], compose(matrix, toSource));
  const double = sampled(small, fine, 2 * SIDE);
  const out = new Uint8ClampedArray(3 * SIDE * SIDE);
  for (let v = 0; v < SIDE; v++) {
    for (let u = 0; u < SIDE; u++) {
      for (let k = 0; k < 3; k++) {
        const from = 3 * (2 * v * 2 * SIDE + 2 * u) + k;
        const below = from + 6 * SIDE;
        out[3 * (v * SIDE + u) + k] =
          (double[from] + double[from + 3] + double[below] + double[below + 3] + 2) >> 2;
      }
    }
  }
  return out;
}

// The same crop seen in a mirror.
export function mirrored(crop) {
  const out = new Uint8ClampedArray(crop.length);
  for (let v = 0; v < SIDE; v++) {
    for (let u = 0; u < SIDE; u++) {
      for (let k = 0; k < 3; k++) {
        out[3 * (v * SIDE + u) + k] = crop[3 * (v * SIDE + SIDE - 1 - u) + k];
      }
    }
  }
  return out;
}
