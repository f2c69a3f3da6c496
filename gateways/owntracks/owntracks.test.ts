import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeMessage } from './codec.ts'

type Captured = { readonly n: number; readonly body: string; readonly traccar_expected: { readonly decodes_to?: string | null } }
const { messages } = JSON.parse(readFileSync(new URL('./frames/captured.json', import.meta.url), 'utf8')) as { messages: Captured[] }

for (const { n, body } of messages) {
  test(`OwnTracks, captured message ${n}: the place that it says`, () => {
    const said = JSON.parse(body) as { _type: string; lat: number; lon: number; tst: number; vel?: number }
    const decoded = decodeMessage(body)
    assert.ok('message' in decoded)
    const [fix] = decoded.message.fixes
    if (said._type !== 'location' && said._type !== 'transition') return assert.equal(fix, undefined)
    assert.deepEqual([fix!.lat, fix!.lon, fix!.at], [said.lat, said.lon, said.tst * 1000])
    assert.equal(fix!.speedKmh, said.vel !== undefined && said.vel >= 0 ? said.vel : undefined)
  })
}

const location = { _type: 'location', lat: 28.29, lon: 117.21, tst: 1_700_000_000 }
const cases: [name: string, message: unknown, topic: string | undefined, expected: object][] = [
  ['the topic names the device', { ...location, topic: 'owntracks/zhang/phone' }, undefined, { device: 'zhang/phone' }],
  ['the topic of MQTT', location, 'owntracks/li/pad/event', { device: 'li/pad' }],
  ['two letters where there is no topic', { ...location, tid: 'zs' }, undefined, { device: 'zs' }],
  ['a waypoint is not where the phone is', { ...location, _type: 'waypoint' }, undefined, { fixes: [] }],
  ['the last will', { _type: 'lwt', tst: 5 }, undefined, { type: 'lwt', fixes: [] }],
]
for (const [name, message, topic, expected] of cases) {
  test(`OwnTracks: ${name}`, () => {
    const decoded = decodeMessage(JSON.stringify(message), topic)
    assert.ok('message' in decoded)
    assert.partialDeepStrictEqual(decoded.message, expected)
  })
}

test('networks and other people never come through', () => {
  const decoded = decodeMessage(JSON.stringify({ ...location, SSID: 'house', BSSID: 'aa:bb:cc:dd:ee:ff', inregions: ['home'], p: 101 }))
  assert.doesNotMatch(JSON.stringify(decoded), /house|aa:bb|home|101/)
})

const bad: [unknown, RegExp][] = [
  ['', /nothing/], ['{', /JSON/], ['[]', /object/], [{ lat: 1 }, /_type/], [{ ...location, lat: 91 }, /degrees/], [{ ...location, lon: '117' }, /degrees/], [{ ...location, tst: -1 }, /1970/], [{ _type: 'encrypted', data: 'x' }, /encrypted/],
]
for (const [message, expected] of bad) {
  test(`OwnTracks refuses ${JSON.stringify(message)}`, () => {
    const decoded = decodeMessage(typeof message === 'string' ? message : JSON.stringify(message))
    assert.ok('malformed' in decoded)
    assert.match(Object.values(decoded.malformed).join(' '), expected)
  })
}

test('whatever comes, it answers', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.record({ _type: fc.constantFrom('location', 'transition', 'x'), lat: fc.anything(), lon: fc.anything(), tst: fc.anything() }).map((each) => JSON.stringify(each, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))), (text) => {
    const decoded = decodeMessage(text)
    assert.ok('message' in decoded !== 'malformed' in decoded)
  }))
})
