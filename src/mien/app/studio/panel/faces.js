// The wall of faces: a sheet from the studio, cut into cells that can be chosen.
import { Link } from "/panel/link.js";
import { button, make, saveFile } from "/panel/parts.js";

const FRAME_MS = 90;
const MOST_CHOSEN = 2;

export class Faces {
  constructor(element, facts) {
    this.words = facts.words;
    this.facts = facts;
    this.chosen = [];
    this.ways = 0;
    this.root = make("div", { className: "mien-faces" });
    element.replaceChildren(this.root);
    this.build();
    this.link = new Link(facts.language, {
      opened: () => { if (!this.shown) this.wall(); },
      closed: () => this.say(this.words.connecting),
      lost: (header) => this.say(header.error ?? this.words.lost, true),
    });
    new MutationObserver(() => { if (!this.root.isConnected) { this.stop(); this.link.end(); } })
      .observe(document.body, { childList: true, subtree: true });
  }

  build() {
    const { words, facts } = this;
    this.seed = make("input", { type: "number", min: 0, step: 1, value: 0, on: { change: () => this.wall() } });
    this.seed.setAttribute("aria-label", words.seed);
    this.model = make("select", { on: { change: () => this.wall() } },
      ...facts.models.map(([value, text]) => make("option", { value, textContent: text })));
    this.model.setAttribute("aria-label", words.model);
    this.variety = make("input", { type: "range", min: 0, max: 1.4, step: 0.05, value: 1,
      on: { change: () => this.wall() } });
    this.variety.setAttribute("aria-label", words.variety);
    this.nearButton = button(words.near, () => this.near(), "mien-near");
    this.walkButton = button(words.walk, () => this.walk(), "mien-walk");
    this.keepButton = button(words.keep, () => this.keep(), "mien-keep-face");
    this.line = make("p", { className: "mien-line", textContent: words.connecting });
    this.line.setAttribute("role", "status");
    this.cells = make("div", { className: "mien-wall" });
    this.way = make("canvas", { className: "mien-way", hidden: true });
    this.root.append(
      make("div", { className: "mien-bar1" },
        button(words.another, () => { this.seed.value = Number(this.seed.value) + 1; this.wall(); }, "mien-another"),
        make("label", { className: "mien-small" }, words.seed, this.seed), this.model,
        make("label", { className: "mien-small" }, words.variety, this.variety)),
      make("div", { className: "mien-bar1" }, this.nearButton, this.walkButton, this.keepButton),
      this.line, make("div", { className: "mien-wall-row" }, this.cells, this.way));
    this.choose(null);
  }

  say(line, wrong = false) {
    this.line.textContent = line;
    this.line.classList.toggle("mien-wrong", wrong);
  }

  async ask(header) {
    this.say(this.words.making);
    const [told, data] = await this.link.ask(header);
    if (!told.error && !told.dropped) { this.say(this.words.choose); return [told, data]; }
    if (told.error) this.say(told.error, true);
    return [null, null];
  }

  async wall() {
    const header = { do: "faces.wall", seed: Math.max(0, Math.floor(Number(this.seed.value) || 0)) };
    const [told, data] = await this.ask({ ...header, model: this.model.value, variety: Number(this.variety.value) });
    if (told) await this.show(told, data);
  }

  async near() {
    const [told, data] = await this.ask({ do: "faces.near", cell: this.chosen[0] });
    if (told) await this.show(told, data);
  }

  async cut(told, data) {
    const sheet = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
    const size = sheet.width / told.columns;
    const places = Array.from({ length: told.cells }, (_, k) => [k % told.columns, Math.floor(k / told.columns)]);
    return Promise.all(places.map(([x, y]) => createImageBitmap(sheet, x * size, y * size, size, size)));
  }

  async show(told, data) {
    const pictures = await this.cut(told, data);
    this.stop();
    this.cells.replaceChildren(...pictures.map((picture, k) => {
      const canvas = make("canvas", { width: picture.width, height: picture.height });
      canvas.getContext("2d").drawImage(picture, 0, 0);
      const cell = make("button", { type: "button", className: "mien-face",
        on: { click: () => this.choose(k) } }, canvas);
      cell.setAttribute("aria-label", `${this.words.face} ${k + 1}`);
      return cell;
    }));
    this.chosen = [];
    this.choose(null);
    this.shown = (this.shown ?? 0) + 1;
    this.root.dataset.shown = String(this.shown);
  }

  choose(place) {
    if (place !== null) {
      this.chosen = this.chosen.includes(place)
        ? this.chosen.filter((one) => one !== place) : [...this.chosen, place].slice(-MOST_CHOSEN);
    }
    [...this.cells.children].forEach((cell, k) => cell.setAttribute("aria-pressed", String(this.chosen.includes(k))));
    this.nearButton.disabled = this.keepButton.disabled = this.chosen.length !== 1;
    this.walkButton.disabled = this.chosen.length !== 2;
  }

  async walk() {
    const [told, data] = await this.ask({ do: "faces.walk", cells: this.chosen });
    if (!told) return;
    const frames = await this.cut(told, data);
    this.stop();
    this.way.width = this.way.height = frames[0].width;
    this.way.hidden = false;
    const loop = [...frames, ...frames.slice(1, -1).reverse()];
    let place = 0;
    const drawing = this.way.getContext("2d");
    this.timer = setInterval(() => drawing.drawImage(loop[place++ % loop.length], 0, 0), FRAME_MS);
    this.root.dataset.walks = String(++this.ways);
  }

  stop() {
    clearInterval(this.timer);
    this.way.hidden = true;
  }

  async keep() {
    const [told, data] = await this.ask({ do: "faces.make", cell: this.chosen[0] });
    if (!told) return;
    saveFile(told.file, data);
    this.say(this.words.made.replace("{file}", told.file));
  }
}
