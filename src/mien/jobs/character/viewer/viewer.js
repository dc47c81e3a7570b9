// The page of one character: its model, turned with the mouse, and a slider for every expression.
// Bundled by `python -m mien.jobs.character.viewer` into bundle.js, with three.js (MIT).
import {
  AmbientLight, BackSide, Color, DataTexture, DirectionalLight, Group, Mesh, MeshBasicMaterial,
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

function software(gl) {
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  const name = told ? String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)) : "";
  return /swiftshader|llvmpipe|software/i.test(name);
}

const renderer = new WebGLRenderer({ antialias: true, alpha: true });
const slow = software(renderer.getContext());
renderer.setPixelRatio(slow ? 1 : Math.min(devicePixelRatio, 2));
stage.append(renderer.domElement);

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

let asked = false;
function draw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    renderer.render(scene, camera);
  });
}

// Without a graphics processor: fewer pixels while something else has to be done as well.
function busy(on) {
  if (slow) renderer.setPixelRatio(on ? 0.5 : 1);
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

// Expressions: one name moves every mesh that has it.
const meshes = [];
const values = new Map();

function set(name, value) {
  const weight = Math.min(1, Math.max(0, Number(value) || 0));
  values.set(name, weight);
  for (const mesh of meshes) {
    const place = mesh.morphTargetDictionary?.[name];
    if (place !== undefined) mesh.morphTargetInfluences[place] = weight;
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
  const known = new Set(meshes.flatMap((mesh) => Object.keys(mesh.morphTargetDictionary ?? {})));
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
  renderer.render(scene, camera);
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
