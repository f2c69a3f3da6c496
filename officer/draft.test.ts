import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leftBehind, withDraft, withoutDraft, type Draft } from './draft.ts'

const draft = (assignment: string, text: string): Draft => ({ incident: `of-${assignment}`, number: 12, assignment, kind: 'note', text })

test('one sheet is written at a time for an order, and what was written stays when the order ends', () => {
  let drafts = withDraft(withDraft([], draft('a1', '双方')), draft('a1', '双方都在'))
  assert.deepEqual(leftBehind(drafts, 'a1'), [], 'it is in its sheet')
  assert.deepEqual(leftBehind(drafts, undefined).map(({ text }) => text), ['双方都在'], 'no order any more')
  assert.deepEqual(leftBehind(drafts, 'a2').map(({ text }) => text), ['双方都在'], 'another order')
  drafts = withDraft(drafts, draft('a2', '到了'))
  assert.deepEqual(leftBehind(drafts, 'a3').map(({ text }) => text), ['双方都在', '到了'], 'neither takes the other’s place')
  assert.deepEqual(withoutDraft(drafts, 'a1').map(({ assignment }) => assignment), ['a2'])
})

test('a sheet in which nothing was written goes with its order', () => assert.deepEqual(leftBehind([draft('a1', ' ')], undefined), []))
