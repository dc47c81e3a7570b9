// The camera, or a clip that is played like one: frames go out as RGBA, two at most under way;
// what cannot be sent is left out. To pack them as JPEG would cost the page more than the way
// to this machine's own studio does.

const WIDTH = 320;
const HEIGHT = 240;
const MOST_UNDER_WAY = 2;
const WINDOW_MS = 2000;

export class Camera {
  // send(pixels, size, seconds) resolves when the answer is there.
  constructor(send) {
    this.send = send;
    this.under = 0;
    this.shown = [];
    this.stream = null;
    this.clip = null;
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.drawing = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
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

  async frame() {
    if (!this.on || this.under >= MOST_UNDER_WAY || !this.video.videoWidth) return;
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.max(WIDTH / width, HEIGHT / height);
    const [w, h] = [width * scale, height * scale];
    this.drawing.drawImage(this.video, (WIDTH - w) / 2, (HEIGHT - h) / 2, w, h);
    const pixels = this.drawing.getImageData(0, 0, WIDTH, HEIGHT).data;
    this.under += 1;
    const source = this.stream ?? this.clip;
    try {
      await this.send(pixels, [WIDTH, HEIGHT], (performance.now() - this.begun) / 1000);
    } finally {
      if ((this.stream ?? this.clip) === source) this.under -= 1;
    }
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
