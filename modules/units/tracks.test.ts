import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { noTrack, type Fix, type Track } from './fix.ts'
import { tracksInMemory } from './tracks.ts'

test('a row gives back what was last set, whatever becomes of the others', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seeded(seed)
    const maybe = (most: number) => (random() < 0.3 ? null : random() * most)
    const fix = (): Fix | null =>
      random() < 0.2
        ? null
        : { fixAt: Math.floor(random() * 2e12), takenAt: Math.floor(random() * 2e12), device: Math.floor(random() * 2 ** 31), lon: random() * 360 - 180, lat: random() * 180 - 90, speedKmh: maybe(400), courseDeg: maybe(360), accuracyMeters: maybe(1e4) }
    const tracks = tracksInMemory()
    const oracle = new Map<number, Track>()
    for (let step = 0; step < 4_000; step++) {
      const rows = [...oracle.keys()]
      const row = rows[Math.floor(random() * rows.length)]
      if (row === undefined || random() < 0.5) {
        const made = tracks.add()
        assert.ok(!oracle.has(made), `seed ${seed}: row ${made} was given twice`)
        oracle.set(made, noTrack)
      } else if (random() < 0.3) {
        tracks.remove(row)
        oracle.delete(row)
      } else {
        const track = { place: fix(), suspect: fix() }
        tracks.set(row, track)
        oracle.set(row, track)
      }
    }
    for (const [row, track] of oracle) assert.deepEqual(tracks.get(row), track, `seed ${seed}, row ${row}`)
  }
})
