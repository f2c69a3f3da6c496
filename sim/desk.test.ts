import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssignmentState, AssignmentView, IncidentView } from '#modules/dispatch/contract.ts'
import { deskNext, waitsForUnit, type DeskFacts } from './desk.ts'

const T = 1_767_225_600_000 // 2026-01-01T00:00Z
const facts: DeskFacts = { now: T, ours: (name) => name === 'desk', unitsFor: () => 1, prompt: () => false, speed: 1 }

const assignment = (state: AssignmentState, secondsAgo: number, orderedBy = 'desk'): AssignmentView => ({
  id: `a-${state}`, incident: 'i1', unit: 'u1', callSign: '巡1', state, stateSince: T - secondsAgo * 1000, orderedAt: T - 600_000, orderedBy,
  spokenAt: null, acknowledgedAt: null, enRouteAt: null, onSceneAt: null, reportedAt: null, because: null,
  endedAt: ['cleared', 'refused', 'diverted', 'cancelled'].includes(state) ? T - secondsAgo * 1000 : null,
})
const incident = (ageSeconds: number, changes: Partial<IncidentView> = {}): IncidentView => ({
  id: 'i1', number: 12, day: '2026-01-01', category: 'traffic', priority: 3, status: 'waiting', agency: 'guixi', lon: 117.2, lat: 28.29, place: '', placeEn: '',
  summary: '', reporter: null, phone: null, answers: {}, openedAt: T - ageSeconds * 1000, openedBy: 'desk', closedAt: null, outcome: null, mergedInto: null,
  handedTo: null, assignments: [], timers: [], notes: 0, changedAt: T - ageSeconds * 1000, ...changes,
})

const cases: [what: string, incident: IncidentView, facts: Partial<DeskFacts>, act: string | undefined][] = [
  ['leaves a new incident to a person for 45 s', incident(44), {}, undefined],
  ['sends to what nobody touched for 45 s', incident(45), {}, 'send'],
  ['sends at once where the town was busy before', incident(1), { prompt: () => true }, 'send'],
  ['leaves a person’s own report alone for three minutes', incident(179, { openedBy: 'dispatcher' }), {}, undefined],
  ['helps a person who forgot', incident(180, { openedBy: 'dispatcher' }), {}, 'send'],
  ['is not put off by an alert about the waiting', incident(60, { changedAt: T }), {}, 'send'],
  ['finds another after a refusal', incident(300, { assignments: [assignment('refused', 8)] }), {}, 'send'],
  ['but gives the refusal a moment', incident(300, { assignments: [assignment('refused', 7)] }), {}, undefined],
  ['leaves a recalled unit to who recalled it', incident(300, { assignments: [assignment('cancelled', 100, 'dispatcher')] }), {}, undefined],
  ['lets a unit on its way drive', incident(300, { status: 'active', assignments: [assignment('en-route', 100)] }), {}, undefined],
  ['sends a second where two are needed', incident(20, { status: 'active', assignments: [assignment('ordered', 6)], changedAt: T - 6000 }), { unitsFor: () => 2 }, 'send'],
  ['does not add to what a person sent', incident(200, { status: 'active', assignments: [assignment('en-route', 90, 'dispatcher')] }), { unitsFor: () => 2 }, undefined],
  ['closes when all have reported', incident(300, { status: 'active', assignments: [assignment('reported', 12)], changedAt: T - 12_000 }), {}, 'close'],
  ['does not close while one still works', incident(300, { status: 'active', assignments: [assignment('reported', 60), assignment('on-scene', 60)] }), {}, undefined],
  ['closes what was cleared and waits for filing', incident(300, { assignments: [assignment('cleared', 12)], changedAt: T - 12_000 }), {}, 'close'],
  ['leaves closing to the person who sent', incident(300, { status: 'active', assignments: [assignment('reported', 60, 'dispatcher')], changedAt: T - 60_000 }), {}, undefined],
  ['leaves a handed-over incident with the station', incident(500, { status: 'handed-over' }), {}, undefined],
  ['files a handed-over incident in the end', incident(600, { status: 'handed-over' }), {}, 'close'],
  ['does nothing about a closed one', incident(9999, { status: 'closed' }), {}, undefined],
  ['gives a person the same 45 s in a faster town', incident(44), { speed: 5 }, undefined],
  ['but not in a time-lapse', incident(5), { speed: 50 }, 'send'],
  ['closes twice as soon at speed 2', incident(300, { status: 'active', assignments: [assignment('reported', 6)], changedAt: T - 6000 }), { speed: 2 }, 'close'],
]
for (const [what, given, changes, act] of cases) test(`the desk ${what}`, () => assert.equal(deskNext(given, { ...facts, ...changes })?.act, act))

test('an incident whose unit has cleared waits for nobody', () => {
  assert.equal(waitsForUnit(incident(5)), true)
  assert.equal(waitsForUnit(incident(5, { assignments: [assignment('cleared', 1)] })), false)
  assert.equal(waitsForUnit(incident(5, { assignments: [assignment('refused', 1)] })), true)
})
