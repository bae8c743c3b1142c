// A Roaring bitmap in its portable serialisation (https://github.com/RoaringBitmap/RoaringFormatSpec), read only.
const withRuns = 12347;
const withoutRuns = 12346;
const arrayMost = 4096;

/** Its record ids, ascending. Throws RangeError for bytes that are none. */
export function recordIds(bytes: Uint8Array): number[] {
  if (bytes.length === 0) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cookie = view.getUint32(0, true);
  const hasRuns = (cookie & 0xffff) === withRuns;
  if (!hasRuns && cookie !== withoutRuns) throw new RangeError('no record set');
  const count = hasRuns ? (cookie >>> 16) + 1 : view.getUint32(4, true);
  if (count > 0x10000) throw new RangeError('no record set');
  const flags = 4;
  const header = hasRuns ? flags + Math.ceil(count / 8) : 8;
  const hasOffsets = !hasRuns || count >= 4;
  const isRun = (index: number) => hasRuns && (view.getUint8(flags + (index >> 3)) & (1 << (index & 7))) !== 0;

  const ids: number[] = [];
  let at = header + 4 * count + (hasOffsets ? 4 * count : 0);
  for (let index = 0; index < count; index += 1) {
    const base = view.getUint16(header + 4 * index, true) * 0x10000;
    const size = view.getUint16(header + 4 * index + 2, true) + 1;
    if (isRun(index)) at = readRuns(view, at, base, ids);
    else at = size <= arrayMost ? readArray(view, at, base, size, ids) : readBits(view, at, base, ids);
  }
  return ids;
}

function readRuns(view: DataView, from: number, base: number, ids: number[]): number {
  const runs = view.getUint16(from, true);
  for (let run = 0; run < runs; run += 1) {
    const first = view.getUint16(from + 2 + 4 * run, true);
    const more = view.getUint16(from + 4 + 4 * run, true);
    for (let step = 0; step <= more; step += 1) ids.push(base + first + step);
  }
  return from + 2 + 4 * runs;
}

function readArray(view: DataView, from: number, base: number, size: number, ids: number[]): number {
  for (let index = 0; index < size; index += 1) ids.push(base + view.getUint16(from + 2 * index, true));
  return from + 2 * size;
}

function readBits(view: DataView, from: number, base: number, ids: number[]): number {
  for (let byte = 0; byte < 8192; byte += 1) {
    const bits = view.getUint8(from + byte);
    for (let bit = 0; bit < 8; bit += 1) if (bits & (1 << bit)) ids.push(base + 8 * byte + bit);
  }
  return from + 8192;
}
