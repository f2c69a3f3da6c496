import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { databaseScene, people, person, place, type Scene } from '#test/dispatch-scene.ts'
import { testDatabase } from '#test/database.ts'
import type { Actor } from '#kernel/actor.ts'
import type { Entry, Tx } from '#kernel/journal.ts'
import { bindSql, type Db } from '#platform/db/sql.ts'
import { addNote } from './add-note.ts'
import { assignUnit } from './assign-unit.ts'
import type { Asked } from './assignment.ts'
import { changeAssignment } from './change-assignment.ts'
import { changeCategory, createCategory } from './change-category.ts'
import { changeIncident } from './change-incident.ts'
import { closeIncident, reopenIncident } from './close-incident.ts'
import type { DispatchEvent } from './contract.ts'
import { handOverIncident } from './hand-over-incident.ts'
import { activeOf, incident as story, type Incident } from './incident.ts'
import { passLimits } from './jobs.ts'
import { noteOrderSpoken, raiseEmergency } from './hear-terminals.ts'
import { mergeIncidents } from './merge-incidents.ts'
import { openIncident } from './open-incident.ts'
import { reportIncident } from './report-incident.ts'
import { seeLimit } from './see-limit.ts'
import { eventOf, incidentViews, projections } from './store.ts'
import { undoCommand } from './undo-command.ts'

const steps = 300

/** A night in which everybody presses everything: commands at random, some at the same time, refusals included. */
async function nightOf(scene: Scene, seed: number): Promise<ReadonlySet<string>> {
  const random = seeded(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const incidents: string[] = []
  const assignments: string[] = []
  const ordersOf = new Map<string, string>()
  const commands: { readonly commandId: string; readonly actor: Actor }[] = []
  const officers = [people.officer1, people.officer2]
  const rooms = [people.night, people.day, people.chief]
  const heard = new Set<string>()

  const command = (actor: Actor) => {
    const one = { commandId: scene.id(), actor }
    commands.push(one)
    return one
  }
  const acts: readonly (() => Promise<object>)[] = [
    () => openIncident(scene.deps, { ...command(pick(rooms)), category: pick(['dispute', 'criminal', 'other']), ...place, summary: `第${incidents.length}起` }),
    ...Array.from({ length: 4 }, () => () =>
      assignUnit(scene.deps, { ...command(pick(rooms)), incident: pick(incidents), unit: pick(['p1', 'p2', 'p3', 'p4']), divert: random() < 0.4 })),
    ...Array.from({ length: 4 }, () => () =>
      changeAssignment(scene.deps, {
        ...command(pick([...rooms, ...officers])),
        assignment: pick(assignments),
        state: pick<Asked>(['acknowledged', 'en-route', 'on-scene', 'reported', 'cleared', 'refused', 'cancelled']),
        note: random() < 0.2 ? '情况说明' : undefined,
      })),
    () => changeIncident(scene.deps, { ...command(pick(rooms)), incident: pick(incidents), priority: pick([1, 2, 3, 4]), answers: { people: pick(['2', '3']) } }),
    () => closeIncident(scene.deps, { ...command(pick([...rooms, people.desk])), incident: pick(incidents), outcome: pick(['settled', 'unfounded']) }),
    () => reopenIncident(scene.deps, { ...command(pick(rooms)), incident: pick(incidents), because: '又来电' }),
    () => handOverIncident(scene.deps, { ...command(pick(rooms)), incident: pick(incidents), to: pick(['guixi.xiongshi', 'guixi.huayuan']) }),
    () => mergeIncidents(scene.deps, { ...command(pick(rooms)), incident: pick(incidents), into: pick(incidents) }),
    () => addNote(scene.deps, { ...command(pick([...rooms, ...officers])), incident: pick(incidents), text: '记录' }),
    ...Array.from({ length: 4 }, () => () => {
      const { commandId, actor } = pick(commands.slice(-5))
      return undoCommand(scene.deps, { commandId: scene.id(), actor: random() < 0.9 ? actor : pick(rooms), command: commandId })
    }),
    () => seeLimit(scene.deps, { ...command(pick(rooms)), timer: `${pick(incidents)}-send` }),
    async () => ({ passed: await passLimits(scene.deps) }),
    async () => {
      const assignment = pick(assignments)
      await noteOrderSpoken(scene.deps, { assignment, incident: ordersOf.get(assignment) ?? pick(incidents), unit: 'p1' })
      return {}
    },
    async () => {
      const [raised, asked] = [scene.id(), command(people.officer1)]
      if (random() < 0.5) await raiseEmergency(scene.deps, { commandId: raised, unit: 'p1', callSign: '巡1', agency: 'guixi', at: scene.deps.now(), place }, 'zh')
      else await reportIncident(scene.deps, { ...asked, panic: true, madeAt: scene.deps.now(), ...place })
      return {}
    },
  ]

  const opened = await openIncident(scene.deps, { ...command(people.night), category: 'dispute', ...place })
  assert.ok('answer' in opened)
  incidents.push(opened.answer.id)
  assignments.push('nobody-yet')
  for (let step = 0; step < steps; step++) {
    if (random() < 0.15) Object.assign(scene.units.get('p3')!, { onDuty: random() < 0.6 })
    const together = random() < 0.3 ? 4 : 1
    const outcomes = await Promise.all(Array.from({ length: together }, () => pick(acts)()))
    for (const outcome of outcomes) {
      if ('refused' in outcome) heard.add(String(outcome.refused))
    }
    scene.pass(Math.floor(random() ** 3 * 60))
    if (step % 10 === 0) {
      for (const entry of await scene.journal.read(0, 100_000)) {
        if (entry.type === 'incident-opened' && !incidents.includes(entry.data.id as string)) incidents.push(entry.data.id as string)
        if (entry.type !== 'unit-assigned' || ordersOf.has(entry.data.assignment as string)) continue
        assignments.push(entry.data.assignment as string)
        ordersOf.set(entry.data.assignment as string, entry.stream.slice('incident/'.length))
      }
    }
  }
  return heard
}

const seed = Number(process.env.GENGFU_SEED ?? 20_260_101)

test(`a night of random commands (seed ${seed}): the laws hold, the tables say what the journal says, and replay gives them again`, async (context) => {
  const scene = await databaseScene()
  const copy = await testDatabase()
  context.after(() => Promise.all([scene.end(), copy.drop()]))
  const refusals = await nightOf(scene, seed)
  const administrator = person('root', 'administrator', 'guixi')
  await createCategory(scene.deps, administrator, { commandId: scene.id(), id: 'lost-child', name: '走失', nameEn: 'Lost child', glyph: '走', priority: 1, arriveSeconds: 300 })
  await changeCategory(scene.deps, administrator, 'lost-child', { commandId: scene.id(), needs: ['drone'], active: false })

  const entries = await scene.journal.read(0, 1_000_000)
  const types = new Set(entries.map((entry) => entry.type))
  // The walk went through everything; otherwise it proves nothing.
  assert.deepEqual(projections.flatMap((each) => each.types).filter((type) => !types.has(type) && type !== 'picture-added'), [])
  assert.ok(refusals.size >= 12, `few refusals were met: ${[...refusals].join(', ')}`)

  const states = statesOf(entries)
  lawsHold(entries, states)
  await tablesSay(scene.db, states)

  await copy.database.transaction(async (sql) => {
    const tx = {} as Tx // a projection may use its connection, and nothing else
    bindSql(tx, sql)
    for (const entry of entries) {
      for (const projection of projections) if (projection.types.includes(entry.type)) await projection.apply(tx, entry)
    }
  })
  const [first, again] = [await dump(scene.db), await dump(copy.database)]
  assert.ok(first.length > 100, 'there is something to compare')
  assert.deepEqual(again, first)
})

const statesOf = (entries: readonly Entry[]) =>
  new Map(
    [...Map.groupBy(entries.filter((entry) => entry.stream.startsWith('incident/')), (entry) => entry.stream.slice(9))].map(([id, own]) => [
      id,
      own.map((entry) => eventOf<DispatchEvent>(entry)).reduce(story.evolve, story.initial),
    ]),
  )

/** At every moment of the night: a unit is on one incident, and nobody is forgotten. */
function lawsHold(entries: readonly Entry[], last: ReadonlyMap<string, Incident>) {
  const states = new Map<string, Incident>()
  const positionsOfCommand = Map.groupBy(entries, (entry) => entry.command)
  for (const entry of entries) {
    if (!entry.stream.startsWith('incident/')) continue
    const id = entry.stream.slice(9)
    states.set(id, story.evolve(states.get(id) ?? story.initial, eventOf<DispatchEvent>(entry)))
    const busy = [...states.values()].flatMap(activeOf).map((each) => each.unit)
    assert.equal(new Set(busy).size, busy.length, `a unit is on two incidents after ${entry.position}`)
    if (positionsOfCommand.get(entry.command)!.at(-1) !== entry) continue // in the middle of a command
    for (const state of states.values()) {
      if (state.status === 'closed') continue
      const active = activeOf(state)
      const own = state.timers.filter((timer) => timer.assignment === null).length
      assert.equal(own, active.length === 0 && state.status === 'open' ? 1 : 0, `incident ${state.id} after ${entry.position} waits for nothing, or too much`)
      for (const each of active) {
        assert.equal(state.timers.filter((timer) => timer.assignment === each.id).length, 1, `order ${each.id} after ${entry.position} is not timed once`)
      }
    }
    for (const state of states.values()) if (state.status === 'closed') assert.deepEqual([activeOf(state), state.timers], [[], []])
  }
  const numbers = [...last.values()].map((state) => `${state.day} ${state.number}`)
  assert.equal(new Set(numbers).size, numbers.length, 'a number was given twice')
}

/** The rows, written by SQL event by event, against the story, folded in memory: two tellings of one thing. */
async function tablesSay(db: Db, states: ReadonlyMap<string, Incident>) {
  const views = await incidentViews(db, [...states.keys()])
  assert.equal(views.length, states.size)
  for (const view of views) {
    const state = states.get(view.id)!
    const status = state.status === 'open' ? (activeOf(state).length > 0 ? 'active' : 'waiting') : state.status
    assert.deepEqual(
      {
        status: view.status, agency: view.agency, priority: view.priority, answers: view.answers, outcome: view.outcome, mergedInto: view.mergedInto,
        assignments: view.assignments.map((each) => [each.id, each.unit, each.state, each.because, each.endedAt === null]).sort(),
        timers: view.timers.map((each) => [each.id, each.kind, each.assignment, each.startedAt, each.dueAt, each.escalation, each.seenBy !== null]).sort(),
      },
      {
        status, agency: state.agency, priority: state.priority, answers: state.answers, outcome: state.outcome, mergedInto: state.mergedInto,
        assignments: state.assignments.map((each) => [each.id, each.unit, each.state, each.because, activeOf(state).includes(each)]).sort(),
        timers: state.timers.map((each) => [each.id, each.kind, each.assignment, each.startedAt, each.dueAt, each.escalation, each.seen]).sort(),
      },
      `incident ${view.id}`,
    )
  }
}

/** Every row of every table of dispatch, as text, in an order of its own. */
async function dump(db: Db): Promise<string[]> {
  const tables = await db.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'dispatch' order by 1`)
  const rows: string[] = []
  for (const { name } of tables) {
    const found = await db.query<{ row: string }>(`select row_to_json(t)::text as row from dispatch.${name} t order by 1`)
    rows.push(...found.map((each) => `${name} ${each.row}`))
  }
  return rows
}
