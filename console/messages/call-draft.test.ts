import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FenceOutline } from '#modules/patrol/contract.ts'
import { newCall, openCallDrafts, type CallDraft } from './call-draft.ts'
import { callInArea } from './reaches.ts'

/** A tab's storage: it outlives the page. */
function tab() {
  const rows = new Map<string, string>()
  return { rows, getItem: (key: string) => rows.get(key) ?? null, setItem: (key: string, value: string) => void rows.set(key, value), removeItem: (key: string) => void rows.delete(key) }
}
const polygon: FenceOutline = { type: 'Polygon', coordinates: [[[117.2, 28.2], [117.3, 28.2], [117.3, 28.3], [117.2, 28.2]]] }
const written: CallDraft = { ...newCall(callInArea, polygon), agency: 'guixi', text: '请到东门', asks: false, enoughYes: '3', widen: '' }

test('what was drawn and typed for a call is there when the page is loaded again, whatever was drawn', () => {
  const outlines: FenceOutline[] = [polygon, { type: 'Point', coordinates: [117.2, 28.2], radiusMeters: 300 }, { type: 'LineString', coordinates: [[117.2, 28.2], [117.3, 28.2]], widthMeters: 60 }]
  for (const area of outlines) {
    const storage = tab()
    openCallDrafts(storage).keep('a', { ...written, area })
    const next = openCallDrafts(storage)
    assert.deepEqual(next.find('a', callInArea), { ...written, area })
    assert.deepEqual(next.area('a'), area)
    assert.equal(next.area('a'), next.area('a'), 'the same thing, so that nothing is drawn anew')
  }
  const storage = tab()
  const around: CallDraft = { ...newCall('call'), place: [117.25, 28.25], text: '集合', unanswered: { id: 'c1', said: '{}' } }
  openCallDrafts(storage).keep('a', around)
  assert.deepEqual(openCallDrafts(storage).find('a', 'call'), around)
})

test('it is not another account’s, not of a call from elsewhere, and gone once it is sent or put away', () => {
  const storage = tab()
  const drafts = openCallDrafts(storage)
  drafts.keep('a', written)
  assert.equal(drafts.find('b', callInArea), undefined)
  assert.equal(drafts.area('b'), null)
  assert.equal(drafts.find('a', 'call-fence-f1'), undefined)
  drafts.drop()
  assert.equal(drafts.find('a', callInArea), undefined)
  assert.equal(storage.rows.size, 0)
})

test('what does not read well opens the form as it is by default', () => {
  const storage = tab()
  for (const left of ['{', 'null', '{"account":"a"}', '{"account":"a","draft":{"start":7}}']) {
    storage.setItem('gengfu.call', left)
    assert.equal(openCallDrafts(storage).find('a', callInArea), undefined, left)
  }
  storage.setItem('gengfu.call', JSON.stringify({ account: 'a', draft: { start: callInArea, area: { type: 'Blob' }, text: 5, asks: 'no', way: 'area' } }))
  assert.deepEqual(openCallDrafts(storage).find('a', callInArea), newCall(callInArea), 'without its area it asks for a place')
})

test('a browser without storage keeps it as long as the page', () => {
  const full = { ...tab(), setItem: () => { throw new Error('quota') } }
  for (const drafts of [openCallDrafts(undefined), openCallDrafts(full)]) {
    drafts.keep('a', written)
    assert.deepEqual(drafts.find('a', callInArea), written)
  }
})
