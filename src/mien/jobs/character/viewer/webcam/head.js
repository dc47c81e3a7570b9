// The 68 landmarks of the head as a linear model (persona/landmark_model.py): positions are linear
// in the parameters, the jaw's contour is picked anew in every view.

const POSE_STEP = 0.05;
const RADIANS = Math.PI / 180;

// (3, 3) roll @ yaw @ pitch, degrees.
export function rotation(yaw, pitch, roll) {
  const [ca, sa] = [Math.cos(yaw * RADIANS), Math.sin(yaw * RADIANS)];
  const [cb, sb] = [Math.cos(pitch * RADIANS), Math.sin(pitch * RADIANS)];
  const [cc, sc] = [Math.cos(roll * RADIANS), Math.sin(roll * RADIANS)];
  return [
    cc * ca, cc * sa * sb - sc * cb, cc * sa * cb + sc * sb,
    sc * ca, sc * sa * sb + cc * cb, sc * sa * cb - cc * sb,
    -sa, ca * sb, ca * cb,
  ];
}

export class LandmarkModel {
  // mean (n, 3) and basis (P, n, 3) in cm; candidates: the model points of each jaw landmark;
  // camera: { centre, pivot, distance, focal, angles }
  constructor(mean, basis, candidates, camera) {
    Object.assign(this, { mean, basis, candidates, camera });
    this.count = mean.length / 3;
    this.size = basis.length / mean.length;
    this.first = this.count - 68;
  }

  positions(parameters) {
    const out = Float64Array.from(this.mean);
    const length = out.length;
    for (let p = 0; p < this.size; p++) {
      const value = parameters[p];
      if (value === 0) continue;
      const from = p * length;
      for (let i = 0; i < length; i++) out[i] += value * this.basis[from + i];
    }
    return out;
  }

  // Points (n, 3) turned about the pivot, then (n, 2) on the camera plane: { turned, seen }.
  view(positions, pose) {
    const r = rotation(pose[0], pose[1], pose[2]);
    const { pivot, centre, distance, focal } = this.camera;
    const count = positions.length / 3;
    const turned = new Float64Array(3 * count);
    const seen = new Float64Array(2 * count);
    for (let k = 0; k < count; k++) {
      const x = positions[3 * k] - pivot[0];
      const y = positions[3 * k + 1] - pivot[1];
      const z = positions[3 * k + 2] - pivot[2];
      for (let a = 0; a < 3; a++) {
        turned[3 * k + a] = r[3 * a] * x + r[3 * a + 1] * y + r[3 * a + 2] * z + pivot[a];
      }
      const inverse = 1 / (distance + centre[2] - turned[3 * k + 2]);
      seen[2 * k] = focal * (turned[3 * k] - centre[0]) * inverse;
      seen[2 * k + 1] = -focal * (turned[3 * k + 1] - centre[1]) * inverse;
    }
    return { turned, seen };
  }

  // Which model point each of the 68 landmarks is.
  choose(seen) {
    const chosen = Array.from({ length: 68 }, (_, k) => this.first + k);
    this.candidates.forEach((group, k) => {
      const [x, y] = [Math.sin(this.camera.angles[k]), Math.cos(this.camera.angles[k])];
      let most = -Infinity;
      for (const one of group) {
        const outward = seen[2 * one] * x + seen[2 * one + 1] * y;
        if (outward > most) { most = outward; chosen[k] = one; }
      }
    });
    return chosen;
  }

  // (136) landmarks on the camera plane.
  project(parameters, pose) {
    const { seen } = this.view(this.positions(parameters), pose);
    const points = new Float64Array(136);
    this.choose(seen).forEach((one, k) => {
      points[2 * k] = seen[2 * one];
      points[2 * k + 1] = seen[2 * one + 1];
    });
    return points;
  }

  // Landmarks (136) and their derivatives by parameters (136, P) and by pose (136, 3).
  linearise(parameters, pose) {
    const positions = this.positions(parameters);
    const { turned, seen } = this.view(positions, pose);
    const chosen = this.choose(seen);
    const { centre, distance, focal } = this.camera;
    const r = rotation(pose[0], pose[1], pose[2]);
    const points = new Float64Array(136);
    const byParameter = new Float64Array(136 * this.size);
    const byPose = new Float64Array(136 * 3);
    const still = new Float64Array(68 * 3);
    const stride = this.mean.length;
    for (let k = 0; k < 68; k++) {
      const one = chosen[k];
      const [px, py] = [seen[2 * one], seen[2 * one + 1]];
      points[2 * k] = px;
      points[2 * k + 1] = py;
      for (let b = 0; b < 3; b++) still[3 * k + b] = positions[3 * one + b];
      const inverse = 1 / (distance + centre[2] - turned[3 * one + 2]);
      for (let b = 0; b < 3; b++) {
        // d(plane) / d(turned position), then the chain rule through the rotation.
        const across = focal * inverse * r[b] + px * inverse * r[6 + b];
        const down = -focal * inverse * r[3 + b] + py * inverse * r[6 + b];
        for (let p = 0; p < this.size; p++) {
          const moved = this.basis[p * stride + 3 * one + b];
          byParameter[2 * k * this.size + p] += across * moved;
          byParameter[(2 * k + 1) * this.size + p] += down * moved;
        }
      }
    }
    for (let axis = 0; axis < 3; axis++) {
      const there = pose.map((angle, k) => angle + (k === axis ? POSE_STEP : 0));
      const moved = this.view(still, there).seen;
      for (let i = 0; i < 136; i++) byPose[3 * i + axis] = (moved[i] - points[i]) / POSE_STEP;
    }
    return { points, byParameter, byPose };
  }
}
