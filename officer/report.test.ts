import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Value } from 'typebox/value'
import { AddPicture, NewReport } from '#modules/dispatch/contract.ts'
import type { Waiting } from './outbox.ts'
import { fileOf, fixFor, listed, picturesOf, stateOf, together, wordsOf, writesOf, type KeptReport } from './report.ts'

const hour = 3_600_000
const now = 1_764_000_000_000
const report = (more: Partial<KeptReport> = {}): KeptReport => ({
  id: 'r1', account: 'a1', madeAt: now, category: 'dispute', panic: false, text: '争吵', place: '', pictureCount: 0, number: undefined,
  fix: { lon: 117.2, lat: 28.3, accuracyMeters: 8, at: now }, ...more,
})
const waiting = (more: Partial<Waiting> = {}): Waiting => ({ id: 'r1', account: 'a1', path: '/', body: {}, madeAt: now, about: { kind: 'report', incident: 'r1' }, ...more })

test('a report is the report first and then its pictures, all naming the incident that nobody has heard of', () => {
  const [first, ...rest] = writesOf(report(), ['QUJDREVGR0hJSktM', 'TU5PUFFSU1RVVldY'], ['p1', 'p2'], now)
  assert.deepEqual(first!.body, { commandId: 'r1', madeAt: now, category: 'dispute', summary: '争吵', lon: 117.2, lat: 28.3 })
  assert.ok(Value.Check(NewReport, first!.body), 'the server’s door takes it')
  assert.deepEqual(rest.map((each) => [each.path, each.after, each.about.incident, each.id]), [
    ['/api/dispatch/incidents/r1/pictures', 'r1', 'r1', 'p1'],
    ['/api/dispatch/incidents/r1/pictures', 'r1', 'r1', 'p2'],
  ])
  for (const each of rest) assert.ok(Value.Check(AddPicture, each.body))
})

test('a call for help is urgent, without kind and place if need be', () => {
  const [first] = writesOf(report({ panic: true, category: undefined, fix: undefined }), [], [], now)
  assert.equal(first!.urgent, true)
  assert.deepEqual(first!.body, { commandId: 'r1', madeAt: now, panic: true, summary: '争吵' })
  assert.ok(Value.Check(NewReport, first!.body))
  assert.equal(writesOf(report(), [], [], now)[0]!.urgent, undefined)
})

test('how a report stands is what the line says', () => {
  const picture = waiting({ id: 'p1', after: 'r1', body: { data: 'AAAA' }, about: { kind: 'picture', incident: 'r1' } })
  const read = (...items: readonly Waiting[]) => ({ items, isRead: true })
  assert.deepEqual(stateOf(report(), read(waiting(), picture)), { state: 'waiting' })
  assert.deepEqual(stateOf(report(), read(waiting({ refused: { code: 'x', because: '没有这个类别' } }), picture)), { state: 'refused', because: '没有这个类别' })
  assert.deepEqual(stateOf(report(), read(picture, waiting({ id: 'other' }))), { state: 'sent', behind: 1 })
  assert.deepEqual(stateOf(report(), read()), { state: 'sent', behind: 0 })
  assert.deepEqual(picturesOf(report(), [waiting(), picture]), ['AAAA'])
})

test('a call for help is not said to be heard before the line was read, unless the server has numbered it', () => {
  const unread = { items: [], isRead: false }
  assert.deepEqual(stateOf(report({ panic: true }), unread), { state: 'waiting' })
  assert.deepEqual(stateOf(report({ panic: true, number: 12 }), unread), { state: 'sent', behind: 0 })
})

test('what the phone keeps and what the page knows are one list; what either knows of a report counts', () => {
  const [kept, unkept] = [report({ id: 'kept' }), report({ id: 'unkept', number: 4 })]
  const page = [{ ...kept, number: 3 }, unkept]
  assert.deepEqual(together([kept], page).map(({ id, number }) => [id, number]), [['kept', 3], ['unkept', 4]])
  assert.deepEqual(together([], page), page, 'a phone that keeps nothing takes nothing from the page')
  assert.equal(together([{ ...kept, seen: true }], page)[0]!.seen, true)
})

test('listed for three days, newest first; what waits for as long as it waits', () => {
  const old = report({ id: 'old', madeAt: now - 73 * hour })
  const all = [old, report({ id: 'a', madeAt: now - 2 * hour }), report({ id: 'b', madeAt: now - hour })]
  assert.deepEqual(listed(all, [], now).map((each) => each.id), ['b', 'a'])
  assert.deepEqual(listed(all, [waiting({ id: 'old' })], now).map((each) => each.id), ['b', 'a', 'old'])
})

test('a place of the last ten minutes is good enough, an older one is none', () => {
  const fix = { at: now, lon: 1, lat: 2, accuracyMeters: null, speedKmh: 3, courseDeg: 4 }
  assert.deepEqual(fixFor(fix, now + 10 * 60_000), { lon: 1, lat: 2, accuracyMeters: null, at: now })
  assert.equal(fixFor(fix, now + 10 * 60_000 + 1), undefined)
  assert.equal(fixFor(undefined, now), undefined)
})

test('the words of a note, of a step and of a report are found, so that they can be copied', () => {
  assert.deepEqual([{ text: 'a' }, { state: 'reported', note: 'b' }, { summary: 'c' }, { state: 'on-scene' }].map((body) => wordsOf(waiting({ body }))), ['a', 'b', 'c', ''])
})

test('what was shown or said in a channel is found like the picture of an incident, so that it can be seen, heard and kept', () => {
  const of = (path: string, body: Waiting['body']) => fileOf(waiting({ path, body }))
  assert.deepEqual(of('/api/messages/channels/unit-u1/pictures', { data: '/9j/4AAQ' }), { kind: 'picture', data: '/9j/4AAQ', mediaType: 'image/jpeg', seconds: 0 })
  assert.equal(of('/api/dispatch/incidents/i1/pictures', { data: '/9j/4AAQ' })?.kind, 'picture')
  for (const [bytes, mediaType] of [['\x1aE\xdf\xa3', 'audio/webm'], ['OggS', 'audio/ogg'], ['\0\0\0\x1cftypiso5', 'audio/mp4']] as const) {
    const data = btoa(bytes)
    assert.deepEqual(of('/api/messages/channels/unit-u1/voices', { data, seconds: 4.2 }), { kind: 'voice', data, mediaType, seconds: 4.2 })
  }
  assert.equal(of('/api/messages/channels/unit-u1/messages', { text: 'a' }), undefined)
})
