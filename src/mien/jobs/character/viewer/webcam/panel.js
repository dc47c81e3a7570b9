// The webcam of a page: camera, buttons, the small picture of oneself, and the head that follows.
// Nothing leaves the page: its content policy lets it reach no address.
import { clip, readArrays } from "./numbers.js";
import { Known } from "./fit.js";
import { LiveTracker } from "./live.js";
import { openNetwork } from "./network.js";
import { GUIDE, Tracker } from "./tracker.js";

const HEIGHT = 480;
const SHOWN = 290;
const LIMITS = [70, 40, 40]; // as persona/perform.py
const WINDOW_MS = 2000;
const viewer = window.mien;
const { words } = viewer.facts;
const at = (id) => document.getElementById(`webcam-${id}`);

// What a failure of the camera is in words.
function reason(problem) {
  const known = {
    NotAllowedError: words.refused, SecurityError: words.refused,
    NotFoundError: words.none, OverconstrainedError: words.none,
    NotReadableError: words.busy, AbortError: words.busy,
  };
  return known[problem.name] ?? `${words.failed} (${problem.message})`;
}

// The networks and what Python measured, unpacked when the camera is first wanted.
async function openParts() {
  const parts = ["wasm", "network", "facts"].map((name) => viewer.unpack(`webcam-${name}`));
  const [wasm, graph, facts] = await Promise.all(parts);
  const known = new Known(readArrays(facts));
  const tracker = new Tracker(await openNetwork(wasm, graph), known.arrays.mirror);
  return { known, tracker, live: new LiveTracker(known) };
}

class Webcam {
  constructor() {
    this.stream = this.parts = this.motion = null;
    this.mirror = true;
    this.frames = this.run = 0;
    this.spent = [];
    this.video = document.createElement("video");
    this.video.muted = this.video.playsInline = true;
    this.picture = document.createElement("canvas");
    this.drawing = this.picture.getContext("2d", { alpha: false, willReadFrequently: true });
    at("start").addEventListener("click", () => (this.stream ? this.stop() : this.start()));
    at("neutral").addEventListener("click", () => this.neutral());
    at("mirror").addEventListener("click", () => this.mirrored(!this.mirror));
  }

  say(line) {
    if (at("words").textContent !== line) at("words").textContent = line;
  }

  async start() {
    if (!navigator.mediaDevices?.getUserMedia) return this.say(words.insecure);
    at("start").disabled = true;
    this.say(words.loading);
    this.opening ??= openParts(); // while the browser asks whether the camera may be used
    this.opening.catch(() => {}); // told below
    try {
      const wanted = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      this.stream.getVideoTracks()[0].addEventListener("ended", () => this.stop(words.busy));
      this.video.srcObject = this.stream;
      await this.video.play();
    } catch (problem) {
      at("start").disabled = false;
      return this.stop(reason(problem));
    }
    try {
      this.parts = await this.opening;
    } catch (problem) {
      at("start").disabled = false;
      return this.stop(`${words.broken} (${problem.message})`);
    }
    at("start").disabled = false;
    this.begun = performance.now();
    this.run += 1;
    this.parts.tracker.forget();
    this.neutral();
    this.shows(true);
    this.next(this.run);
  }

  stop(line = "") {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = this.video.srcObject = null;
    this.shows(false);
    this.still();
    at("rate").textContent = "";
    this.say(line);
  }

  shows(on) {
    viewer.busy(on);
    for (const name of ["self", "neutral", "mirror"]) at(name).hidden = !on;
    at("start").setAttribute("aria-pressed", String(on));
    at("start").textContent = on ? words.stop : words.start;
  }

  neutral() {
    this.parts.live.begin();
    this.still();
  }

  mirrored(on) {
    this.mirror = on;
    at("mirror").setAttribute("aria-pressed", String(on));
    at("self").classList.toggle("mirrored", on);
  }

  // The head at rest, as it was before.
  still() {
    this.motion = null;
    viewer.reset();
    viewer.turn(0, 0, 0);
  }

  // run: the camera may be stopped and started again while a picture is looked at
  next(run) {
    const over = () => !this.stream || run !== this.run;
    if (over()) return;
    const again = async () => {
      if (over()) return;
      try {
        await this.frame(over);
      } catch (problem) {
        this.stop(`${words.broken} (${problem.message})`);
      }
      this.next(run);
    };
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(again);
    else requestAnimationFrame(again);
  }

  // One picture of the camera: seen, told, followed, shown.
  async frame(over) {
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth) return;
    const begun = performance.now();
    const scale = Math.min(1, HEIGHT / videoHeight);
    const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    if (this.picture.width !== width || this.picture.height !== height) {
      Object.assign(this.picture, { width, height });
    }
    this.drawing.drawImage(this.video, 0, 0, width, height);
    const image = this.drawing.getImageData(0, 0, width, height);
    const { live, tracker } = this.parts;
    const points = await tracker.feed(image);
    if (over()) return;
    const motion = live.feed(points, (begun - this.begun) / 1000);
    if (motion) this.follow(motion, live.still);
    this.preview(points);
    this.frames += 1;
    const now = performance.now();
    this.spent = [...this.spent.filter(([when]) => begun - when < WINDOW_MS), [begun, now - begun]];
    this.say(points ? (motion ? "" : words.rest) : words.hold);
    at("rate").textContent = motion ? `${this.rate()} ${words.following}` : "";
  }

  // Pictures a second over the last two.
  rate() {
    const first = this.spent[0][0];
    const last = this.spent[this.spent.length - 1][0];
    return last > first ? Math.round((1000 * (this.spent.length - 1)) / (last - first)) : 0;
  }

  // A motion beside the face's own rest, done by the head.
  follow(motion, still) {
    this.motion = motion;
    const side = this.mirror ? -1 : 1;
    this.parts.known.facts.aus.forEach((name, k) => {
      viewer.set(name, name === "AU45" ? motion.aus[k] : motion.aus[k] - still.aus[k]);
    });
    const [yaw, pitch, roll] = LIMITS.map((most, k) => clip(motion.pose[k] - still.pose[k], -most, most));
    viewer.turn(side * yaw, pitch, side * roll);
    const [right, up] = [side * motion.gaze[0], motion.gaze[1]];
    for (const [name, value] of [
      ["eyeLookOutLeft", right], ["eyeLookInRight", right], ["eyeLookInLeft", -right], ["eyeLookOutRight", -right],
      ["eyeLookUpLeft", up], ["eyeLookUpRight", up], ["eyeLookDownLeft", -up], ["eyeLookDownRight", -up],
    ]) viewer.set(name, value);
  }

  // The small picture, with the points that were found or the oval to hold one's face into.
  preview(points) {
    const canvas = at("self");
    const scale = SHOWN / this.picture.width;
    const [width, height] = [SHOWN, Math.round(this.picture.height * scale)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    pen.drawImage(this.picture, 0, 0, width, height);
    if (points) {
      pen.fillStyle = "#7fe3a1";
      for (let i = 0; i < points.length; i += 2) {
        pen.fillRect(points[i] * scale - 1, points[i + 1] * scale - 1, 2, 2);
      }
      return;
    }
    pen.strokeStyle = "#ffffffcc";
    pen.lineWidth = 2;
    pen.setLineDash([7, 5]);
    pen.beginPath();
    const half = (GUIDE.width * height) / 2;
    pen.ellipse(width / 2, GUIDE.down * height, half * 0.8, half * 1.1, 0, 0, 2 * Math.PI);
    pen.stroke();
  }
}

viewer.webcam = new Webcam();
