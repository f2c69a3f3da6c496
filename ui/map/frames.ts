/** Reading binary position frames; the layout is in `modules/units/contract.ts`. */
import { frameHeaderBytes, frameRecordBytes, frameVersion } from '#modules/units/contract.ts'

export type FrameRecord = {
  readonly handle: number
  readonly lon: number
  readonly lat: number
  readonly fixAt: number
  readonly speedKmh: number | null
  readonly courseDeg: number | null
  readonly stale: boolean
  /** The unit went out of the part of the map that was asked for. */
  readonly left: boolean
}

/**
 * @returns `full`: everything in view is in this frame; `serverTime` ms since 1970 UTC
 * @throws Error on another version or a frame cut short
 */
export function readFrame(frame: ArrayBuffer): { readonly full: boolean; readonly serverTime: number; readonly records: FrameRecord[] } {
  const view = new DataView(frame)
  if (frame.byteLength < frameHeaderBytes) throw new Error(`Position frame: ${frame.byteLength} bytes, expected at least ${frameHeaderBytes}`)
  const version = view.getUint8(0)
  if (version !== frameVersion) throw new Error(`Position frame: version ${version}, expected ${frameVersion}`)
  const count = view.getUint32(4, true)
  const expected = frameHeaderBytes + count * frameRecordBytes
  if (frame.byteLength < expected) throw new Error(`Position frame: ${frame.byteLength} bytes, expected ${expected} for ${count} units`)
  const serverTime = view.getFloat64(8, true)
  const records: FrameRecord[] = []
  for (let at = frameHeaderBytes; at < expected; at += frameRecordBytes) {
    const speed = view.getUint16(at + 16, true)
    const flags = view.getUint8(at + 19)
    records.push({
      handle: view.getUint32(at, true),
      lon: view.getInt32(at + 4, true) / 1e7,
      lat: view.getInt32(at + 8, true) / 1e7,
      fixAt: serverTime - view.getUint32(at + 12, true),
      speedKmh: speed === 65535 ? null : speed / 10,
      courseDeg: flags & 1 ? (view.getUint8(at + 18) * 360) / 256 : null,
      stale: (flags & 2) !== 0,
      left: (flags & 4) !== 0,
    })
  }
  return { full: view.getUint8(1) === 2, serverTime, records }
}
