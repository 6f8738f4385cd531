/** Data that were packed into the page. */

/** Return the bytes of a base64 text. */
export function bytes(base64) {
  const letters = atob(base64);
  const found = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) found[i] = letters.charCodeAt(i);
  return found;
}

/** Return the bytes of a zlib stream in base64 text. */
async function inflate(base64) {
  const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Return the value that is packed in an element. */
export async function unpacked(element) {
  return JSON.parse(new TextDecoder().decode(await inflate(element.textContent.trim())));
}

/** Return weights as `recognise` takes them: {name: {shape, values}}. */
export function tensors(packed) {
  const entries = Object.entries(packed).map(([name, { shape, type, data }]) => {
    const raw = bytes(data).buffer;
    return [name, { shape, values: type === "float16" ? fromHalf(new Uint16Array(raw)) : new Float32Array(raw) }];
  });
  return Object.fromEntries(entries);
}

/** Return numbers of 16 bits (IEEE 754 binary16) as floats of 32. */
function fromHalf(halves) {
  const numbers = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const exponent = (halves[i] >> 10) & 0x1f;
    const fraction = halves[i] & 0x3ff;
    const size = exponent ? (1024 + fraction) * POWERS[exponent] : fraction * POWERS[1];
    numbers[i] = exponent < 31 ? (halves[i] & 0x8000 ? -size : size) : NaN; // infinite, or none: no net has such
  }
  return numbers;
}

const POWERS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (exponent - 25));
