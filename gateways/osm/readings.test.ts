import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { travelModes } from '#core/graph/graph-input.ts'
import { accessOf, whyNobody } from './access.ts'
import { paceTags } from './pace.ts'
import { readOsm, type Tags } from './pbf.ts'
import { readProfile, usualProfile } from './profile.ts'
import { readingsOf } from './readings.ts'

const data = readOsm(readFileSync(new URL('../../demo/portland/portland-central.osm.pbf', import.meta.url)))

test('a reading that is shared says what the tags themselves say, for every way of Portland', () => {
  const readings = readingsOf(usualProfile)
  const access = travelModes.map((mode) => accessOf(usualProfile, mode))
  for (const { id, tags } of data.ways) {
    const reading = readings.of(tags)
    assert.equal(reading.nobody, whyNobody(tags), `way ${id}`)
    for (const builtUp of [false, true]) {
      const expected = access.map(({ speeds }) => speeds(tags, builtUp))
      assert.deepEqual(reading.speeds(builtUp), expected.flat().some((kmh) => kmh > 0) ? expected : undefined, `way ${id}`)
    }
  }
})

test('who may go there is asked of no tag that says how fast', () => {
  for (const mode of travelModes) {
    const { leaves } = accessOf(usualProfile, mode)
    for (const { tags } of data.ways) {
      const asked = new Proxy(tags, {
        get(target, key) {
          assert.ok(!paceTags.has(String(key)), String(key))
          return target[String(key)]
        },
      })
      leaves(asked)
    }
  }
})

test('every tag that a reading asks for is one that is compared, with an operator’s own words too', () => {
  const own = readProfile('{"modes":{"emergency":{"openedBy":["emergency","police"]},"car":{"keys":["access","vehicle","motor_vehicle","motorcar","patrol"]}}}')
  for (const profile of [usualProfile, own]) {
    const asked = new Set<string>()
    const watched = (tags: Tags): Tags =>
      new Proxy(tags, {
        get(target, key) {
          asked.add(String(key))
          return target[String(key)]
        },
      })
    for (const mode of travelModes) {
      const { speeds } = accessOf(profile, mode)
      for (const { tags } of data.ways) speeds(watched(tags), true)
    }
    for (const { tags } of data.ways) whyNobody(watched(tags))
    const { isAskedFor } = readingsOf(profile)
    assert.ok(asked.size > 40, `${asked.size} tags`)
    assert.deepEqual([...asked].filter((key) => !isAskedFor(key)), [])
    for (const word of profile === own ? ['police', 'oneway:police', 'patrol:forward'] : ['bus:backward']) assert.ok(asked.has(word) && isAskedFor(word), word)
  }
})
