// Fitted characters on the live panel: opened, refined by hand, saved or fitted again.
import { button, make } from "/panel/parts.js";

export class Characters {
  constructor(panel) {
    this.panel = panel;
    const { words } = panel;
    this.list = make("select", { className: "mien-characters",
      on: { change: () => this.open(this.list.value), pointerdown: () => this.refresh(), focus: () => this.refresh() } });
    this.list.setAttribute("aria-label", words.character);
    this.skin = make("input", { type: "checkbox", checked: true, on: { change: () => panel.draw() } });
  }

  bar() {
    const { words } = this.panel;
    return make("div", { className: "mien-bar1" }, this.list,
      make("label", { className: "mien-small" }, this.skin, words.skin),
      button(words.save, () => this.save(false), "mien-save"),
      button(words.refit, () => this.save(true), "mien-refit"));
  }

  async connected() {
    await this.refresh();
    if (this.panel.character) await this.open(this.panel.character, true);
  }

  async refresh() {
    const { panel } = this;
    const [told] = await panel.ask({ do: "characters" });
    if (!told) return;
    const known = told.characters.map(([text, value]) => [value, text]);
    const none = known.length ? panel.words.character : panel.words.no_characters;
    const shown = JSON.stringify(known);
    if (shown === this.listed) return;
    this.listed = shown;
    this.list.replaceChildren(...[["", none], ...known].map(
      ([value, text]) => make("option", { value, textContent: text })));
    this.list.value = panel.character;
  }

  async open(key, again = false) {
    const { panel } = this;
    panel.character = key;
    const [told] = await panel.ask({ do: "head.open", character: key });
    if (!told || again) return;
    panel.touched.clear();
    const known = told.confidence ?? {};
    for (const [name, { line }] of panel.rows) {
      line.dataset.confidence = known[name.slice(7)] ?? "";
      line.title = panel.words[`confidence_${known[name.slice(7)]}`] ?? "";
    }
    for (const [name, { row }] of panel.rows) panel.start[name] = told.values[name] ?? row.start;
    panel.view.close();
    panel.three.hidden = true;
    panel.set(panel.start);
  }

  async save(refit) {
    const { panel } = this;
    if (!panel.character) { panel.say(panel.words.no_characters, true); return; }
    const chosen = (kind) => Object.fromEntries([...panel.touched].filter((key) => key.startsWith(kind))
      .map((key) => [key.slice(kind.length), panel.values[key]]));
    const edited = { set: chosen("slider."), materials: chosen("material."), styles: chosen("choice.") };
    const [told] = await panel.ask({ do: "character.edit", character: panel.character, ...edited, refit });
    if (told) panel.say(panel.words.queued.replace("{run}", told.queued));
  }
}
