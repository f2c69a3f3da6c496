import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeFixes, encodeFixes, type StoredFix } from './fix-wire.ts'

const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const maybe = fc.option(number, { nil: null })
const stored: fc.Arbitrary<StoredFix> = fc.record({
  unit: fc.nat(),
  flagged: fc.boolean(),
  fix: fc.record({ fixAt: fc.nat(2 ** 44), takenAt: fc.nat(2 ** 44), device: fc.nat(), lon: number, lat: number, speedKmh: maybe, courseDeg: maybe, accuracyMeters: maybe }, { noNullPrototype: true }),
}, { noNullPrototype: true })

test('what one node tells another is what was stored, bit for bit', () => {
  fc.assert(fc.property(fc.array(stored, { maxLength: 50 }), (fixes) => assert.deepEqual(decodeFixes(encodeFixes(fixes)), fixes)), { seed: 7, numRuns: 300 })
})

test('half a fix is refused', () => assert.throws(() => decodeFixes(new Uint8Array(81)), /81 bytes of fixes, expected a multiple of 80/))
