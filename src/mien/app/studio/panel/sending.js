// Other programs on this machine: VMC packets and a virtual camera out, VMC or iFacialMocap in.
import { make } from "/panel/parts.js";

const VMC_OUT = 39539;
const VMC_IN = 39540;
const PAUSE_MS = 200;

export class Sending {
  constructor(panel) {
    this.panel = panel;
    const { words } = panel;
    const tick = (name) => make("input", { type: "checkbox", className: name, on: { change: () => this.changed() } });
    const port = (name, value) => {
      const input = make("input", { type: "number", min: 1, max: 65535, step: 1, value, className: name,
        on: { change: () => this.changed() } });
      input.setAttribute("aria-label", words.port);
      return input;
    };
    this.vmc = tick("mien-vmc");
    this.port = port("mien-vmc-port", VMC_OUT);
    this.virtual = tick("mien-virtual");
    this.green = tick("mien-green");
    this.listening = make("input", { type: "checkbox", className: "mien-listen", on: { change: () => this.listen() } });
    this.inPort = port("mien-listen-port", VMC_IN);
    this.line = make("p", { className: "mien-sent" });
    this.line.setAttribute("role", "status");
    const row = (...parts) => make("label", { className: "mien-small" }, ...parts);
    this.root = make("details", { className: "mien-sending" },
      make("summary", { textContent: words.send }),
      make("div", { className: "mien-bar1 mien-inside" },
        row(this.vmc, words.vmc), this.port, row(this.virtual, words.virtual),
        // A drawn head has its background among the scene's controls.
        ...(panel.drawn ? [] : [row(this.green, words.green)]),
        row(this.listening, words.listen), this.inPort, this.line));
  }

  // What is asked for with every picture.
  get out() {
    const vmc = this.vmc.checked ? Number(this.port.value) || 0 : 0;
    const out = vmc || this.virtual.checked ? { out: { vmc, camera: this.virtual.checked } } : {};
    return this.green.checked ? { ...out, green: true } : out;
  }

  changed() {
    this.line.textContent = "";
    this.line.classList.remove("mien-wrong");
    this.panel.draw();
  }

  // The studio's answer to a picture that was to be sent.
  told(header) {
    if (!header.not_sent) return;
    this.virtual.checked = this.vmc.checked = false;
    this.line.textContent = header.not_sent;
    this.line.classList.add("mien-wrong");
  }

  async listen() {
    const { panel } = this;
    this.changed();
    while (this.listening.checked && panel.root.isConnected) {
      const [told] = await panel.ask({ ...panel.following, do: "camera.hear", port: Number(this.inPort.value) });
      if (!told) { this.listening.checked = false; break; }
      if (told.waiting) { panel.say(panel.words.waiting_packets); await new Promise((done) => setTimeout(done, PAUSE_MS)); }
      if (told.values) { panel.say(""); panel.set(told.values); }
    }
    await panel.link.ask({ do: "camera.rest" });
  }
}
