import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceMeters } from '#core/geo/distance.ts'
import { templateStory } from './call.ts'
import { waitsForUnit } from './desk.ts'
import { life, type Life } from './life.ts'
import { paperTown, type PaperTown } from './paper-town.ts'
import { stopsOf } from './stops.ts'
import { readTownFile } from './town-file.ts'

const T = 1_767_225_600_000 // 2026-01-01T00:00Z
const town = readTownFile(new URL('../demo/guixi/town.json', import.meta.url).pathname)

function begin(seed = 7, options: { speed?: number; calling?: boolean; helping?: boolean; onDuty?: boolean } = {}): { paper: PaperTown; lived: Life; notes: string[] } {
  const { speed = 1, calling = true, helping = true, onDuty = false } = options
  const paper = paperTown(town, T, { onDuty })
  const notes: string[] = []
  const lived = life({
    town, seed, speed, doors: paper.doors, picture: paper.picture, calls: templateStory(town, seed), stopsOf: (unit) => stopsOf(town, unit, seed),
    calling, helping, note: (what, details) => notes.push(`${what} ${JSON.stringify(details)}`),
  })
  return { paper, lived, notes }
}
async function pass(paper: PaperTown, lived: Life, seconds: number, each: () => void = () => {}) {
  for (const until = paper.now + seconds * 1000; paper.now < until; ) {
    paper.now += 500
    lived.step(paper.now)
    await lived.settled()
    each()
  }
}
const statesOf = (paper: PaperTown) => new Set([...paper.units.values()].map((unit) => unit.state))
const open = (paper: PaperTown) => [...paper.incidents.values()].filter(({ status }) => status !== 'closed')

test('within half a minute of a fresh start: a dozen units moving, several states, four incidents, one waiting', async () => {
  for (const seed of [1, 7, 42]) {
    const { paper, lived } = begin(seed)
    await pass(paper, lived, 8)
    const reporting = [...paper.units.values()].filter((unit) => unit.fixAt !== null)
    assert.ok(reporting.length >= 14, `seed ${seed}: ${reporting.length} units have a place after 8 s`)
    const where = new Map(reporting.map((unit) => [unit.id, [unit.lon!, unit.lat!] as const]))
    await pass(paper, lived, 22)
    const moved = [...where].filter(([id, from]) => distanceMeters(...from, paper.units.get(id)!.lon!, paper.units.get(id)!.lat!) > 5)
    assert.ok(moved.length >= 9, `seed ${seed}: only ${moved.length} of ${reporting.length} moved`)
    assert.equal(open(paper).length, 4, `seed ${seed}`)
    assert.equal(open(paper).filter(waitsForUnit).length, 1, `seed ${seed}`)
    for (const state of ['free', 'en-route', 'on-scene'] as const) assert.ok(statesOf(paper).has(state), `seed ${seed}: nobody ${state} among ${[...statesOf(paper)]}`)
    assert.equal([...paper.units.values()].find((unit) => unit.callSign === '巡6')!.state, 'off-duty')
  }
})

test('three hours: a calm stream, everything is answered in the end, no law is broken, every state is seen', { timeout: 120_000 }, async () => {
  const seed = 7
  const { paper, lived, notes } = begin(seed)
  let waitingMost = 0
  const seen = new Set<string>()
  await pass(paper, lived, 3 * 3600, () => {
    waitingMost = Math.max(waitingMost, open(paper).filter(waitsForUnit).length)
    for (const state of statesOf(paper)) seen.add(state)
  })
  const calls = paper.incidents.size
  // one in 60–90 s: 120 to 180 in three hours, fewer only when held back
  assert.ok(calls > 105 && calls <= 184, `seed ${seed}: ${calls} calls`)
  assert.ok(waitingMost <= 5, `seed ${seed}: ${waitingMost} waiting at once`)
  assert.deepEqual([...seen].sort(), ['acknowledged', 'en-route', 'free', 'off-duty', 'on-scene', 'ordered', 'reported'])
  assert.ok(open(paper).length < 15, `seed ${seed}: ${open(paper).length} open at the end`)
  for (const incident of open(paper)) assert.ok(paper.now - incident.openedAt < 45 * 60_000, `seed ${seed}: #${incident.number} is open for ${(paper.now - incident.openedAt) / 60_000} min`)
  assert.ok(paper.log.some((line) => line.endsWith('refused')), 'nobody ever refused')
  const refused = notes.filter((note) => note.startsWith('refused'))
  assert.deepEqual(refused, [])
  assert.ok(lived.count().unsent < 200)
})

test('the same seed lives the same three quarters of an hour, another seed another', { timeout: 120_000 }, async () => {
  const logs = []
  for (const seed of [7, 7, 8]) {
    const { paper, lived } = begin(seed)
    await pass(paper, lived, 2700)
    logs.push({ log: paper.log, calls: [...paper.incidents.values()].map(({ summary, lon, lat, openedAt }) => [summary, lon, lat, openedAt]), last: paper.fixes.slice(-20) })
  }
  assert.deepEqual(logs[0], logs[1])
  assert.notDeepEqual(logs[0].log, logs[2].log)
})

test('terminals tell the truth: on the clock, no leaps, a parked car is heard within 30 s, and now and then one is out of reach', { timeout: 120_000 }, async () => {
  const { paper, lived } = begin(11)
  let unheard = 0
  await pass(paper, lived, 3600, () => {
    if ([...paper.units.values()].some((unit) => unit.fixAt !== null && unit.kind === 'car' && paper.now - unit.fixAt > 35_000)) unheard++
  })
  assert.ok(unheard > 20 && unheard < 2000, `somebody was unheard of for ${unheard / 2} s of the hour`)
  const late = new Map<string, number>()
  for (const unit of paper.units.values()) {
    const fixes = paper.fixes.filter((fix) => fix.unit === unit.id)
    for (let i = 1; i < fixes.length; i++) {
      const seconds = (fixes[i].fixAt - fixes[i - 1].fixAt) / 1000
      assert.ok(seconds > 0, `${unit.callSign}: fixes out of order`)
      assert.ok(seconds < 17, `${unit.callSign}: silent for ${seconds} s`) // even a tunnel's fixes come, later
      const kmh = (Math.max(0, distanceMeters(fixes[i - 1].lon, fixes[i - 1].lat, fixes[i].lon, fixes[i].lat) - 8) / seconds) * 3.6
      assert.ok(kmh < 130, `${unit.callSign}: ${kmh} km/h between fixes`)
    }
    late.set(unit.callSign, fixes.length)
  }
  assert.equal(late.get('巡6'), 0) // off duty: no place is reported
})

test('a unit that a person sends is answered by its crew; the rest of that incident is left to the person', async () => {
  const { paper, lived } = begin(7, { calling: false, onDuty: true })
  await pass(paper, lived, 20)
  const call = templateStory(town, 3).next()!
  await paper.doors.open(call)
  const [incident] = paper.incidents.values()
  incident.openedBy = 'dispatcher'
  const unit = [...paper.units.values()].find(({ callSign }) => callSign === '巡3')!
  paper.assignAsPerson(incident.id, unit.id)
  await pass(paper, lived, 1500, () => {
    if (incident.assignments[0].state === 'reported') assert.notEqual(incident.status, 'closed')
  })
  assert.deepEqual(paper.log.map((line) => line.split(' ')[2]).slice(0, 6), ['ordered', 'acknowledged', 'en-route', 'on-scene', 'reported', 'cleared'])
  assert.equal(incident.assignments.length, 1)
})

test('the guest’s buttons are left to the guest for a minute, and then pressed for him', async () => {
  const { paper, lived } = begin(7, { calling: false, onDuty: true })
  await pass(paper, lived, 20)
  await paper.doors.open(templateStory(town, 3).next()!)
  const [incident] = paper.incidents.values()
  const guest = [...paper.units.values()].find(({ callSign }) => callSign === '巡5')!
  paper.assignAsPerson(incident.id, guest.id)
  await pass(paper, lived, 59)
  assert.equal(incident.assignments[0].state, 'ordered')
  await pass(paper, lived, 10)
  assert.equal(incident.assignments[0].state, 'acknowledged')
})

test('when the server is away for five minutes nothing is lost and nothing is sent twice', { timeout: 60_000 }, async () => {
  const { paper, lived, notes } = begin(7)
  await pass(paper, lived, 300)
  const before = paper.fixes.length
  paper.shut = true
  await pass(paper, lived, 300)
  assert.equal(paper.fixes.length, before)
  paper.shut = false
  await pass(paper, lived, 600)
  assert.ok(paper.fixes.length > before + 300)
  const keys = paper.fixes.map((fix) => `${fix.unit} ${fix.fixAt}`)
  assert.equal(new Set(keys).size, keys.length)
  assert.equal(notes.filter((note) => note.includes('unreachable')).length, 0) // it does not knock at a shut door
  assert.ok(open(paper).length > 0)
})

test('with nobody at the desk and nobody helping, callers stop at the limit', async () => {
  const { paper, lived } = begin(7, { helping: false })
  await pass(paper, lived, 3600)
  assert.equal(open(paper).length, town.calls.waitingMax)
  assert.ok(lived.count().held > 0)
})

test('a town at speed 4 has about four times the calls', { timeout: 60_000 }, async () => {
  const { paper, lived } = begin(7, { speed: 4 })
  await pass(paper, lived, 900)
  assert.ok(paper.incidents.size > 30 && paper.incidents.size < 66, `${paper.incidents.size} calls`)
})
