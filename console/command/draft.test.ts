import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CategoryView } from '#modules/dispatch/contract.ts'
import { fromWgs84 } from '#core/geo/shifted.ts'
import { bodyOf, emptyDraft, gapsOf, matchCategories, readCoordinates } from './draft.ts'

const category = (id: string, name: string, nameEn: string, pinyin: string, active = true): CategoryView =>
  ({ id, name, nameEn, pinyin, glyph: name[0]!, priority: 3, arriveSeconds: 600, needs: [], questions: [], order: 1, active })
const categories = [category('dispute', '纠纷', 'Dispute', 'jf'), category('traffic', '交通', 'Traffic', 'jt'), category('urgent-help', '紧急求助', 'Urgent help', 'jjqz'), category('gone', '旧类', 'Old', 'jl', false)]
const kinds = (typed: string) => matchCategories(typed, categories).map(({ id }) => id)

test('a kind is found by its name, its English name, its initials', () => {
  assert.deepEqual(kinds('纠'), ['dispute'])
  assert.deepEqual(kinds('traf'), ['traffic'])
  assert.deepEqual(kinds('jt'), ['traffic'])
  assert.deepEqual(kinds('j').toSorted(), ['dispute', 'traffic', 'urgent-help'])
  assert.deepEqual(kinds(''), ['dispute', 'traffic', 'urgent-help'])
  assert.deepEqual(kinds('jl'), [], 'kinds no longer in use are not offered')
})

const place = { lon: 117.21, lat: 28.29, text: '雄石路', name: '雄石路' }

test('a report wants a kind and a place, and nothing else', () => {
  const empty = emptyDraft('command-1')
  assert.deepEqual(gapsOf(empty), ['category', 'place'])
  assert.equal(bodyOf({ ...empty, category: 'dispute' }), null)
  assert.deepEqual(bodyOf({ ...empty, category: 'dispute', place }), { category: 'dispute', lon: 117.21, lat: 28.29, place: '雄石路' })
})

test('blank fields are left out; a place without a name is said by the server', () => {
  const draft = { ...emptyDraft('command-1'), category: 'dispute', place: { ...place, name: null }, summary: ' 争吵 ', phone: '  ', answers: { injured: '有', weapons: ' ' } }
  assert.deepEqual(bodyOf(draft), { category: 'dispute', lon: 117.21, lat: 28.29, summary: '争吵', answers: { injured: '有' } })
})

for (const [text, lon, lat] of [['117.2095, 28.2932', 117.2095, 28.2932], ['28.2932,117.2095', 117.2095, 28.2932], ['117.2095 28.2932', 117.2095, 28.2932], ['-122.67，45.52', -122.67, 45.52], ['wgs84: 117.2, 28.3', 117.2, 28.3]] as const) {
  test(`reads the coordinate “${text}”`, () => assert.deepEqual(readCoordinates(text), { lon, lat }))
}

for (const text of ['雄石路', '117.2', '200, 100', '1,2,3', '']) test(`“${text}” is no coordinate`, () => assert.equal(readCoordinates(text), null))

test('a shifted coordinate comes back to where it is', () => {
  const [lon, lat] = fromWgs84('gcj02', 117.21, 28.29)
  const read = readCoordinates(`gcj ${lon}, ${lat}`)!
  assert.ok(Math.abs(read.lon - 117.21) < 1e-7 && Math.abs(read.lat - 28.29) < 1e-7, JSON.stringify(read))
})
