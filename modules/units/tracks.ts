/** Where many units are, as numbers in one table: as objects all of it would be new every few seconds, and in the collector's way when it goes. */
import type { Fix, Track } from './fix.ts'

/** Of a fix: fixAt, takenAt, device, lon, lat, speed, course, accuracy; NaN for what is not said, and in `fixAt` for no fix. */
const fixDoubles = 8
const trackDoubles = 2 * fixDoubles

export type Tracks = {
  /** A row with no track. */
  add(): number
  /** Its row is somebody else's next. */
  remove(row: number): void
  get(row: number): Track
  set(row: number, track: Track): void
}

export function tracksInMemory(): Tracks {
  let table = new Float64Array(0)
  let used = 0
  const free: number[] = []

  function read(at: number): Fix | null {
    const fixAt = table[at]!
    if (Number.isNaN(fixAt)) return null
    return {
      fixAt,
      takenAt: table[at + 1]!,
      device: table[at + 2]!,
      lon: table[at + 3]!,
      lat: table[at + 4]!,
      speedKmh: orNull(table[at + 5]!),
      courseDeg: orNull(table[at + 6]!),
      accuracyMeters: orNull(table[at + 7]!),
    }
  }
  function write(at: number, fix: Fix | null): void {
    table[at] = fix?.fixAt ?? NaN
    if (!fix) return
    table[at + 1] = fix.takenAt
    table[at + 2] = fix.device
    table[at + 3] = fix.lon
    table[at + 4] = fix.lat
    table[at + 5] = fix.speedKmh ?? NaN
    table[at + 6] = fix.courseDeg ?? NaN
    table[at + 7] = fix.accuracyMeters ?? NaN
  }

  return {
    add() {
      const row = free.pop() ?? used++
      if (row * trackDoubles >= table.length) {
        const wider = new Float64Array(Math.max(1024 * trackDoubles, 2 * table.length)).fill(NaN)
        wider.set(table)
        table = wider
      }
      return row
    },
    remove(row) {
      write(row * trackDoubles, null)
      write(row * trackDoubles + fixDoubles, null)
      free.push(row)
    },
    get: (row) => ({ place: read(row * trackDoubles), suspect: read(row * trackDoubles + fixDoubles) }),
    set(row, { place, suspect }) {
      write(row * trackDoubles, place)
      write(row * trackDoubles + fixDoubles, suspect)
    },
  }
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value)
