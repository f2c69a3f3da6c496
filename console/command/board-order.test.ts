import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncidentView, TimerView } from '#modules/dispatch/contract.ts'
import { seeded } from '#core/random.ts'
import { boardCounts, boardRows, compareIncidents } from './board-order.ts'

const alarm: TimerView = { id: 't', kind: 'send', assignment: null, startedAt: 0, dueAt: 1, escalation: 1, escalatedAt: 1, seenBy: null }

const incident = (id: string, changes: Partial<IncidentView> = {}): IncidentView => ({
  id, number: 1, day: '2026-11-22', category: 'other', priority: 3, status: 'waiting', agency: 'jx.guixi', lon: 117.2, lat: 28.29,
  place: '', placeEn: '', summary: '', reporter: null, phone: null, answers: {}, openedAt: 1000, openedBy: '', closedAt: null, outcome: null,
  mergedInto: null, handedTo: null, assignments: [], timers: [], notes: 0, changedAt: 1000, ...changes,
})

test('alarms come first, then waiting, then urgent, then old; closed ones last, newest first', () => {
  const rows = boardRows([
    incident('closed-early', { status: 'closed', closedAt: 10 }),
    incident('closed-late', { status: 'closed', closedAt: 20 }),
    incident('active', { status: 'active', priority: 1 }),
    incident('new', { openedAt: 3000 }),
    incident('old', { openedAt: 2000 }),
    incident('urgent', { openedAt: 9000, priority: 1 }),
    incident('alarming', { status: 'active', priority: 4, openedAt: 9500, timers: [alarm] }),
  ], 'all')
  assert.deepEqual(rows.map((row) => row.id), ['alarming', 'urgent', 'old', 'new', 'active', 'closed-late', 'closed-early'])
})

test('an alarm somebody has seen goes back to its place', () => {
  const seen = incident('seen', { timers: [{ ...alarm, seenBy: '接警台' }], openedAt: 9000 })
  assert.deepEqual(boardRows([seen, incident('first')], 'waiting').map((row) => row.id), ['first', 'seen'])
})

test('an incident with the station is open, not waiting', () => {
  const counts = boardCounts([incident('a'), incident('b', { status: 'handed-over' }), incident('c', { status: 'closed' })])
  assert.deepEqual(counts, { waiting: 1, active: 1, all: 3 })
})

test('the order is total and does not depend on the order of arrival', () => {
  const seed = 7
  const random = seeded(seed)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!
  const incidents = Array.from({ length: 60 }, (_, i) => incident(`i${i}`, {
    status: pick(['waiting', 'active', 'handed-over', 'closed']), priority: pick([1, 2, 3, 4]), openedAt: pick([1, 2, 3]),
    closedAt: pick([4, 5]), timers: pick([[], [alarm]]),
  }))
  const ids = boardRows(incidents, 'all').map((row) => row.id)
  const shuffled = incidents.map((row) => [random(), row] as const).sort((a, b) => a[0] - b[0]).map(([, row]) => row)
  assert.deepEqual(boardRows(shuffled, 'all').map((row) => row.id), ids, `seed ${seed}`)
  for (const a of incidents) for (const b of incidents) assert.equal(Math.sign(compareIncidents(a, b)), -Math.sign(compareIncidents(b, a)) || 0, `seed ${seed}`)
})
