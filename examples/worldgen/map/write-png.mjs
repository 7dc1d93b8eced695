import { crc32, deflateSync } from "node:zlib";

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} pixels three bytes a pixel (red, green, blue), rows from the top
 * @returns {Buffer} a PNG file
 */
export function encodePng(width, height, pixels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, true colour, no interlacing
  const data = deflateSync(filterRows(width, height, pixels), { level: 3 });
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * Each pixel less its left neighbour (filter 1): maps are smooth, so that this shrinks them.
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} pixels
 */
function filterRows(width, height, pixels) {
  const stride = width * 3;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * stride, y * (stride + 1)];
    rows[to] = 1;
    for (let i = 0; i < stride; i++) {
      const left = i < 3 ? 0 : (pixels[from + i - 3] ?? 0);
      rows[to + 1 + i] = (pixels[from + i] ?? 0) - left;
    }
  }
  return rows;
}

/**
 * @param {string} type four letters
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
