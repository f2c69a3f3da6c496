import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toldViews } from './devices-routes.ts'
import { newDownlink, type Downlink } from './downlink.ts'
import { fencesState, mustTell, noFences, type FencesHeld } from './terminal-fences.ts'

const T = 1_767_225_600_000
const hour = 3_600_000
const known = (more: Partial<FencesHeld> = {}): FencesHeld => ({ device: 1, told: 'a', toldAt: T, toldCount: 2, leftOut: 0, held: 'a', heldAt: T, heldCount: 2, failed: null, ...more })

const cases: [what: string, known: FencesHeld | undefined, wanted: string, after: number, must: boolean][] = [
  ['never told anything, and there are fences', undefined, 'a', 0, true],
  ['never told anything, and there are none: what it has from elsewhere stays', undefined, noFences, 0, false],
  ['it holds them', known(), 'a', 9 * hour, false],
  ['there are others', known(), 'b', 0, true],
  ['there are none any more', known(), noFences, 0, true],
  ['they are on their way', known({ held: null }), 'a', hour - 1, false],
  ['they were on their way and nobody fetched them', known({ held: null }), 'a', hour, true],
  ['it refused them', known({ held: null, failed: 'refused' }), 'a', 900 * hour, false],
  ['it refused others', known({ held: null, failed: 'refused' }), 'b', 0, true],
  ['it did not answer just now', known({ held: 'z', failed: 'unanswered' }), 'a', hour - 1, false],
  ['it did not answer an hour ago', known({ held: 'z', failed: 'unanswered' }), 'a', hour, true],
  ['others are on their way, and the ones it holds are wanted again', known({ told: 'b' }), 'a', 0, true],
]
for (const [what, before, wanted, after, must] of cases) test(`fences of a terminal: ${what}: ${must ? 'told' : 'not told'}`, () => assert.equal(mustTell(before, wanted, T + after), must))

test('how a terminal stands', () => {
  assert.deepEqual([known(), known({ told: 'b' }), known({ held: null }), known({ failed: 'refused' })].map(fencesState), ['held', 'on-its-way', 'on-its-way', 'refused'])
})

test('a set of fences is shown as one thing', () => {
  const part = (step: number, state: Downlink['state'], type = 'set-circles', series = 1): Downlink => ({
    ...newDownlink({ id: `s${series}${step === 0 ? '' : `/${step}`}`, device: 1, command: { type: 'area', message: { type }, series } }, T + step, hour),
    state,
    attempts: step + 1,
  })
  const shown = (...parts: Downlink[]) => toldViews(parts).map(({ id, command, state }) => [id, command.type, state])
  assert.deepEqual(shown(part(0, 'done'), part(1, 'sent'), part(2, 'waiting')), [['s1', 'areas', 'sent']])
  assert.deepEqual(shown(part(0, 'waiting'), part(1, 'waiting')), [['s1', 'areas', 'waiting']])
  assert.deepEqual(shown(part(0, 'refused', 'delete-areas'), part(1, 'done')), [['s1', 'areas', 'done']])
  assert.deepEqual(shown(part(0, 'done'), part(1, 'refused'), part(2, 'expired')), [['s1', 'areas', 'refused']])
  assert.deepEqual(shown(part(0, 'done'), part(1, 'expired')), [['s1', 'areas', 'expired']])
  const text = newDownlink({ id: 't', device: 1, command: { type: 'question', text: '去' } }, T + 5, hour)
  const confirmation = newDownlink({ id: 'c', device: 1, command: { type: 'confirm-alarm', alarms: [] } }, T + 6, hour)
  assert.deepEqual(shown(part(0, 'done'), text, confirmation, part(0, 'done', 'set-circles', 2)), [['t', 'text', 'waiting'], ['s1', 'areas', 'done'], ['s2', 'areas', 'done']])
})
