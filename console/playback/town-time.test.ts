import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { fieldText, instantOf } from './town-time.ts'

test('an instant in a field is the instant again, in any zone', () => {
  const random = seeded(3)
  for (const zone of ['Asia/Shanghai', 'America/Los_Angeles', 'Asia/Kolkata', 'UTC']) {
    for (let n = 0; n < 200; n++) {
      const at = Math.floor((Date.UTC(2026, 0, 1) + random() * 365 * 86_400_000) / 1000) * 1000
      const read = instantOf(fieldText(at, zone), zone)!
      // in the hour that comes twice in autumn, the first is meant
      assert.ok(read === at || (zone === 'America/Los_Angeles' && read === at - 3_600_000 && fieldText(read, zone) === fieldText(at, zone)), `${zone} ${at}`)
    }
  }
})

const cases: [text: string, zone: string, at: number | undefined][] = [
  ['2026-11-22T16:00', 'Asia/Shanghai', Date.UTC(2026, 10, 22, 8)],
  ['2026-11-22T00:00:05', 'America/Los_Angeles', Date.UTC(2026, 10, 22, 8, 0, 5)],
  ['2026-11-01T01:30', 'America/Los_Angeles', Date.UTC(2026, 10, 1, 8, 30)],
  ['', 'UTC', undefined],
  ['yesterday', 'UTC', undefined],
]
for (const [text, zone, at] of cases) test(`“${text}” in ${zone}`, () => assert.equal(instantOf(text, zone), at))
