// The landmark network, run by onnxruntime-web: plain WebAssembly, one thread, nothing fetched.
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm-core";
import { SIDE } from "./crop.js";

// wasm, graph: bytes. answers (crop) => { points: (140) pixels of the crop, unsure: share of it }.
export async function openNetwork(wasm, graph) {
  const address = URL.createObjectURL(new Blob([wasm], { type: "application/wasm" }));
  env.wasm.numThreads = 1;
  env.wasm.proxy = false;
  env.wasm.wasmPaths = { "ort-wasm-simd.wasm": address };
  const session = await InferenceSession.create(new Uint8Array(graph));
  URL.revokeObjectURL(address);
  const plane = SIDE * SIDE;
  const values = new Float32Array(3 * plane);
  return async (crop) => {
    for (let i = 0; i < plane; i++) {
      for (let k = 0; k < 3; k++) values[k * plane + i] = crop[3 * i + k] / 127.5 - 1;
    }
    const told = await session.run({ picture: new Tensor("float32", values, [1, 3, SIDE, SIDE]) });
    const unsure = told.unsure.data.subarray(0, 68).reduce((sum, one) => sum + Math.exp(one), 0) / 68;
    return { points: Float64Array.from(told.points.data, (share) => share * SIDE - 0.5), unsure };
  };
}
