/** Positions as bytes; the layout is in modules/units/contract.ts, next to the units that they are of. */
import type { Instant } from '#kernel/names.ts'
import { frameHeaderBytes, frameRecordBytes, frameVersion } from '#modules/units/contract.ts'
import type { LivePosition } from './contract.ts'

export const delta = 1
export const fullView = 2

const courseKnown = 1
const stale = 2
const leftView = 4

/** 2³¹ − 1 at 1e7 per degree is ±214°: every longitude fits. */
const perDegree = 1e7

/**
 * One frame.
 *
 * @param shown units to be drawn
 * @param left  handles of units that are not to be drawn any more
 * @returns 16 + 20 × (shown + left) bytes
 */
export function encodeFrame(kind: typeof delta | typeof fullView, shown: readonly LivePosition[], left: readonly number[], now: Instant): Uint8Array {
  const count = shown.length + left.length
  const bytes = new Uint8Array(frameHeaderBytes + count * frameRecordBytes)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, frameVersion)
  view.setUint8(1, kind)
  view.setUint32(4, count, true)
  view.setFloat64(8, now, true)
  let at = frameHeaderBytes
  for (const one of shown) {
    view.setUint32(at, one.handle, true)
    view.setInt32(at + 4, Math.round(one.lon * perDegree), true)
    view.setInt32(at + 8, Math.round(one.lat * perDegree), true)
    view.setUint32(at + 12, Math.min(0xffffffff, Math.max(0, Math.round(now - one.fixAt))), true)
    view.setUint16(at + 16, one.speedKmh === null ? 65535 : Math.min(65534, Math.max(0, Math.round(one.speedKmh * 10))), true)
    view.setUint8(at + 18, one.courseDeg === null ? 0 : Math.round((one.courseDeg * 256) / 360) & 255)
    view.setUint8(at + 19, (one.courseDeg === null ? 0 : courseKnown) | (one.stale ? stale : 0))
    at += frameRecordBytes
  }
  for (const handle of left) {
    view.setUint32(at, handle, true)
    view.setUint16(at + 16, 65535, true)
    view.setUint8(at + 19, leftView)
    at += frameRecordBytes
  }
  return bytes
}
