// The camera, or a clip that is played like one: frames go out as JPEG, two at most under way;
// what cannot be sent is left out.

const WIDTH = 320;
const HEIGHT = 240;
const QUALITY = 0.8;
const MOST_UNDER_WAY = 2;
const WINDOW_MS = 2000;

export class Camera {
  // send(jpeg, seconds) resolves when the answer is there.
  constructor(send) {
    this.send = send;
    this.under = 0;
    this.shown = [];
    this.stream = null;
    this.clip = null;
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.canvas = document.createElement("canvas");
    this.canvas.width = WIDTH;
    this.canvas.height = HEIGHT;
  }

  get on() {
    return this.stream !== null || this.clip !== null;
  }

  // clip: a file that is played over and over; without one, the webcam.
  async start(clip = null) {
    if (clip) {
      this.clip = URL.createObjectURL(clip);
      this.video.loop = true;
      this.video.src = this.clip;
    } else {
      const wanted = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      this.video.srcObject = this.stream;
    }
    await this.video.play();
    this.begun = performance.now();
    this.shown = [];
    this.next();
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    if (this.clip) URL.revokeObjectURL(this.clip);
    this.stream = this.clip = null;
    this.video.pause();
    this.video.srcObject = null;
    this.video.removeAttribute("src");
    this.under = 0;
  }

  next() {
    if (!this.on) return;
    const again = () => { this.frame(); this.next(); };
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(again);
    else requestAnimationFrame(again);
  }

  frame() {
    if (!this.on || this.under >= MOST_UNDER_WAY || !this.video.videoWidth) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.max(WIDTH / width, HEIGHT / height);
    const [w, h] = [width * scale, height * scale];
    const drawing = this.canvas.getContext("2d", { alpha: false });
    drawing.drawImage(this.video, (WIDTH - w) / 2, (HEIGHT - h) / 2, w, h);
    this.under += 1;
    const source = this.stream ?? this.clip;
    const seconds = (performance.now() - this.begun) / 1000;
    this.canvas.toBlob(async (blob) => {
      try {
        if (blob && (this.stream ?? this.clip) === source) await this.send(await blob.arrayBuffer(), seconds);
      } finally {
        if ((this.stream ?? this.clip) === source) this.under -= 1;
      }
    }, "image/jpeg", QUALITY);
  }

  // Counts a picture that was shown; gives pictures a second over the last two.
  count() {
    const now = performance.now();
    this.shown = this.shown.filter((one) => now - one < WINDOW_MS);
    this.shown.push(now);
    const first = this.shown[0];
    return this.shown.length < 2 ? 0 : (1000 * (this.shown.length - 1)) / (now - first);
  }
}
