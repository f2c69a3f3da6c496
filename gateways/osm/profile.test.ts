import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roadClasses } from './access.ts'
import { drivenModes, ProfileBroken, readProfile, turnCostsOf, usualProfile } from './profile.ts'

test('the usual profile is one that would be accepted', () => {
  assert.deepEqual(readProfile(JSON.stringify(usualProfile)), usualProfile)
  for (const mode of drivenModes) {
    const { kmh, builtUpKmh, whereAllowedKmh, againstOneWay } = usualProfile.modes[mode]
    assert.deepEqual(Object.keys(kmh), Object.keys(builtUpKmh))
    for (const word of [...Object.keys(kmh), ...Object.keys(whereAllowedKmh), ...againstOneWay.classes]) assert.ok((roadClasses as readonly string[]).includes(word), word)
  }
})

test('an operator says only what is different', () => {
  const own = readProfile('{"modes":{"car":{"kmh":{"primary":70}}},"drivesOn":"left"}')
  assert.equal(own.modes.car.kmh.primary, 70)
  assert.deepEqual({ ...own.modes.car, kmh: { ...own.modes.car.kmh, primary: usualProfile.modes.car.kmh.primary } }, usualProfile.modes.car)
  const { leftMs, rightMs } = turnCostsOf(own, 'car')
  assert.ok(rightMs > leftMs, 'who drives on the left turns right across the others')
})

const wrong: [text: string, says: RegExp][] = [
  ['{', /this is not JSON/],
  ['[]', /profile is \[\], expected an object/],
  ['{"modes":{"car":{"kmh":{"primary":"fast"}}}}', /modes\.car\.kmh\.primary is "fast", expected a number from 0 to 300/],
  ['{"modes":{"car":{"kmh":{"primary":-1}}}}', /expected a number from 0 to 300/],
  ['{"modes":{"tank":{}}}', /profile: modes has "tank", which is not known there; known are car, emergency, bike/],
  ['{"drivesOn":"middle"}', /drivesOn is "middle", expected one of right, left/],
  ['{"modes":{"car":{"restrictions":"sometimes"}}}', /expected one of obey, ignore/],
  ['{"modes":{"car":{"keys":"access"}}}', /expected a list of words/],
  ['{"modes":{"car":{"gateMs":1e9}}}', /expected a number from 0 to 600000/],
]
for (const [text, says] of wrong) {
  test(`the profile ${text} is refused with the place and the reason`, () => {
    assert.throws(() => readProfile(text), (error) => error instanceof ProfileBroken && says.test(error.message))
  })
}
