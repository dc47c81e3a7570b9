// Unpacks what a page carries and starts its scripts. Not bundled: it stands in the page as it is,
// behind the elements that it reads.
window.mien = {
  // The bytes of an element: 13 bits in two of 91 characters (page.py), then gzip.
  async unpack(id) {
    const element = document.getElementById(id);
    const places = new Uint8Array(128);
    let count = 0;
    for (let code = 33; code < 127; code++) if (!"&<>".includes(String.fromCharCode(code))) places[code] = count++;
    const written = element.textContent;
    const bytes = new Uint8Array(Number(element.dataset.size));
    let [held, bits, to] = [0, 0, 0];
    for (let i = 0; i < written.length; i += 2) {
      held = (held << 13) | (places[written.charCodeAt(i)] * 91 + places[written.charCodeAt(i + 1)]);
      bits += 13;
      while (bits >= 8) {
        bits -= 8;
        bytes[to++] = held >> bits; // beyond the last byte there is padding, which goes nowhere
      }
      held &= (1 << bits) - 1;
    }
    element.remove();
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(plain).arrayBuffer();
  },
};
(async () => {
  if (!window.DecompressionStream) {
    const { old } = JSON.parse(document.getElementById("facts").textContent);
    document.getElementById("stage").textContent = old;
    return;
  }
  for (const id of ["viewer", "webcam-script"]) {
    if (!document.getElementById(id)) continue;
    const script = document.createElement("script");
    script.textContent = new TextDecoder().decode(await mien.unpack(id));
    document.body.append(script);
  }
})();
