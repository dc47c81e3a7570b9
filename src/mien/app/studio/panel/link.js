// The panel's WebSocket: frames of a JSON header and bytes, one stale value never waited for.

const writer = new TextEncoder();
const reader = new TextDecoder();
const AGAIN_MS = 1000;

export function pack(header, payload) {
  const written = writer.encode(JSON.stringify(header));
  const frame = new Uint8Array(4 + written.length + (payload ? payload.byteLength : 0));
  new DataView(frame.buffer).setUint32(0, written.length, true);
  frame.set(written, 4);
  if (payload) frame.set(new Uint8Array(payload), 4 + written.length);
  return frame;
}

export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(reader.decode(new Uint8Array(buffer, 4, length)));
  return [header, buffer.slice(4 + length)];
}

// told: {opened(), closed(), lost(header)}: what the panel does when the connection changes.
export class Link {
  constructor(language, told) {
    this.url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/panel/live?language=${language}`;
    this.told = told;
    this.number = 0;
    this.waiting = new Map();
    this.ended = false;
    this.wait();
    this.open();
  }

  // A promise that is kept when the next connection is there.
  wait() {
    this.opened?.();
    this.opening = new Promise((done) => { this.opened = done; });
  }

  open() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { this.opened(); this.told.opened(); };
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = () => {
      for (const answer of this.waiting.values()) answer([{ lost: true, dropped: true }, null]);
      this.waiting.clear();
      this.wait();
      if (this.ended) return;
      this.told.closed();
      setTimeout(() => this.open(), AGAIN_MS);
    };
  }

  get ready() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  take(data) {
    const [header, payload] = unpack(data);
    const answer = this.waiting.get(header.id);
    this.waiting.delete(header.id);
    if (answer) answer([header, payload]);
    if (header.lost || header.full) this.told.lost(header);
  }

  // The answer: [header, payload]. A header may hold error, dropped or lost. What only the newest
  // is of use of is not kept for a connection that is yet to come; all else waits for
  // it, once.
  async ask(header, payload) {
    if (!this.ready && /\.(draw|frame)$/.test(header.do)) return [{ dropped: true }, null];
    if (!this.ready) await this.opening;
    if (!this.ready) return [{ dropped: true }, null];
    const id = ++this.number;
    return new Promise((answer) => {
      this.waiting.set(id, answer);
      this.socket.send(pack({ ...header, id }, payload));
    });
  }

  end() {
    this.ended = true;
    this.socket.close();
  }
}
