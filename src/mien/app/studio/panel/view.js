// The 3D view: the viewer of me.html in a frame of its own, its expressions moved from here.

function page(style, model, names) {
  const facts = JSON.stringify({ groups: [["", names]], moods: [], style }).replaceAll("<", "\\u003c");
  return `<!doctype html><meta charset="utf-8"><style>
html, body { margin: 0; height: 100%; overflow: hidden; background: #8882; }
#stage { position: absolute; inset: 0; } canvas { display: block; touch-action: none; }
aside { display: none; }</style>
<main id="stage"></main><aside><div id="moods"></div><input id="find"><div id="sliders"></div></aside>
<script id="facts" type="application/json">${facts}<\/script>
<script id="model" type="text/plain">${model}<\/script>
<script src="/panel/viewer.js"><\/script>`;
}

function base64(buffer) {
  return new Promise((done) => {
    const file = new FileReader();
    file.onload = () => done(String(file.result).split(",")[1]);
    file.readAsDataURL(new Blob([buffer]));
  });
}

export class View {
  constructor(place) {
    this.place = place;
    this.frame = null;
    this.mien = null;
  }

  // Shows a model (GLB bytes); names: the morph targets that may be moved. False without WebGL.
  async show(buffer, style, names) {
    const frame = document.createElement("iframe");
    frame.title = "3D";
    frame.srcdoc = page(style, await base64(buffer), names);
    this.place.replaceChildren(frame);
    await new Promise((done) => { frame.onload = done; });
    if (!frame.contentWindow.mien?.ready) {
      this.close();
      return false;
    }
    await frame.contentWindow.mien.ready;
    this.frame = frame;
    this.mien = frame.contentWindow.mien;
    return true;
  }

  set(name, value) {
    this.mien?.set(name, value);
  }

  style(name) {
    this.mien?.style(name);
  }

  close() {
    this.place.replaceChildren();
    this.frame = this.mien = null;
  }
}
