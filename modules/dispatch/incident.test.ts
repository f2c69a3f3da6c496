import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssignmentState, DispatchEvent } from './contract.ts'
import { assign, changeAssignment, type Asked, type Commitment } from './assignment.ts'
import { activeOf, change, close, handOver, incident, open, reopen, type Incident } from './incident.ts'
import { isActive, limitSeconds, passLimit, seeLimit } from './limits.ts'

const T = 1_767_225_600_000 // 2026-01-01T00:00Z
const facts = {
  id: 'i1', agency: 'guixi', number: 12, day: '2026-01-01', category: 'dispute', priority: 3, lon: 117.2, lat: 28.3, place: '雄石路',
  placeEn: 'Xiongshi Road', summary: '', reporter: null, phone: null, answers: {},
}
const car = { id: 'p1', callSign: '巡1', kind: 'car', agency: 'guixi', capabilities: [], onDuty: true, stale: false, lon: 117.2, lat: 28.3 } as const
const order = { assignment: 'a1', arriveSeconds: 600 }

const happened = (decision: object): readonly DispatchEvent[] => {
  assert.ok('events' in decision, JSON.stringify(decision))
  return decision.events as DispatchEvent[]
}
const told = (decision: object) => ('refused' in decision ? decision.refused : (decision as { events: readonly DispatchEvent[] }).events.map((event) => event.type))
const after = (state: Incident, ...decisions: object[]) => decisions.flatMap(happened).reduce(incident.evolve, state)
const waiting = after(incident.initial, open(facts, T))
const sent = after(waiting, assign(waiting, car, undefined, order, T + 1000))
/** The order in a state, by the shortest way there. */
const inState = (state: AssignmentState): Incident => {
  if (state === 'ordered') return sent
  if (state === 'diverted') return after(sent, { events: [{ ...(happened(changeAssignment(sent, 'a1', { state: 'cancelled', note: '', by: 'watch-room' }, T))[0] as object), state }] })
  return after(sent, changeAssignment(sent, 'a1', { state: state as Asked, note: '', by: 'watch-room' }, T + 2000))
}
const closed = after(waiting, close(waiting, { outcome: 'settled', note: '' }, T))
const handed = after(waiting, handOver(waiting, 'guixi.xiongshi', '', T))

const sends: [name: string, state: Incident, unit: typeof car | object, elsewhere: Commitment | undefined, answer: string | string[]][] = [
  ['a free unit to an open incident', waiting, car, undefined, ['unit-assigned']],
  ['a unit whose fix is old: the dispatcher may know more', waiting, { ...car, stale: true }, undefined, ['unit-assigned']],
  ['nobody twice', sent, car, undefined, []],
  ['nobody twice, also off duty by now', sent, { ...car, onDuty: false }, undefined, []],
  ['nobody off duty', waiting, { ...car, onDuty: false }, undefined, 'unit-off-duty'],
  ['nobody from another incident', waiting, car, { assignment: 'a9', incident: 'i9', number: 3, agency: 'guixi' }, 'unit-committed'],
  ['nobody to a closed incident', closed, car, undefined, 'incident-closed'],
  ['nobody to a handed-over incident', handed, car, undefined, 'incident-handed-over'],
  ['the same unit again after it was cancelled', inState('cancelled'), car, undefined, ['unit-assigned']],
]
for (const [name, state, unit, elsewhere, answer] of sends) {
  test(`assign sends ${name}`, () => assert.deepEqual(told(assign(state, unit as typeof car, elsewhere, { ...order, assignment: 'a2' }, T)), answer))
}

// Rows: the state that the order is in. Columns: what is asked. A refusal's code, 'same' (nothing happens) or 'step'.
const asks = ['acknowledged', 'en-route', 'on-scene', 'reported', 'cleared', 'refused', 'cancelled'] as const
const crew: Record<string, readonly string[]> = {
  ordered: ['step', 'step', 'step', 'step', 'assignment-not-there-yet', 'step', 'not-allowed'],
  acknowledged: ['same', 'step', 'step', 'step', 'assignment-not-there-yet', 'step', 'not-allowed'],
  'en-route': ['same', 'same', 'step', 'step', 'assignment-not-there-yet', 'step', 'not-allowed'],
  'on-scene': ['same', 'same', 'same', 'step', 'step', 'assignment-under-way', 'not-allowed'],
  reported: ['same', 'same', 'same', 'same', 'step', 'assignment-under-way', 'not-allowed'],
  cleared: ['assignment-cleared', 'assignment-cleared', 'assignment-cleared', 'assignment-cleared', 'same', 'assignment-cleared', 'assignment-cleared'],
  refused: ['assignment-refused', 'assignment-refused', 'assignment-refused', 'assignment-refused', 'assignment-refused', 'same', 'assignment-refused'],
  diverted: Array(7).fill('assignment-diverted'),
  cancelled: [...Array(6).fill('assignment-cancelled'), 'same'],
}
const watchRoom: Record<string, readonly string[]> = {
  ...crew,
  ordered: ['step', 'step', 'step', 'step', 'step', 'step', 'step'],
  acknowledged: ['same', 'step', 'step', 'step', 'step', 'step', 'step'],
  'en-route': ['assignment-further', 'same', 'step', 'step', 'step', 'step', 'step'],
  'on-scene': ['assignment-further', 'assignment-further', 'same', 'step', 'step', 'assignment-under-way', 'step'],
  reported: ['assignment-further', 'assignment-further', 'assignment-further', 'same', 'step', 'assignment-under-way', 'step'],
}
for (const [by, table] of [['crew', crew], ['watch-room', watchRoom]] as const) {
  for (const [state, answers] of Object.entries(table)) {
    asks.forEach((asked, column) => {
      test(`an order that is ${state}, asked by the ${by} to be ${asked}: ${answers[column]}`, () => {
        const before = inState(state as AssignmentState)
        const answer = changeAssignment(before, 'a1', { state: asked, note: '', by }, T + 5000)
        const heard = 'refused' in answer ? answer.refused : answer.events.length === 0 ? 'same' : 'step'
        assert.equal(heard, answers[column])
        if (heard === 'step') assert.equal(after(before, answer).assignments[0]!.state, asked)
      })
    })
  }
}

test('a note with a step is written into the log; a note with a refusal is its reason', () => {
  assert.deepEqual(told(changeAssignment(sent, 'a1', { state: 'on-scene', note: '两人争吵', by: 'crew' }, T)), ['assignment-changed', 'note-added'])
  const [event] = happened(changeAssignment(sent, 'a1', { state: 'refused', note: '车辆故障', by: 'crew' }, T))
  assert.equal(event?.type === 'assignment-changed' && event.because, '车辆故障')
})

test('close frees who is on it: cleared when there, cancelled when still coming, and told why', () => {
  let state = inState('on-scene')
  state = after(state, assign(state, { ...car, id: 'p2' }, undefined, { ...order, assignment: 'a2' }, T))
  const ended = after(state, close(state, { outcome: 'settled', note: '' }, T + 9000))
  assert.deepEqual(ended.assignments.map((each) => each.state), ['cleared', 'cancelled'])
  assert.equal(ended.assignments[1]!.because, 'incident-closed')
  assert.deepEqual(ended.timers, [])
  assert.deepEqual(activeOf(ended), [])
})

test('close twice alike is once; twice differently is refused', () => {
  assert.deepEqual(told(close(closed, { outcome: 'settled', note: '' }, T)), [])
  assert.equal(told(close(closed, { outcome: 'unfounded', note: '' }, T)), 'incident-closed')
})

test('change records only what differs, with what it was', () => {
  assert.deepEqual(told(change(waiting, { priority: 3, answers: {} }, T)), [])
  const [event] = happened(change(waiting, { priority: 1, place: '雄石路' }, T))
  assert.deepEqual(event, { type: 'incident-changed', at: T, changes: { priority: 1 }, was: { priority: 3 } })
  assert.equal(told(change(closed, { priority: 1 }, T)), 'incident-closed')
})

test('a handed-over incident is the station’s, and comes back to whose it was', () => {
  assert.equal(handed.agency, 'guixi.xiongshi')
  assert.deepEqual(handed.timers, [])
  const back = after(handed, reopen(handed, '', T))
  assert.deepEqual([back.status, back.agency, back.timers.map((timer) => timer.kind)], ['open', 'guixi', ['send']])
})

test('each step starts the next limit and stops the one before; the last one cleared leaves an incident to settle', () => {
  const kinds = (state: Incident) => state.timers.map((timer) => [timer.kind, (timer.dueAt - T) / 1000])
  assert.deepEqual(kinds(waiting), [['send', limitSeconds.send]])
  assert.deepEqual(kinds(sent), [['acknowledge', 1 + limitSeconds.acknowledge]])
  assert.deepEqual(kinds(inState('acknowledged')), [['move', 2 + limitSeconds.move]])
  assert.deepEqual(kinds(inState('en-route')), [['arrive', 1 + 600]]) // counted from the order
  assert.deepEqual(kinds(inState('on-scene')), [['settle', 2 + limitSeconds.settle]])
  assert.deepEqual(kinds(inState('reported')), [['settle', 2 + limitSeconds.settle]])
  assert.deepEqual(kinds(inState('cleared')), [['settle', 2 + limitSeconds.settle]])
  assert.equal(inState('cleared').timers[0]!.assignment, null)
  assert.deepEqual(kinds(inState('refused')), [['send', 2 + limitSeconds.send]])
  assert.deepEqual(kinds(inState('cancelled')), [['send', 2 + limitSeconds.send]])
})

test('a limit tells the dispatchers, the commander, the agency above, and then nobody', () => {
  let state = waiting
  const heard: [number, number | null][] = []
  for (let n = 0, at = T; n < 600; n++, at += 1000) {
    const [timer] = state.timers
    const decision = passLimit(state, timer!.id, timer!.escalation, at)
    if ('refused' in decision) continue
    state = after(state, decision)
    heard.push([state.timers[0]!.escalation, (at - T) / 1000])
  }
  assert.deepEqual(heard, [[1, 60], [2, 120], [3, 180]])
})

test('an alert that somebody has seen gives them three minutes before the next in line is told', () => {
  const id = 'i1-send'
  assert.equal(told(seeLimit(waiting, id, T)), 'limit-not-passed')
  let state = after(waiting, passLimit(waiting, id, 0, T + 60_000))
  state = after(state, seeLimit(state, id, T + 70_000))
  assert.deepEqual(told(seeLimit(state, id, T + 71_000)), [])
  assert.equal(told(passLimit(state, id, 1, T + 249_999)), 'limit-not-due')
  assert.deepEqual(told(passLimit(state, id, 1, T + 250_000)), ['limit-passed'])
  assert.equal(told(seeLimit(sent, id, T)), 'timer-not-found')
})

test('a limit that was met meanwhile alerts nobody', () => {
  assert.equal(told(passLimit(sent, 'i1-send', 0, T + 60_000)), 'limit-not-due')
  assert.ok(activeOf(sent).every((each) => isActive(each.state)))
})
