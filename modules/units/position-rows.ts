/** Position rows as PostgreSQL copies them in binary: neither side makes texts of numbers. */
import type { PositionRow } from './positions-store.ts'

/** Its own mark, then flags and the length of an extension: none of either. */
const head = Uint8Array.of(0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0)
const columnCount = 11
/** Columns and their lengths before each value; two integers, two instants, two doubles, four floats, one flag. */
const rowBytesMax = 2 + columnCount * 4 + 2 * 4 + 2 * 8 + 2 * 8 + 4 * 4 + 1

/** The columns in the order of `units.position`. @returns at most 103 bytes a row, and 21 */
export function positionRows(rows: readonly PositionRow[]): Uint8Array {
  const bytes = new Uint8Array(head.length + rows.length * rowBytesMax + 2)
  bytes.set(head)
  const view = new DataView(bytes.buffer)
  let at = head.length

  const integer = (value: number) => {
    view.setInt32(at, 4)
    view.setInt32(at + 4, value)
    at += 8
  }
  const instant = (value: number) => {
    view.setInt32(at, 8)
    view.setInt32(at + 4, Math.floor(value / 2 ** 32))
    view.setUint32(at + 8, value % 2 ** 32)
    at += 12
  }
  const double = (value: number) => {
    view.setInt32(at, 8)
    view.setFloat64(at + 4, value)
    at += 12
  }
  const float = (value: number | null) => {
    view.setInt32(at, value === null ? -1 : 4)
    if (value !== null) view.setFloat32(at + 4, value)
    at += value === null ? 4 : 8
  }

  for (const { unit, fix, altitudeMeters, flagged } of rows) {
    view.setInt16(at, columnCount)
    at += 2
    integer(unit)
    integer(fix.device)
    instant(fix.fixAt)
    instant(fix.takenAt)
    double(fix.lon)
    double(fix.lat)
    float(fix.speedKmh)
    float(fix.courseDeg)
    float(altitudeMeters)
    float(fix.accuracyMeters)
    view.setInt32(at, 1)
    view.setUint8(at + 4, flagged ? 1 : 0)
    at += 5
  }
  view.setInt16(at, -1)
  return bytes.subarray(0, at + 2)
}
