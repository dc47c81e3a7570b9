// The live panel: controls beside a picture that follows them. All it knows of faces stands in
// `facts`; every value is made into a picture by the studio.
import { Camera } from "/panel/camera.js";
import { Characters } from "/panel/characters.js";
import { Faces } from "/panel/faces.js";
import { Link } from "/panel/link.js";
import { button, make, saveFile } from "/panel/parts.js";
import { People } from "/panel/people.js";
import { keepPlace } from "/panel/place.js";
import { Sending } from "/panel/sending.js";
import { View } from "/panel/view.js";

const FINE_AFTER_MS = 250;
const MOST_BYTES = 16 * 2 ** 20;
const SPEED_WINDOW = 30;
const CONTROLS_MS = 250;

export class Panel {
  constructor(element, facts) {
    this.facts = facts;
    this.words = facts.words;
    this.drawn = facts.controls === "head";
    this.values = {};
    this.start = {};
    this.rows = new Map();
    this.locked = new Set();
    this.speeds = [];
    this.shown = 0;
    this.busy = this.again = false;
    this.photo = null;
    this.before = null;
    this.character = this.person = "";
    this.touched = new Set();
    this.unshown = new Set();
    this.showing = null;
    this.rated = 0;
    this.root = make("div", { className: `mien-panel mien-panel-${facts.panel}` });
    element.replaceChildren(this.root);
    this.build();
    this.link = new Link(facts.language, {
      opened: () => this.connected(),
      closed: () => this.say(this.words.connecting),
      lost: (header) => this.lost(header),
    });
    this.camera = new Camera((pixels, size, seconds) => this.follow(pixels, size, seconds));
    this.view = new View(this.three);
    new MutationObserver(() => { if (!this.root.isConnected) this.end(); })
      .observe(document.body, { childList: true, subtree: true });
  }

  end() {
    watcher.unobserve(this.root);
    seen.delete(this.root);
    this.camera.stop();
    this.link.end();
  }

  // --- what is on the page

  build() {
    const { words, facts } = this;
    this.canvas = make("canvas", { className: "mien-live", width: 384, height: 384 });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", words.picture);
    this.three = make("div", { className: "mien-three", hidden: true });
    this.line = make("p", { className: "mien-line", textContent: words.connecting });
    this.line.setAttribute("role", "status");
    this.told = make("span", { className: "mien-told" });
    this.stage = make(
      "div", { className: "mien-stage" },
      make("div", { className: "mien-views" }, this.canvas, this.three), this.told, this.line,
    );
    this.stage.append(...(this.drawn ? this.drawnBars() : this.photoBars()));
    if (facts.panel === "reenact") {
      this.people = new People(this);
      this.stage.append(...this.people.bars());
    }
    this.sending = new Sending(this);
    this.stage.append(this.cameraBar(), this.presetBar(), this.fileBar(), this.sending.root);
    this.root.append(this.stage, this.controls());
    this.root.tabIndex = -1;
    this.root.addEventListener("keydown", (event) => this.key(event));
    if (!this.drawn) this.takeDrops();
    if (facts.panel === "character") {
      this.fitted = new Characters(this);
      this.stage.prepend(this.fitted.bar());
    }
  }

  drawnBars() {
    const { words } = this;
    this.seed = make("input", { type: "number", min: 0, step: 1, value: 1 });
    this.seed.setAttribute("aria-label", words.seed);
    this.sampler = make("select", {}, ...this.facts.samplers.map(
      ([value, text]) => make("option", { value, textContent: text })));
    this.sampler.setAttribute("aria-label", words.sampler);
    const bar = make("div", { className: "mien-bar1" });
    if (this.facts.panel === "head") {
      bar.append(
        button(words.random, () => this.random(), "mien-random"), this.seed, this.sampler);
    }
    this.turner = button(words.three, () => this.toggleView(), "mien-view");
    bar.append(button(words.mirror, () => this.change({ do: "head.mirror" })),
      button(words.reset, () => this.reset()), this.turner);
    return [bar];
  }

  photoBars() {
    const { words } = this;
    const pick = (className, work) => make("input", {
      type: "file", accept: "image/*", className, hidden: true,
      on: { change: (event) => { const [file] = event.target.files; event.target.value = ""; if (file) work(file); } },
    });
    this.picker = pick("mien-photo", (file) => this.openPhoto(file));
    this.likePicker = pick("mien-like", (file) => this.like(file));
    const bar = make("div", { className: "mien-bar1" }, this.picker, this.likePicker,
      button(words.photo, () => this.picker.click()));
    if (this.facts.astronaut) {
      bar.append(button(words.astronaut, () => this.openPhoto(null), "mien-astronaut"));
    }
    const before = button(words.before, () => {}, "mien-before");
    for (const name of ["pointerdown", "keydown"]) before.addEventListener(name, () => this.peek(true));
    for (const name of ["pointerup", "pointerleave", "keyup", "blur"]) {
      before.addEventListener(name, () => this.peek(false));
    }
    bar.append(button(words.like, () => this.likePicker.click()), before,
      button(words.reset, () => this.reset()));
    return [bar];
  }

  cameraBar() {
    const { words } = this;
    const range = (name) => {
      const input = make("input", { type: "range", min: 0, max: 2, step: 0.05, value: 1 });
      input.setAttribute("aria-label", name);
      return [make("label", { className: "mien-small" }, name, input), input];
    };
    const [strength, strengthInput] = range(words.strength);
    const [turn, turnInput] = range(words.turn);
    this.strength = strengthInput;
    this.turn = turnInput;
    this.flip = make("input", { type: "checkbox", checked: true });
    this.cameraButton = button(words.camera, () => this.toggleCamera(), "mien-camera");
    this.cameraMore = make("span", { className: "mien-more", hidden: true },
      button(words.rest, () => this.rest(), "mien-rest"),
      make("label", { className: "mien-small" }, this.flip, words.flip), strength, turn,
      make("small", { textContent: words.hotkeys }));
    return make("div", { className: "mien-bar1" }, this.cameraButton, this.cameraMore);
  }

  presetBar() {
    const list = make("div", { className: "mien-presets" });
    list.append(button(this.words.neutral, () => this.change({ do: "neutral" })));
    for (const [name, text] of this.facts.presets) {
      list.append(button(text, () => this.change({ do: "preset", name })));
    }
    return make("details", { open: window.innerWidth > 800 },
      make("summary", { textContent: this.words.presets }), list);
  }

  fileBar() {
    const list = make("div", { className: "mien-bar1 mien-files" });
    for (const [what, text] of this.facts.files) {
      list.append(make("button", { type: "button", textContent: text, dataset: { what },
        on: { click: () => this.keep(what) } }));
    }
    return make("div", { className: "mien-keep" },
      make("span", { textContent: this.words.download }), list);
  }

  controls() {
    const find = make("input", { type: "search", placeholder: this.words.find,
      on: { input: () => this.find(find.value) } });
    find.setAttribute("aria-label", this.words.find);
    const side = make("div", { className: "mien-side" }, find);
    for (const group of this.facts.groups) side.append(this.group(group));
    return side;
  }

  group(group) {
    const rows = group.rows.map((row) => this.row(row));
    const head = make("summary", {}, make("span", { textContent: group.title }));
    if (this.drawn && this.facts.panel === "head") {
      head.append(make("button", { type: "button", className: "mien-lock", textContent: "○",
        title: this.words.lock_all, on: { click: (event) => {
          event.preventDefault();
          const all = group.rows.every((row) => this.locked.has(row.key));
          for (const row of group.rows) this.lock(row.key, !all);
        } } }));
    }
    return make("details", { open: group.open, dataset: { group: group.name } }, head, ...rows);
  }

  row(row) {
    this.start[row.key] = this.values[row.key] = row.start;
    const input = row.kind === "choice"
      ? make("select", {}, ...row.choices.map(([value, text]) => make("option", { value, textContent: text })))
      : make("input", row.kind === "colour" ? { type: "color" }
        : { type: "range", min: row.low, max: row.high, step: row.step });
    input.value = row.start;
    input.setAttribute("aria-label", row.title);
    const output = make("output", { textContent: row.kind === "slider" ? this.number(row, row.start) : "" });
    const name = make("span", { textContent: row.title, title: row.title,
      on: { dblclick: () => this.set({ [row.key]: this.start[row.key] }, true) } });
    const line = make("label", { className: "mien-row", dataset: { key: row.key } }, name, input, output);
    if (this.drawn && this.facts.panel === "head") {
      line.append(make("button", { type: "button", className: "mien-lock", textContent: "○",
        title: this.words.lock, on: { click: (event) => {
          event.preventDefault();
          this.lock(row.key, !this.locked.has(row.key));
        } } }));
    }
    input.addEventListener("input", () => {
      this.values[row.key] = row.kind === "slider" ? Number(input.value) : input.value;
      output.textContent = row.kind === "slider" ? this.number(row, this.values[row.key]) : "";
      this.touched.add(row.key);
      this.moved(row.key);
    });
    this.rows.set(row.key, { row, input, output, line });
    return line;
  }

  number(row, value) {
    return Number(value).toFixed(row.step >= 0.5 ? 0 : 2);
  }

  find(written) {
    const wanted = written.trim().toLowerCase();
    for (const { row, line } of this.rows.values()) {
      const name = `${row.title} ${row.key}`.toLowerCase();
      line.hidden = wanted !== "" && !name.includes(wanted);
    }
    for (const group of this.root.querySelectorAll(".mien-side > details")) {
      const rows = [...group.querySelectorAll(".mien-row")];
      group.hidden = rows.every((line) => line.hidden);
      if (wanted && !group.hidden) group.open = true;
    }
  }

  lock(key, on) {
    if (on) this.locked.add(key); else this.locked.delete(key);
    const { line } = this.rows.get(key);
    line.classList.toggle("mien-locked", on);
    line.querySelector(".mien-lock").textContent = on ? "●" : "○";
  }

  // --- values

  set(values, touched = false) {
    for (const [key, value] of Object.entries(values)) {
      const known = this.rows.get(key);
      if (!known) continue;
      this.values[key] = value;
      this.unshown.add(key);
      if (touched) this.touched.add(key);
    }
    // Before a camera the picture comes first: the controls follow a few times a second.
    if (!this.camera.on) this.showValues();
    else this.showing ??= setTimeout(() => this.showValues(), CONTROLS_MS);
    this.moved(null);
  }

  showValues() {
    this.showing = null;
    for (const key of this.unshown) {
      const { row, input, output } = this.rows.get(key);
      input.value = this.values[key];
      if (row.kind === "slider") output.textContent = this.number(row, this.values[key]);
    }
    this.unshown.clear();
  }

  moved(key) {
    if (this.view.mien) {
      if (key === null || key.startsWith("au.")) this.moveView();
      if (key === null || key === "choice.style") this.view.style(this.values["choice.style"]);
      if (key !== null && !key.startsWith("au.") && !key.startsWith("scene.")) {
        this.turner.textContent = this.words.update;
        this.stale = true;
      }
    }
    this.draw();
  }

  moveView() {
    for (const [key, value] of Object.entries(this.values)) {
      if (key.startsWith("au.")) this.view.set(key.slice(3), value);
    }
  }

  // --- questions

  async ask(header, payload) {
    const [told, data] = await this.link.ask(header, payload);
    if (told.error) this.say(told.error, true);
    return told.error || told.dropped ? [null, null] : [told, data];
  }

  say(line, wrong = false) {
    if (this.line.textContent !== line) this.line.textContent = line;
    this.line.classList.toggle("mien-wrong", wrong);
  }

  async connected() {
    this.busy = this.again = false;
    this.say("");
    await this.fitted?.connected();
    if (this.drawn) this.draw();
    else if (this.person) await this.people.choose(this.person);
    else if (this.photo) await this.openPhoto(this.photo.file, true, this.photo.drawn);
    else this.say(this.words.no_photo);
    if (this.people) await this.people.list();
  }

  lost(header) {
    if (header.error) this.say(header.error, true);
    if (this.photo) this.openPhoto(this.photo.file, true, this.photo.drawn);
    if (this.character) this.fitted.open(this.character, true);
  }

  get drawing() {
    const asked = { values: this.values, bare: this.bare, ...this.sending.out };
    if (this.person) return { do: "person.draw", person: this.person, ...asked };
    return { do: this.drawn ? "head.draw" : "photo.draw", ...asked };
  }

  async draw() {
    if (!this.drawn && !this.photo && !this.person) return;
    clearTimeout(this.later);
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    const begun = performance.now();
    const [told, picture] = await this.ask({ ...this.drawing, draft: true });
    if (told) {
      await this.show(picture);
      this.sending.told(told);
      this.speed(performance.now() - begun, told.ms, told.cpu);
    }
    this.busy = false;
    if (this.again) { this.again = false; this.draw(); return; }
    if (told && this.drawn && !this.camera.on) this.later = setTimeout(() => this.refine(), FINE_AFTER_MS);
  }

  async refine() {
    if (this.busy || this.camera.on) return;
    this.busy = true;
    const [told, picture] = await this.ask({ ...this.drawing, draft: false });
    if (told && !this.again) await this.show(picture);
    this.busy = false;
    if (this.again) { this.again = false; this.draw(); }
    this.root.dataset.fine = String(Number(this.root.dataset.fine ?? 0) + 1);
  }

  async show(picture) {
    const image = await createImageBitmap(new Blob([picture], { type: "image/jpeg" }));
    const { canvas } = this;
    if (canvas.width !== image.width || canvas.height !== image.height) {
      canvas.width = image.width;
      canvas.height = image.height;
    }
    canvas.getContext("2d").drawImage(image, 0, 0);
    image.close();
    this.shown += 1;
    this.root.dataset.shown = String(this.shown);
  }

  // ms: from asking to the picture; drawn and cpu: what the studio's process needed for it.
  speed(ms, drawn, cpu) {
    this.times = [...(this.times ?? []), [ms, drawn, cpu]].slice(-SPEED_WINDOW);
    this.speeds = [...this.speeds, ms].slice(-SPEED_WINDOW);
    if (this.camera.on) { this.rate(drawn); return; }
    const [usual] = [...this.speeds].sort((a, b) => a - b).slice(this.speeds.length >> 1);
    this.told.textContent = this.words.speed
      .replace("{ms}", ms.toFixed(0)).replace("{usual}", usual.toFixed(0)).replace("{drawn}", drawn.toFixed(0));
  }

  rate(drawn) {
    const rate = this.camera.count();
    if (performance.now() - this.rated < CONTROLS_MS) return;
    this.rated = performance.now();
    this.root.dataset.fps = rate.toFixed(1);
    this.told.textContent = this.words.fps.replace("{fps}", rate.toFixed(rate < 10 ? 1 : 0)).replace("{drawn}", drawn.toFixed(0));
  }

  async change(header) {
    if (header.do === "neutral") {
      const units = Object.keys(this.values).filter((key) => key.startsWith("au."));
      this.set(Object.fromEntries(units.map((key) => [key, 0])), true);
      return;
    }
    const [told] = await this.ask({ ...header, values: this.values });
    if (told) this.set(told.values, true);
  }

  async random() {
    const seed = Number(this.seed.value) || 0;
    await this.change({ do: "head.random", seed, sampler: this.sampler.value, locked: [...this.locked] });
    this.seed.value = seed + 1;
  }

  reset() {
    this.touched.clear();
    this.set(this.start);
  }

  // --- photos

  // drawn: {name, drawn}: somebody who never was, by number.
  async openPhoto(file, again = false, drawn = null) {
    if (file && file.size > MOST_BYTES) { this.say(this.words.too_large, true); return; }
    const header = file ? { name: file.name } : drawn ?? { name: "astronaut.png", astronaut: true };
    this.say(this.words.making);
    const [told, picture] = await this.ask({ do: "photo.open", ...header }, file ? await file.arrayBuffer() : null);
    if (!told) return;
    this.say("");
    this.photo = { file, name: told.name, drawn };
    if (this.person) { this.person = ""; this.people.choice.value = ""; }
    this.before = picture;
    await this.show(picture);
    if (again) { this.draw(); return; }
    Object.assign(this.start, told.values);
    this.set({ ...this.start, ...told.values });
  }

  async like(file) {
    if (file.size > MOST_BYTES) { this.say(this.words.too_large, true); return; }
    const [told] = await this.ask({ do: "photo.like", name: file.name }, await file.arrayBuffer());
    if (told) this.set(told.values, true);
  }

  peek(on) {
    if (on && this.before) this.show(this.before);
    else if (!on && this.peeking) this.draw();
    this.peeking = on;
  }

  takeDrops() {
    this.stage.addEventListener("dragover", (event) => event.preventDefault());
    this.stage.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer.files;
      if (file) this.openPhoto(file);
    });
  }

  // --- files and the 3D view

  get named() {
    if (this.person) return { person: this.person };
    return this.character ? { character: this.character, bare: this.bare } : {};
  }

  get bare() {
    return this.fitted !== undefined && !this.fitted.skin.checked;
  }

  async keep(what) {
    this.say(this.words.making);
    const doing = this.drawn ? "head.make" : this.person ? "person.make" : "photo.make";
    const [told, data] = await this.ask({ do: doing, what, values: this.values, ...this.named });
    if (!told) return;
    saveFile(told.file, data);
    this.say(this.words.made.replace("{file}", told.file));
  }

  async toggleView() {
    if (this.view.mien && !this.stale) {
      this.view.close();
      this.three.hidden = true;
      this.turner.textContent = this.words.three;
      return;
    }
    this.stale = false;
    this.say(this.words.making);
    this.turner.disabled = true;
    const [told, model] = await this.ask({ do: "head.make", what: "model", values: this.values, ...this.named });
    this.turner.disabled = false;
    if (!told) return;
    this.say("");
    this.three.hidden = false;
    const names = Object.keys(this.values).filter((key) => key.startsWith("au.")).map((key) => key.slice(3));
    if (!(await this.view.show(model, this.values["choice.style"], names))) {
      this.three.hidden = true;
      return this.say(this.words.no_3d, true);
    }
    this.turner.textContent = this.words.picture;
    this.moveView();
  }

  // --- the camera

  // clip: a file to follow instead of the webcam.
  async toggleCamera(clip = null) {
    if (this.camera.on) {
      this.camera.stop();
      this.people?.moved();
      this.cameraButton.textContent = this.words.camera;
      this.cameraMore.hidden = true;
      this.say("");
      this.draw();
      return;
    }
    if (!this.drawn && !this.photo && !this.person) { this.say(this.words.no_photo, true); return; }
    try {
      await this.camera.start(clip);
    } catch {
      this.camera.stop();
      this.say(clip ? this.words.no_clip : this.words.no_camera, true);
      return;
    }
    clearTimeout(this.later);
    this.cameraButton.textContent = this.words.camera_stop;
    this.cameraMore.hidden = false;
    this.flip.checked = !clip;
    this.people?.moved();
    await this.rest();
    this.root.focus();
  }

  async rest() {
    await this.ask({ do: "camera.rest" });
    if (this.camera.on) this.say(this.words.waiting_rest);
  }

  // Who follows a face, and how.
  get following() {
    const how = { strength: Number(this.strength.value), turn: Number(this.turn.value) };
    if (this.person) return { by: "person", person: this.person, ...how };
    return this.drawn ? { by: "head", ...how } : { by: "photo", rest: this.start, ...how };
  }

  async follow(pixels, size, seconds) {
    const header = { ...this.following, do: "camera.frame", size, time: seconds, mirror: this.flip.checked };
    const [told, picture] = await this.ask(this.person ? { ...header, ...this.sending.out } : header, pixels);
    if (!told || !this.camera.on) return;
    this.seen = [...(this.seen ?? []), [told.ms, told.cpu]].slice(-SPEED_WINDOW);
    this.say(told.waiting ? this.words[`waiting_${told.waiting}`] : "");
    if (told.picture) {
      await this.show(picture);
      this.sending.told(told);
      this.rate(told.ms);
    }
    if (told.values) this.set(told.values);
  }

  key(event) {
    if (event.target.matches("input[type=number], input[type=search], select") || event.ctrlKey) return;
    if (event.key === "c") this.toggleCamera();
    else if (event.key === "n" && this.camera.on) this.rest();
    else if (event.key === "m" && this.camera.on) this.flip.checked = !this.flip.checked;
    else if (event.key === "r" && this.facts.panel === "head") this.random();
    else return;
    event.preventDefault();
  }
}

// A panel wants the width of the page: where one is seen, the column of results makes room.
const seen = new Set();
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) seen.add(entry.target); else seen.delete(entry.target);
  }
  document.body.classList.toggle("mien-wide", seen.size > 0);
});

keepPlace();

export function mount(element, facts) {
  const panel = facts.panel === "generate" ? new Faces(element, facts) : new Panel(element, facts);
  watcher.observe(panel.root);
  window.mienPanels = { ...(window.mienPanels ?? {}), [facts.panel]: panel };
  return panel;
}
