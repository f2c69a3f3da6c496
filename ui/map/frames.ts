/** Reading binary position frames; the layout is in `modules/units/contract.ts`. */
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

export type FrameRecord = {
  readonly handle: number
  readonly lon: number
  readonly lat: number
  /** To the tenth of a second (`toTenth`); the same for one fix in whatever frame it comes. */
  readonly fixAt: number
  readonly speedKmh: number | null
  readonly courseDeg: number | null
  readonly stale: boolean
}

export type FrameChanges = {
  /** ms since 1970 UTC */
  readonly serverTime: number
  /** The newest place of each unit that has a new one, or that was not seen before. */
  readonly records: readonly FrameRecord[]
  /** Handles of units that drove out of the view or are shown no more. */
  readonly gone: readonly number[]
  /** Handles of units in a part of the map that is not looked at any more: what becomes of them is not heard. */
  readonly dropped: readonly number[]
}

export type FrameReader = {
  /**
   * Take one frame in.
   *
   * @throws Error on another version, a frame cut short, or a frame that does not follow the one before; then what is held stays as it was
   */
  read(frame: ArrayBuffer): FrameChanges
}

/** An instant as frames know it. */
export const toTenth = (at: number): number => Math.floor(at / 100) * 100

/** The units of one tile, by handle. */
type Held = Set<number>

/** Reads the frames of one connection after the other, in order: it remembers which unit is in which tile. */
export function frameReader(): FrameReader {
  const tiles = new Map<string, Held>()
  let tileOf = new Map<number, Held>()
  let last: number | undefined

  return {
    read(frame) {
      const header = headerOf(frame, last)
      const words = new Uint32Array(frame) // little endian, as every machine that runs a browser is
      last = header.tick
      const records: FrameRecord[] = []
      /** Said to have left a tile; they are gone only if no other tile has them at the end. */
      const leaving: [handle: number, from: Held, into: number[]][] = []
      const gone: number[] = []
      const dropped: number[] = []
      if (header.forgets) {
        for (const [handle, held] of tileOf) leaving.push([handle, held, dropped])
        tiles.clear()
      }

      let at = frameHeaderBytes / 4
      for (let n = 0; n < header.tiles; n++) {
        const level = words[at]! & 0xff
        const kind = (words[at]! >>> 8) & 0xff
        const column = words[at]! >>> 16
        const row = words[at + 1]! & 0xffff
        const shownCount = words[at + 2]!
        const goneCount = words[at + 3]!
        at += tileHeaderBytes / 4
        const name = `${level}/${column}/${row}`
        const before = tiles.get(name)
        if (kind === tileKinds.dropped) {
          for (const handle of before ?? []) leaving.push([handle, before!, dropped])
          tiles.delete(name)
          continue
        }
        let held = before
        if (kind === tileKinds.whole || !held) {
          for (const handle of before ?? []) leaving.push([handle, before!, gone])
          tiles.set(name, (held = new Set()))
        }
        for (let k = 0; k < shownCount; k++) {
          const record = recordOf(words, at, level, column, row, header.serverTime)
          at += frameRecordBytes / 4 + (words[at + 2]! >>> cellBits === ageFollows ? 1 : 0)
          held.add(record.handle)
          tileOf.set(record.handle, held)
          records.push(record)
        }
        for (let k = 0; k < goneCount; k++) leaving.push([words[at++]!, held, gone])
      }

      for (const [handle, from, into] of leaving) {
        from.delete(handle)
        if (tileOf.get(handle) !== from) continue
        tileOf.delete(handle)
        into.push(handle)
      }
      return { serverTime: header.serverTime, records, gone, dropped }
    },
  }
}

function headerOf(frame: ArrayBuffer, last: number | undefined) {
  const wrong = (found: string) => new Error(`Position frame: ${found}`)
  if (frame.byteLength < frameHeaderBytes || frame.byteLength % 4 !== 0) throw wrong(`${frame.byteLength} bytes, expected at least ${frameHeaderBytes} and a multiple of 4`)
  const view = new DataView(frame)
  const version = view.getUint8(0)
  if (version !== frameVersion) throw wrong(`version ${version}, expected ${frameVersion}`)
  const forgets = (view.getUint8(1) & frameForgets) !== 0
  const buildsOn = view.getUint32(16, true)
  if (!forgets && buildsOn !== last) throw wrong(`builds on tick ${buildsOn}, expected ${last ?? 'a first frame'}`)
  const tiles = view.getUint16(2, true)
  const expected = lengthOf(view, tiles)
  if (frame.byteLength !== expected) throw wrong(`${frame.byteLength} bytes, expected ${expected} for ${tiles} tiles`)
  return { tiles, forgets, tick: view.getUint32(4, true), serverTime: view.getFloat64(8, true) }
}

/** The length that the counts ask for, or where they lead out of the frame. */
function lengthOf(view: DataView, tiles: number): number {
  let at = frameHeaderBytes
  for (let n = 0; n < tiles; n++) {
    if (at + tileHeaderBytes > view.byteLength) return at + tileHeaderBytes
    const shown = view.getUint32(at + 8, true)
    const gone = view.getUint32(at + 12, true)
    at += tileHeaderBytes
    for (let k = 0; k < shown; k++) {
      if (at + frameRecordBytes > view.byteLength) return at + frameRecordBytes
      at += frameRecordBytes + (view.getUint32(at + 8, true) >>> cellBits === ageFollows ? 4 : 0)
    }
    at += gone * 4
  }
  return at
}

function recordOf(words: Uint32Array, at: number, level: number, column: number, row: number, serverTime: number): FrameRecord {
  const [first, east, north] = [words[at]!, words[at + 1]!, words[at + 2]!]
  const speed = first >>> 24
  const course = (east >>> cellBits) & courseUnknown
  const age = north >>> cellBits
  const tenths = age === ageFollows ? words[at + 3]! : age
  const degrees = (tile: number, word: number) => ((tile * 2 ** cellBits + (word & (2 ** cellBits - 1)) + 0.5) * 360) / 2 ** (cellBits + level)
  return {
    handle: first & 0xffffff,
    lon: degrees(column, east) - 180,
    lat: degrees(row, north) - 90,
    fixAt: toTenth(serverTime) - tenths * 100,
    speedKmh: speed === speedUnknown ? null : speed <= 200 ? speed : 200 + 4 * (speed - 200),
    courseDeg: course === courseUnknown ? null : course,
    stale: east >>> 31 === 1,
  }
}
