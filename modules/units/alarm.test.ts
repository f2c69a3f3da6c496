import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { alarmEdges, sameCallMs, type AlarmEdges } from './alarm.ts'

const T = 1_767_225_600_000
const state = { states: true, isLate: false }
const event = { states: false, isLate: false }
const late = { states: true, isLate: true }
const open = (...names: string[]) => new Map(names.map((name) => [name, T]))
const said = (...names: string[]) => names.map((name) => ({ name, at: T + 1000 }))

const cases: [name: string, edges: AlarmEdges, began: string[], ended: string[]][] = [
  ['a state that is new begins', alarmEdges(open(), new Map(), said('overspeed'), T + 1000, state), ['overspeed'], []],
  ['one that goes on does nothing', alarmEdges(open('overspeed'), new Map(), said('overspeed'), T + 1000, state), [], []],
  ['one that is said no more ends', alarmEdges(open('overspeed'), new Map(), [], T + 1000, state), [], ['overspeed']],
  ['one ends as another begins', alarmEdges(open('overspeed'), new Map(), said('fatigue'), T + 1000, state), ['fatigue'], ['overspeed']],
  ['said twice in one message it begins once', alarmEdges(open(), new Map(), said('area', 'area'), T + 1000, state), ['area'], []],
  ['what is older than its beginning does not end it', alarmEdges(open('overspeed'), new Map(), [], T - 1, state), [], []],
  ['an event is over as it is said', alarmEdges(open(), new Map(), said('emergency'), T + 1000, event), ['emergency'], []],
  ['pressed again within two minutes it is the same call', alarmEdges(open(), new Map([['emergency', T]]), said('emergency'), T + 1000, event), [], []],
  ['pressed again later it is another', alarmEdges(open(), new Map([['emergency', T + 1000 - sameCallMs]]), said('emergency'), T + 1000, event), ['emergency'], []],
  ['what comes late begins what nobody knew', alarmEdges(open(), new Map(), said('emergency'), T + 1000, late), ['emergency'], []],
  ['and ends nothing', alarmEdges(open('overspeed'), new Map(), [], T + 1000, late), [], []],
  ['and does not call again for what was heard', alarmEdges(open(), new Map([['emergency', T]]), said('emergency'), T + 1000, late), [], []],
]
for (const [name, edges, began, ended] of cases) {
  test(`alarms: ${name}`, () => {
    assert.deepEqual(edges.began.map((one) => one.name), began)
    assert.deepEqual(edges.ended.map((one) => one.name), ended)
  })
}

test('alarms: an event has its end, a state waits for it', () => {
  assert.equal(alarmEdges(open(), new Map(), said('emergency'), T + 1000, event).began[0]!.endedAt, T + 1000)
  assert.equal(alarmEdges(open(), new Map(), said('emergency'), T + 1000, state).began[0]!.endedAt, null)
})

test('alarms: through a night of states, what is open is what was said last, and every end has its beginning', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed)
    const now = new Map<string, number>()
    let began = 0
    let ended = 0
    for (let at = 1; at <= 200; at++) {
      const names = ['a', 'b', 'c'].filter(() => random() < 0.5)
      const edges = alarmEdges(now, new Map(), names.map((name) => ({ name, at })), at, state)
      for (const one of edges.ended) assert.ok(now.delete(one.name), `seed ${seed}`)
      for (const one of edges.began) now.set(one.name, one.at)
      began += edges.began.length
      ended += edges.ended.length
      assert.deepEqual([...now.keys()].sort(), names, `seed ${seed} at ${at}`)
    }
    assert.equal(began - ended, now.size)
  }
})
