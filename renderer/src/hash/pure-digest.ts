/**
 * SHA-1 and SHA-256 in plain JavaScript.
 * Source: FIPS 180-4, https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */
export function pureDigest(algorithm: 'sha1' | 'sha256', bytes: Uint8Array): string {
  const padded = pad(bytes);
  const view = new DataView(padded.buffer);
  const words = new Uint32Array(80);
  const state = Uint32Array.from(algorithm === 'sha1' ? sha1Start : sha256Start);
  for (let block = 0; block < padded.length; block += 64) {
    for (let index = 0; index < 16; index += 1) words[index] = view.getUint32(block + index * 4);
    if (algorithm === 'sha1') sha1Block(state, words);
    else sha256Block(state, words);
  }
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

const sha1Start = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
const sha1Constants = Uint32Array.of(0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6);
const sha256Start = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const sha256Constants = primeRoots(64);

/** The first 32 bits behind the point of the cube roots of the first primes. */
function primeRoots(count: number): Uint32Array {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number += 1)
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  return Uint32Array.from(primes, (prime) => (Math.cbrt(prime) % 1) * 2 ** 32);
}

/** The bytes, a one bit, zeros, and the length in bits: whole blocks of 64 bytes. */
function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length * 8) % 2 ** 32);
  return padded;
}

function sha1Block(state: Uint32Array, words: Uint32Array): void {
  for (let index = 16; index < 80; index += 1)
    words[index] = rotateLeft(
      at(words, index - 3) ^ at(words, index - 8) ^ at(words, index - 14) ^ at(words, index - 16),
      1,
    );
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let index = 0; index < 80; index += 1) {
    const quarter = Math.floor(index / 20);
    const mixed =
      quarter === 0 ? (b & c) | (~b & d) : quarter === 2 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
    const next = rotateLeft(a, 5) + mixed + e + at(sha1Constants, quarter) + at(words, index);
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next | 0;
  }
  addTo(state, [a, b, c, d, e]);
}

function sha256Block(state: Uint32Array, words: Uint32Array): void {
  for (let index = 16; index < 64; index += 1) {
    const [early, late] = [at(words, index - 15), at(words, index - 2)];
    const first = rotateRight(early, 7) ^ rotateRight(early, 18) ^ (early >>> 3);
    const second = rotateRight(late, 17) ^ rotateRight(late, 19) ^ (late >>> 10);
    words[index] = at(words, index - 16) + first + at(words, index - 7) + second;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let index = 0; index < 64; index += 1) {
    const high = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const chosen = (e & f) ^ (~e & g);
    const one = (h + high + chosen + at(sha256Constants, index) + at(words, index)) | 0;
    const low = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const two = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  addTo(state, [a, b, c, d, e, f, g, h]);
}

function addTo(state: Uint32Array, values: readonly number[]): void {
  for (const [index, value] of values.entries()) state[index] = at(state, index) + value;
}

const at = (words: Uint32Array, index: number): number => words[index] ?? 0;
const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
const rotateRight = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
