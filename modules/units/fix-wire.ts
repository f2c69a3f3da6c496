/** Stored fixes as one node tells another: ten doubles each. */
import type { Fix } from './fix.ts'

export type StoredFix = { readonly unit: number; readonly fix: Fix; readonly flagged: boolean }

const fields = 10
const orNull = (value: number) => (Number.isNaN(value) ? null : value)

/** @returns 80 bytes a fix */
export function encodeFixes(fixes: readonly StoredFix[]): Uint8Array {
  const words = new Float64Array(fixes.length * fields)
  for (const [index, { unit, fix, flagged }] of fixes.entries()) {
    words.set(
      [unit, fix.fixAt, fix.takenAt, fix.device, fix.lon, fix.lat, fix.speedKmh ?? NaN, fix.courseDeg ?? NaN, fix.accuracyMeters ?? NaN, flagged ? 1 : 0],
      index * fields,
    )
  }
  return new Uint8Array(words.buffer)
}

/** @throws Error on bytes that are no whole number of fixes: another version of the program speaks */
export function decodeFixes(bytes: Uint8Array): StoredFix[] {
  if (bytes.length % (fields * 8) !== 0) throw new Error(`${bytes.length} bytes of fixes, expected a multiple of ${fields * 8}`)
  const words = new Float64Array(bytes.slice().buffer)
  return Array.from({ length: words.length / fields }, (_, index) => {
    const [unit, fixAt, takenAt, device, lon, lat, speed, course, accuracy, flagged] = words.subarray(index * fields, (index + 1) * fields)
    return {
      unit: unit!,
      flagged: flagged === 1,
      fix: { fixAt: fixAt!, takenAt: takenAt!, device: device!, lon: lon!, lat: lat!, speedKmh: orNull(speed!), courseDeg: orNull(course!), accuracyMeters: orNull(accuracy!) },
    }
  })
}
