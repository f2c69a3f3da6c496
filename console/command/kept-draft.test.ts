import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyDraft } from './draft.ts'
import { keep, keptFor } from './kept-draft.ts'

test('a report in hand waits for the account that typed it and for nobody else', () => {
  const draft = { ...emptyDraft('c1'), summary: '写到一半' }
  keep('a', { draft, composing: true })
  assert.deepEqual(keptFor('a'), { draft, composing: true })
  assert.equal(keptFor('b').draft, null)
  assert.equal(keptFor('a').draft, null, 'gone once somebody else was here')
})
