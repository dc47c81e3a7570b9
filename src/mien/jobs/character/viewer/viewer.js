// The page of one character: its model, turned with the mouse, and a slider for every expression.
// Bundled by `python -m mien.jobs.character.viewer` into bundle.js, with three.js (MIT).
import {
  AmbientLight, BackSide, Color, DataTexture, DirectionalLight, DynamicDrawUsage, Group, Mesh, MeshBasicMaterial,
  MeshToonMaterial, NearestFilter, PerspectiveCamera, RedFormat, Scene, SkinnedMesh, WebGLRenderer,
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

const OUTLINE = 0.0011;
const NECK_SHARE = 0.35; // of a turn of the head, that the neck does
const facts = JSON.parse(document.getElementById("facts").textContent);
const stage = document.getElementById("stage");

// The model: packed in a page (boot.js unpacks it), plain base64 in the studio's frame.
function modelBytes() {
  if (window.mien?.unpack) return window.mien.unpack("model");
  const element = document.getElementById("model");
  const written = atob(element.textContent.trim());
  const bytes = new Uint8Array(written.length);
  for (let i = 0; i < written.length; i++) bytes[i] = written.charCodeAt(i);
  element.remove();
  return bytes.buffer;
}

// Whether pictures are made by the processor itself, which has to be known before they are.
function software() {
  const gl = document.createElement("canvas").getContext("webgl2");
  const told = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = told ? String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software/i.test(name);
}

const slow = software();
// Four samples a pixel cost a processor more than all else; at rest it draws more pixels instead.
function begun() {
  try {
    return new WebGLRenderer({ antialias: !slow, alpha: true });
  } catch (problem) {
    stage.textContent = facts.flat ?? "";
    throw problem;
  }
}

const renderer = begun();
const FINEST = slow ? 2 : Math.min(devicePixelRatio, 2);
const LEAST = 0.5;
const REST_MS = 250;
const WANTED_MS = 30;
stage.append(renderer.domElement);

sharpness(FINEST);
const scene = new Scene();
const camera = new PerspectiveCamera(24, 1, 0.05, 20);
camera.position.set(0, -0.01, 0.78);
const controls = new OrbitControls(camera, renderer.domElement);
controls.target.set(0, -0.025, -0.03);
controls.minDistance = 0.2;
controls.maxDistance = 3;
scene.add(new AmbientLight(0xffffff, 1.15));
for (const [x, y, z, strength, colour] of [
  [0.5, 0.7, 1, 1.9, 0xfff4ea], [-0.9, 0.2, 0.6, 0.7, 0xe6eeff], [0.3, 0.8, -1, 0.9, 0xffffff],
]) {
  const light = new DirectionalLight(colour, strength);
  light.position.set(x, y, z);
  scene.add(light);
}

// Pixels for each pixel of the page: all at rest; as many as are in time while something moves.
let asked = false;
let held = false;
let moving = slow ? 1 : FINEST;
let last = 0;
let late = 0;
let resting = 0;

function sharpness(ratio) {
  if (renderer.getPixelRatio() !== ratio) renderer.setPixelRatio(ratio);
}

function render() {
  for (const mesh of meshes) mesh.userData.shapes?.apply();
  renderer.render(scene, camera);
}

function pace(now) {
  const taken = now - last;
  last = now;
  if (taken > 4 * WANTED_MS) return; // it had nothing to do before
  late += (taken - WANTED_MS - late) / 4;
  if (late > 2) moving = Math.max(LEAST, moving * 0.9);
  else if (late < -5) moving = Math.min(1, moving * 1.05);
}

function draw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame((now) => {
    asked = false;
    if (slow) {
      pace(now);
      sharpness(held ? LEAST : moving);
      clearTimeout(resting);
      if (!held) resting = setTimeout(rest, REST_MS);
    }
    render();
  });
}

function rest() {
  sharpness(FINEST);
  render();
}

// Without a graphics processor: fewer pixels while something else has to be done as well.
function busy(on) {
  held = on;
  fit();
}

function fit() {
  const { clientWidth: width, clientHeight: height } = stage;
  if (!width || !height) return;
  camera.aspect = width / height;
  camera.fov = width < height ? 24 * Math.min(2, height / width) : 24;
  camera.updateProjectionMatrix();
  renderer.setSize(width, height);
  draw();
}
new ResizeObserver(fit).observe(stage);
controls.addEventListener("change", draw);

// Without a graphics processor a vertex that asks for all of its shapes, most of them at 0, costs
// more than the rest of the picture: there the few that are shown are added up here.
class Shapes {
  constructor(mesh) {
    const { geometry, morphTargetDictionary } = mesh;
    this.names = morphTargetDictionary;
    this.weights = new Float32Array(Object.keys(this.names).length);
    this.parts = ["position", "normal"].filter((part) => geometry.morphAttributes[part]).map((part) => {
      const attribute = geometry.getAttribute(part);
      attribute.setUsage(DynamicDrawUsage);
      return { attribute, base: attribute.array.slice(), moves: geometry.morphAttributes[part].map(sparse) };
    });
    geometry.morphAttributes = {};
    mesh.morphTargetInfluences = undefined;
    this.changed = false;
  }

  set(place, weight) {
    this.changed ||= this.weights[place] !== weight;
    this.weights[place] = weight;
  }

  apply() {
    if (!this.changed) return;
    this.changed = false;
    for (const { attribute, base, moves } of this.parts) {
      attribute.array.set(base);
      this.weights.forEach((weight, place) => { if (weight > 0) add(attribute.array, moves[place](), weight); });
      attribute.needsUpdate = true;
    }
  }
}

// What a shape moves and by how much, found when it is first asked for.
function sparse(attribute) {
  let found = null;
  return () => {
    if (found) return found;
    const all = Float32Array.from({ length: 3 * attribute.count }, (_, i) => attribute.getComponent(Math.floor(i / 3), i % 3));
    const places = Int32Array.from(all.keys()).filter((i) => Math.abs(all[i]) > 1e-7);
    found = { places, steps: Float32Array.from(places, (i) => all[i]) };
    return found;
  };
}

function add(values, { places, steps }, weight) {
  for (let i = 0; i < places.length; i++) values[places[i]] += weight * steps[i];
}

// Expressions: one name moves every mesh that has it.
const meshes = [];
const values = new Map();
const namesOf = (mesh) => mesh.userData.shapes?.names ?? mesh.morphTargetDictionary ?? {};

function set(name, value) {
  const weight = Math.min(1, Math.max(0, Number(value) || 0));
  values.set(name, weight);
  for (const mesh of meshes) {
    const place = namesOf(mesh)[name];
    if (place === undefined) continue;
    if (mesh.userData.shapes) mesh.userData.shapes.set(place, weight);
    else mesh.morphTargetInfluences[place] = weight;
  }
  const row = rows.get(name);
  if (row) row.value = String(weight);
  draw();
}

function reset() {
  for (const name of values.keys()) set(name, 0);
}

// Styles: the materials of the file, or flat steps of light with an outline.
const steps = new DataTexture(new Uint8Array([120, 215, 255]), 3, 1, RedFormat);
steps.minFilter = steps.magFilter = NearestFilter;
steps.needsUpdate = true;
const outlines = new Group();

function drawn(material) {
  return new MeshToonMaterial({
    color: material.color, map: material.map, gradientMap: steps, side: material.side,
    transparent: material.transparent, opacity: material.opacity, alphaTest: material.alphaTest,
    vertexColors: material.vertexColors, name: material.name,
  });
}

function outline(mesh) {
  const ink = new MeshBasicMaterial({ color: new Color(0x1c1412), side: BackSide });
  ink.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader.replace(
      "#include <skinning_vertex>",
      `transformed += normalize(normal) * ${OUTLINE};\n#include <skinning_vertex>`,
    );
  };
  const line = new SkinnedMesh(mesh.geometry, ink);
  line.bind(mesh.skeleton, mesh.bindMatrix);
  line.morphTargetInfluences = mesh.morphTargetInfluences;
  line.frustumCulled = false;
  return line;
}

function style(name) {
  const toon = name === "toon";
  for (const mesh of meshes) mesh.material = toon ? mesh.userData.toon : mesh.userData.photo;
  outlines.visible = toon;
  for (const button of document.querySelectorAll("[data-style]")) {
    button.setAttribute("aria-pressed", String(button.dataset.style === name));
  }
  draw();
}

// Controls
const rows = new Map();

function build() {
  const known = new Set(meshes.flatMap((mesh) => Object.keys(namesOf(mesh))));
  const list = document.getElementById("sliders");
  for (const [title, names] of facts.groups) {
    const group = document.createElement("details");
    group.open = list.childElementCount === 0;
    const head = document.createElement("summary");
    head.textContent = title;
    group.append(head);
    for (const name of names.filter((one) => known.has(one))) {
      const label = document.createElement("label");
      const shown = document.createElement("span");
      shown.textContent = name;
      const slider = document.createElement("input");
      Object.assign(slider, { type: "range", min: "0", max: "1", step: "0.01", value: "0" });
      slider.setAttribute("aria-label", name);
      slider.addEventListener("input", () => set(name, slider.value));
      label.append(shown, slider);
      group.append(label);
      rows.set(name, slider);
      values.set(name, 0);
    }
    list.append(group);
  }
  for (const [title, weights] of facts.moods) {
    const button = document.createElement("button");
    button.textContent = title;
    button.addEventListener("click", () => {
      reset();
      for (const [name, weight] of Object.entries(weights)) set(name, weight);
    });
    document.getElementById("moods").append(button);
  }
  for (const button of document.querySelectorAll("[data-style]")) {
    button.addEventListener("click", () => style(button.dataset.style));
  }
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const [name, slider] of rows) {
      slider.parentElement.hidden = wanted !== "" && !name.toLowerCase().includes(wanted);
    }
    if (wanted) for (const group of list.children) group.open = true;
  });
}

function snapshot() {
  rest();
  return renderer.domElement.toDataURL("image/png");
}

function view(yaw, pitch = 0, distance = 0.78) {
  const [a, b] = [yaw, pitch].map((degrees) => (degrees * Math.PI) / 180);
  camera.position.set(Math.sin(a) * Math.cos(b), Math.sin(b), Math.cos(a) * Math.cos(b));
  camera.position.multiplyScalar(distance).add(controls.target);
  controls.update();
  draw();
}

// Turns the head by degrees as a picture shows them: right, down, counter-clockwise.
function turn(yaw, pitch, roll) {
  for (const [name, share] of [["neck", NECK_SHARE], ["head", 1 - NECK_SHARE]]) {
    const angles = [pitch, yaw, roll].map((degrees) => (degrees * share * Math.PI) / 180);
    scene.getObjectByName(name)?.rotation.set(...angles, "ZYX");
  }
  draw();
}

async function open() {
  const file = await new GLTFLoader().parseAsync(await modelBytes(), "");
  file.scene.traverse((one) => {
    if (!(one instanceof Mesh)) return;
    one.frustumCulled = false;
    one.userData.photo = one.material;
    one.userData.toon = drawn(one.material);
    if (slow && one.morphTargetDictionary) one.userData.shapes = new Shapes(one);
    meshes.push(one);
    // Not the skin: around eyes and nose its back would show as stray lines; nor ears alone.
    if (one.name === "shirt") {
      outlines.add(outline(one));
    }
  });
  scene.add(file.scene, outlines);
  build();
  style(facts.style);
  fit();
  stage.dataset.ready = "yes";
}

const ready = open();
window.mien = {
  ...window.mien, facts, turn, busy, ready, set, reset, style, view, snapshot, values,
  bone: (name) => scene.getObjectByName(name), draw,
};
