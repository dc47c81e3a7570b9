// The Reenact panel's own bar: who is shown (a photo, somebody who never was, a person learnt from
// a clip), a clip to follow, and films to keep.
import { button, make } from "/panel/parts.js";

const LOOK_MS = 1500;

// Hands a file to the studio; gives the name that the studio made for it.
async function upload(file, language) {
  const form = new FormData();
  form.append("files", file);
  const answer = await fetch(`/${language}/gradio_api/upload`, { method: "POST", body: form });
  if (!answer.ok) throw new Error(String(answer.status));
  const [path] = await answer.json();
  return path;
}

export class People {
  constructor(panel) {
    this.panel = panel;
    this.words = panel.words;
    this.clip = null;
    this.number = 0;
    this.work = null;
  }

  pick(className, work) {
    return make("input", {
      type: "file", accept: "video/*,.mp4,.mkv,.webm,.avi,.mov,.gif", className, hidden: true,
      on: { change: (event) => { const [file] = event.target.files; event.target.value = ""; if (file) work(file); } },
    });
  }

  bars() {
    const { words } = this;
    this.choice = make("select", { className: "mien-people",
      on: { change: () => this.choose(this.choice.value),
        pointerdown: () => this.list(), focus: () => this.list() } },
      make("option", { value: "", textContent: words.person }));
    this.choice.setAttribute("aria-label", words.person);
    this.minutes = make("input", { type: "number", min: 0.01, step: "any", value: 8 });
    this.minutes.setAttribute("aria-label", words.minutes);
    const learnt = this.pick("mien-learn", (file) => this.learn(file));
    const clip = this.pick("mien-clip", (file) => this.take(file));
    this.clipButton = button(words.clip, () => this.toggleClip(clip), "mien-follow-clip");
    this.filmButton = button(words.film, () => this.film(), "mien-film");
    this.filmButton.disabled = true;
    this.bar = make("div", { className: "mien-bar" }, make("div"));
    this.stopButton = button(words.stop, () => this.stop(), "mien-stop-work");
    this.line = make("span");
    this.files = make("span", { className: "mien-more" });
    this.told = make("div", { className: "mien-work", hidden: true },
      this.line, this.bar, this.stopButton, this.files);
    this.told.setAttribute("role", "status");
    return [
      make("div", { className: "mien-bar1" }, this.choice,
        button(words.drawn_person, () => this.draw(), "mien-drawn"), learnt,
        button(words.learn, () => learnt.click()),
        make("label", { className: "mien-small" }, this.minutes, words.minutes)),
      make("div", { className: "mien-bar1" }, clip, this.clipButton, this.filmButton),
      this.told,
    ];
  }

  async list() {
    const [told] = await this.panel.ask({ do: "people" });
    if (!told) return;
    const shown = JSON.stringify(told.people);
    if (shown === this.listed) return;
    this.listed = shown;
    this.choice.replaceChildren(...[[this.words.person, ""], ...told.people].map(
      ([text, value]) => make("option", { value, textContent: text })));
    this.choice.value = this.panel.person;
  }

  // Somebody learnt from a clip, or with "" the photo.
  async choose(key) {
    const { panel } = this;
    panel.person = key;
    this.choice.value = key;
    if (!key) { if (panel.photo) await panel.openPhoto(panel.photo.file); return; }
    panel.say(this.words.making);
    const [told, picture] = await panel.ask({ do: "person.open", person: key });
    if (!told) { panel.person = ""; this.choice.value = ""; return; }
    panel.say("");
    panel.before = picture;
    await panel.show(picture);
    for (const name of panel.rows.keys()) panel.start[name] = 0;
    panel.set(panel.start);
  }

  draw() {
    this.number += 1;
    return this.panel.openPhoto(null, false, { name: `person-${this.number}.png`, drawn: this.number });
  }

  // --- long work

  async learn(file) {
    const path = await this.sent(file);
    if (!path) return;
    const minutes = Number(this.minutes.value) || 8;
    const [told] = await this.panel.ask({ do: "person.learn", clip: path, minutes });
    if (told) this.watch(told.key, true);
  }

  async film() {
    const { panel } = this;
    const clip = await this.sent(this.clip);
    if (!clip) return;
    const header = { do: "person.film", clip, strength: Number(panel.strength.value), head: Number(panel.turn.value) };
    if (panel.person) header.person = panel.person;
    else if (panel.photo?.file) header.photo = await this.sent(panel.photo.file);
    else if (panel.photo?.drawn) header.photo = await this.kept();
    else if (panel.photo) header.astronaut = true;
    else { panel.say(this.words.no_photo, true); return; }
    const [told] = await panel.ask(header);
    if (told) this.watch(told.key, false);
  }

  // Somebody who never was, as a file.
  async kept() {
    const [told, data] = await this.panel.ask({ do: "photo.make", values: this.panel.start });
    return told ? this.sent(new File([data], told.file)) : null;
  }

  async sent(file) {
    this.panel.say(this.words.sending);
    try {
      const path = await upload(file, this.panel.facts.language);
      this.panel.say("");
      return path;
    } catch {
      this.panel.say(this.words.not_uploaded, true);
      return null;
    }
  }

  // Tells how far a run is until it is over. A person can be chosen before it is learnt.
  async watch(key, chooses) {
    this.work = key;
    this.told.hidden = false;
    this.stopButton.hidden = false;
    this.files.replaceChildren();
    while (this.work === key && this.panel.root.isConnected) {
      const [told] = await this.panel.ask({ do: "work", key });
      if (told) {
        this.line.textContent = told.line;
        this.bar.firstChild.style.width = `${100 * told.share}%`;
        if (chooses) {
          await this.list();
          if ([...this.choice.options].some((one) => one.value === key)) { chooses = false; await this.choose(key); }
        }
        if (told.over) { this.over(key, told); return; }
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }

  over(key, told) {
    this.stopButton.hidden = true;
    this.panel.root.dataset.work = told.state;
    this.files.replaceChildren(...told.files.map((name, place) =>
      make("a", { href: `/panel/result/${key}/${place}`, download: name, textContent: name })));
    this.list();
  }

  async stop() {
    if (this.work) await this.panel.ask({ do: "work.stop", key: this.work });
  }

  // --- a clip instead of the webcam

  toggleClip(picker) {
    if (this.panel.camera.on && this.clip) { this.panel.toggleCamera(); return; }
    picker.click();
  }

  async take(file) {
    const { panel } = this;
    if (!panel.person && !panel.photo) { panel.say(this.words.no_photo, true); return; }
    if (panel.camera.on) await panel.toggleCamera();
    this.clip = file;
    this.filmButton.disabled = false;
    await panel.toggleCamera(file);
  }

  // The panel's camera was started or stopped.
  moved() {
    const follows = this.panel.camera.on && this.panel.camera.clip;
    this.clipButton.textContent = follows ? this.words.clip_stop : this.words.clip;
  }
}
