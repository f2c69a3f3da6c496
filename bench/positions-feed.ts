/** A province of moving units, and their positions as the bench's processes pass them on: 24 bytes each. */
import { seeded } from '#core/random.ts'

export const positionBytes = 24
/** Positions of a unit are told apart by their number, which goes round at this; it travels as the speed. */
export const numbersMax = 64
const agencies = Array.from({ length: 10 }, (_, n) => `p.c${n}`)
export const agencyOf = (handle: number): string => agencies[handle % 10]

/** In the paper house a token is the part of the tree that its bearer sees, in a token's letters and length. */
export const tokenOf = (root: string): string => root.replaceAll('.', '_').padEnd(43, '-')
export const rootOf = (token: string): string => token.replace(/-*$/, '').replaceAll('_', '.')

export type Box = readonly [west: number, south: number, east: number, north: number]
export const province: Box = [114, 26, 118, 30]
/** Where three of five units are. */
export const city: Box = [115.6, 28.4, 116.1, 28.9]
/** One of 20 districts of the city. */
export const district = (n: number): Box => {
  const [column, row] = [n % 5, Math.floor(n / 5) % 4]
  return [city[0] + column * 0.1, city[1] + row * 0.125, city[0] + (column + 1) * 0.1, city[1] + (row + 1) * 0.125]
}

export type Fleet = {
  /** Newest places, by handle less one. */
  readonly lon: Float64Array
  readonly lat: Float64Array
  readonly number: Uint16Array
  /** Move the next units in turn and write their positions. */
  next(count: number): Buffer
  /** Every unit where it is. */
  all(): Buffer
}

export function fleet(units: number, seed = 17): Fleet {
  const random = seeded(seed)
  const place = () => {
    const [west, south, east, north] = random() < 0.6 ? city : province
    return [west + random() * (east - west), south + random() * (north - south)] as const
  }
  const lon = new Float64Array(units)
  const lat = new Float64Array(units)
  const number = new Uint16Array(units)
  for (let unit = 0; unit < units; unit++) [lon[unit], lat[unit]] = place()
  let turn = 0

  const write = (bytes: Buffer, at: number, unit: number) => {
    bytes.writeUInt32LE(unit + 1, at)
    bytes.writeUInt32LE(number[unit], at + 4)
    bytes.writeDoubleLE(lon[unit], at + 8)
    bytes.writeDoubleLE(lat[unit], at + 16)
  }
  return {
    lon,
    lat,
    number,
    next(count) {
      const bytes = Buffer.alloc(count * positionBytes)
      for (let n = 0; n < count; n++) {
        const unit = turn++ % units
        lon[unit] += (random() - 0.5) * 4e-4 // some 20 m
        lat[unit] += (random() - 0.5) * 4e-4
        number[unit] = (number[unit] + 1) % numbersMax
        write(bytes, n * positionBytes, unit)
      }
      return bytes
    },
    all() {
      const bytes = Buffer.alloc(units * positionBytes)
      for (let unit = 0; unit < units; unit++) write(bytes, unit * positionBytes, unit)
      return bytes
    },
  }
}

/** Each position of a stream, in whatever pieces it comes. */
export function positionsOf(take: (handle: number, number: number, lon: number, lat: number) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    for (; at + positionBytes <= bytes.length; at += positionBytes) {
      take(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes.readDoubleLE(at + 8), bytes.readDoubleLE(at + 16))
    }
    rest = bytes.subarray(at)
  }
}
