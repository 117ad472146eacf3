/**
 * Cartoons in a ZIP file, as they are: pictures are compressed already.
 *
 * After PKWARE's APPNOTE 6.3.10, without its extensions for 4 GB and more.
 */

import { blend } from "./blend.js";
import { encode } from "./photos.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8 = 0x0800; // the encoding of names
const FIRST_OF_1980 = 0x21; // a date, as FAT has them
const MOST_BYTES = 2 ** 32 - 1;

const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit++) {
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value;
});

/**
 * @param {import("./drawing.js").Drawing[]} drawings Each has a cartoon.
 * @param {number} strength 0 is the photo, 1 the cartoon.
 * @returns {Promise<Blob>} A PNG for each PNG, and JPEGs for all others.
 */
export async function pack(drawings, strength) {
  const zip = new Zip();
  const names = new Map();
  for (const drawing of drawings) {
    const { blob, ending } = await blended(drawing, strength);
    const name = `${drawing.name}-cartoon`;
    const times = (names.get(`${name}.${ending}`) ?? 0) + 1;
    names.set(`${name}.${ending}`, times);
    await zip.add(`${name}${times > 1 ? `-${times}` : ""}.${ending}`, blob);
  }
  return zip.finish();
}

async function blended(drawing, strength) {
  const canvas = document.createElement("canvas");
  const photo = await drawing.read();
  const cartoon = await createImageBitmap(drawing.cartoon);
  blend(canvas, photo.canvas, cartoon, strength);
  cartoon.close();
  const [type, ending] = photo.lossless
    ? ["image/png", "png"]
    : ["image/jpeg", "jpg"];
  return { blob: await encode(canvas, type), ending };
}

class Zip {
  #parts = [];
  #directory = [];
  #size = 0;

  async add(name, blob) {
    const bytes = new TextEncoder().encode(name);
    const offset = this.#size;
    const fields = [
      [2, VERSION],
      [2, UTF8],
      [2, 0], // stored
      [2, 0], // midnight
      [2, FIRST_OF_1980],
      [4, checksum(new Uint8Array(await blob.arrayBuffer()))],
      [4, blob.size],
      [4, blob.size],
      [2, bytes.length],
      [2, 0],
    ];
    this.#put(record([4, LOCAL], ...fields), bytes, blob);
    const more = [[2, 0], [2, 0], [2, 0], [4, 0], [4, offset]];
    const entry = record([4, CENTRAL], [2, VERSION], ...fields, ...more);
    this.#directory.push(entry, bytes);
  }

  finish() {
    const offset = this.#size;
    const count = this.#directory.length / 2;
    this.#put(...this.#directory);
    const size = this.#size - offset;
    const counts = [[2, 0], [2, 0], [2, count], [2, count]];
    this.#put(record([4, END], ...counts, [4, size], [4, offset], [2, 0]));
    return new Blob(this.#parts, { type: "application/zip" });
  }

  #put(...parts) {
    this.#parts.push(...parts);
    for (const part of parts) this.#size += part.size ?? part.length;
    if (this.#size > MOST_BYTES) throw new Error("ZIP files end at 4 GB");
  }
}

/** Numbers of 2 or 4 bytes, the lowest byte first. */
function record(...fields) {
  return Uint8Array.from(
    fields.flatMap(([bytes, value]) =>
      Array.from({ length: bytes }, (_, place) => value >>> (8 * place)),
    ),
  );
}

/** CRC-32. */
function checksum(bytes) {
  let sum = -1;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return ~sum >>> 0;
}
