/** Positions as bytes; the layout is in modules/units/contract.ts, next to the units that they are of. */
import type { Instant } from '#kernel/names.ts'
import {
  ageFollows,
  cellBits,
  courseUnknown,
  frameForgets,
  frameHeaderBytes,
  frameRecordBytes,
  frameVersion,
  speedUnknown,
  tileHeaderBytes,
  tileKinds,
} from '#modules/units/contract.ts'
import type { LivePosition } from './contract.ts'
import { columnOf, eastWithin, northWithin, rowOf, type TileKey } from './grid.ts'

const tenthMs = 100

/** A tile's part of a frame; for everybody who looks at the tile with the same rights from the same tick on. */
export type Block = { readonly bytes: Uint8Array; readonly records: number }

/**
 * What is to be said of one tile.
 *
 * @param shown units whose records go out, all of them in the tile
 * @param gone  handles of units that are no longer in the tile
 * @returns 16 + 12 × shown + 4 × gone bytes, and 4 more for each fix older than 102 s
 */
export function encodeTile(level: number, tile: TileKey, kind: keyof typeof tileKinds, shown: readonly LivePosition[], gone: readonly number[], now: Instant): Block {
  const words = new Uint32Array((tileHeaderBytes + shown.length * (frameRecordBytes + 4)) / 4 + gone.length)
  words[0] = level | (tileKinds[kind] << 8) | (columnOf(tile) << 16)
  words[1] = rowOf(tile)
  words[2] = shown.length
  words[3] = gone.length
  const nowTenths = Math.floor(now / tenthMs)
  let at = tileHeaderBytes / 4
  for (const one of shown) {
    const age = Math.max(0, nowTenths - Math.floor(one.fixAt / tenthMs))
    const isOld = age >= ageFollows
    words[at] = one.handle | (speedCode(one.speedKmh) << 24)
    words[at + 1] = eastWithin(level, tile, one.lon) | (courseCode(one.courseDeg) << cellBits) | (one.stale ? 0x80000000 : 0)
    words[at + 2] = northWithin(level, tile, one.lat) | ((isOld ? ageFollows : age) << cellBits)
    at += frameRecordBytes / 4
    if (isOld) words[at++] = Math.min(0xffffffff, age)
  }
  for (const handle of gone) words[at++] = handle
  return { bytes: new Uint8Array(words.buffer, 0, at * 4), records: shown.length }
}

const speedCode = (kmh: number | null): number =>
  kmh === null ? speedUnknown : kmh <= 200 ? Math.max(0, Math.round(kmh)) : Math.min(254, 200 + Math.round((kmh - 200) / 4))

const courseCode = (degrees: number | null): number => (degrees === null ? courseUnknown : Math.round(degrees) % 360)

/** One message: what is said of some tiles at one tick. */
export function encodeFrame(tick: number, buildsOn: number | undefined, blocks: readonly Block[], now: Instant): Uint8Array {
  const bytes = new Uint8Array(frameHeaderBytes + blocks.reduce((sum, block) => sum + block.bytes.length, 0))
  const view = new DataView(bytes.buffer)
  view.setUint8(0, frameVersion)
  view.setUint8(1, buildsOn === undefined ? frameForgets : 0)
  view.setUint16(2, blocks.length, true)
  view.setUint32(4, tick, true)
  view.setFloat64(8, now, true)
  view.setUint32(16, buildsOn ?? 0, true)
  view.setUint32(20, blocks.reduce((sum, block) => sum + block.records, 0), true)
  let at = frameHeaderBytes
  for (const block of blocks) {
    bytes.set(block.bytes, at)
    at += block.bytes.length
  }
  return bytes
}
