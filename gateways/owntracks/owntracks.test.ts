import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodePayload, type OwnTracksMessage } from './codec.ts'
import { translate } from './translate.ts'

type Made = { name: string; payload: object; device: string | null; type: string; fix: object | null }
const made = (JSON.parse(readFileSync(new URL('./frames/made.json', import.meta.url), 'utf8')) as { messages: Made[] }).messages

function messageOf(text: string, sender?: string): OwnTracksMessage {
  const decoded = decodePayload(text, sender)
  assert.ok('message' in decoded, JSON.stringify(decoded))
  return decoded.message
}
const known = (fix: object) => Object.fromEntries(Object.entries(fix).filter(([, value]) => value !== undefined))

for (const { name, payload, device, type, fix } of made) {
  test(`OwnTracks: ${name}`, () => {
    const message = messageOf(JSON.stringify(payload))
    assert.deepEqual([message.device ?? null, message.type, message.fixes.map(known)], [device, type, fix ? [fix] : []])
  })
}

test('the sender is the payload’s topic, else that of the request, else the tracker’s letters', () => {
  const place = { _type: 'location', lat: 1, lon: 2 }
  assert.equal(messageOf(JSON.stringify({ ...place, topic: 'owntracks/a/b', tid: 'xy' }), 'owntracks/c/d').device, 'owntracks/a/b')
  assert.equal(messageOf(JSON.stringify({ ...place, tid: 'xy' }), 'owntracks/c/d').device, 'owntracks/c/d')
  assert.equal(messageOf(JSON.stringify({ ...place, tid: 'xy' })).device, 'xy')
  assert.equal(messageOf(JSON.stringify(place)).device, undefined)
})

test('several messages in one body, and a body without content', () => {
  const place = { _type: 'location', lat: 1, lon: 2, tid: 'xy' }
  assert.equal(messageOf(JSON.stringify([place, { _type: 'lwt' }, place])).fixes.length, 2)
  for (const empty of ['', ' \n', '[]']) assert.deepEqual(messageOf(empty).type, 'empty')
})

for (const [name, text, path] of [
  ['not JSON', '{"_type":', 'body'], ['a number', '5', 'body'], ['no kind', '{"lat":1,"lon":1}', '_type'], ['encrypted', '{"_type":"encrypted","data":"x"}', '_type'],
  ['no longitude', '{"_type":"location","lat":1}', 'lon'], ['a latitude in words', '{"_type":"location","lat":"1","lon":1}', 'lat'],
  ['a place on no map', '{"_type":"location","lat":91,"lon":1}', 'lat'], ['a time in words', '{"_type":"location","lat":1,"lon":1,"tst":"now"}', 'tst'],
  ['the second of two', '[{"_type":"lwt"},{"_type":"location"}]', '1/lat'],
] as const) {
  test(`OwnTracks: ${name} is said with its path`, () => {
    const decoded = decodePayload(text)
    const flaws = 'malformed' in decoded ? [decoded.malformed] : decoded.message.unreadable
    assert.deepEqual(flaws.map((flaw) => flaw.path), [path])
  })
}

test('OwnTracks: of an array what cannot be read is left out, and the rest is not', () => {
  const place = { _type: 'location', lat: 1, lon: 2, batt: 50 }
  const { fixes, unreadable, battery } = messageOf(JSON.stringify([place, { ...place, lat: 128 }, 5, {}, { _type: 'encrypted', data: 'x' }, place]))
  assert.equal(fixes.length, 2)
  assert.equal(battery, 50)
  assert.deepEqual(unreadable.map(({ path, found }) => [path, found]), [['1/lat', '128'], ['2/body', '5'], ['3/_type', 'nothing'], ['4/_type', '"encrypted"']])
})

test('OwnTracks: a time in milliseconds, as some senders have it', () => {
  for (const tst of [1795334400, 1795334400000]) assert.equal(messageOf(JSON.stringify({ _type: 'location', lat: 1, lon: 2, tst })).fixes[0]!.at, 1795334400000)
})

test('translate: a fix without a time is of now', () => {
  assert.deepEqual(translate(messageOf('{"_type":"location","lat":1,"lon":2,"vel":-1,"acc":5}'), 1000), [{ fixAt: 1000, lat: 1, lon: 2, accuracyMeters: 5 }])
})

test('whatever arrives, the codec answers; a place comes back as it was said', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodePayload(text)), { seed: 1, numRuns: 2000 })
  const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true })
  fc.assert(
    fc.property(degrees(90), degrees(180), fc.nat(4e9), fc.nat(400), (lat, lon, tst, vel) => {
      const [fix] = messageOf(JSON.stringify({ _type: 'location', lat, lon, tst, vel })).fixes
      assert.deepEqual([fix!.lat, fix!.lon, fix!.at, fix!.speedKmh], [lat + 0, lon + 0, tst * 1000, vel])
    }),
    { seed: 2, numRuns: 500 },
  )
})

const shared = process.env.GENGFU_MAPS && join(process.env.GENGFU_MAPS, 'owntracks-payloads', 'frames.json')
test('captured payloads of real phones give the places in them', { skip: shared && existsSync(shared) ? false : 'no captured payloads at hand' }, () => {
  const { messages } = JSON.parse(readFileSync(shared as string, 'utf8')) as { messages: { body: string }[] }
  for (const { body } of messages) {
    const { fixes } = messageOf(body)
    assert.equal(fixes.length, 1)
    assert.ok(body.includes(String(fixes[0]!.lat)) && body.includes(String(fixes[0]!.lon)))
  }
})
