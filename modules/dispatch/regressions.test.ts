/** What plagues other dispatch systems, each as a test: on the memory journal, and again on PostgreSQL. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Actor } from '#kernel/actor.ts'
import { databaseScene, memoryScene, people, person, place, type Scene } from '#test/dispatch-scene.ts'
import { addNote, addPicture } from './add-note.ts'
import { assignUnit } from './assign-unit.ts'
import type { Asked } from './assignment.ts'
import { changeAssignment } from './change-assignment.ts'
import { changeIncident } from './change-incident.ts'
import { closeIncident, reopenIncident } from './close-incident.ts'
import { handOverIncident } from './hand-over-incident.ts'
import { activeOf } from './incident.ts'
import { mergeIncidents } from './merge-incidents.ts'
import { openIncident } from './open-incident.ts'
import { passLimit, seeLimit } from './see-limit.ts'
import { undoCommand } from './undo-command.ts'

const { night, day, chief, elsewhere, desk, analyst, officer1, officer2 } = people

for (const [ground, make] of [['memory', memoryScene], ['PostgreSQL', databaseScene]] as const) {
  let scene: Scene
  before(async () => (scene = await make()))
  after(() => scene?.end())

  /** Each test has its own units on an empty town: who was sent before is cleared. */
  const it = (name: string, run: () => Promise<void>) =>
    test(`${name} (${ground})`, async () => {
      for (const unit of scene.units.values()) Object.assign(unit, { onDuty: true, stale: false })
      for (const unit of scene.units.keys()) {
        const commitment = await scene.orderOf(unit)
        if (commitment) await change(person('sweeper', 'dispatcher', commitment.agency.split('.')[0]!), commitment.assignment, 'cancelled')
      }
      scene.pass(3600)
      await run()
    })

  const answer = async <A>(outcome: Promise<{ answer: A } | { refused: string; params?: object }>): Promise<A> => {
    const got = await outcome
    assert.ok('answer' in got, `refused: ${JSON.stringify(got)}`)
    return got.answer
  }
  const refused = async (outcome: Promise<object>) => {
    const got = await outcome
    assert.ok('refused' in got, `not refused: ${JSON.stringify(got)}`)
    return got.refused
  }
  const report = async (actor: Actor = night, more: object = {}) =>
    (await answer(openIncident(scene.deps, { commandId: scene.id(), actor, category: 'dispute', ...place, ...more }))).id
  const send = (actor: Actor, incident: string, unit: string, more: object = {}) =>
    assignUnit(scene.deps, { commandId: scene.id(), actor, incident, unit, ...more })
  const sent = async (incident: string, unit: string, more: object = {}) => (await answer(send(night, incident, unit, more))).id
  const change = (actor: Actor, assignment: string, state: Asked, note?: string) =>
    changeAssignment(scene.deps, { commandId: scene.id(), actor, assignment, state, note })
  const close = (actor: Actor, incident: string, outcome = 'settled') =>
    closeIncident(scene.deps, { commandId: scene.id(), actor, incident, outcome })
  const merge = (actor: Actor, incident: string, into: string) => mergeIncidents(scene.deps, { commandId: scene.id(), actor, incident, into })
  const statesOf = async (incident: string) => (await scene.incident(incident)).assignments.map((each) => [each.unit, each.state])
  const timersOf = async (incident: string) => (await scene.incident(incident)).timers.map((timer) => timer.kind)
  const undo = (actor: Actor, command: string) => undoCommand(scene.deps, { commandId: scene.id(), actor, command })

  it('a unit is re-assigned: refused with the number of its incident, or diverted when that is asked for', async () => {
    const [first, second] = [await report(), await report()]
    await sent(first, 'p1')
    const no = await send(night, second, 'p1')
    assert.ok('refused' in no)
    assert.equal(no.refused, 'unit-committed')
    assert.equal(no.params?.number, (await scene.incident(first)).number)
    await sent(second, 'p1', { divert: true })
    assert.deepEqual(await statesOf(first), [['p1', 'diverted']])
    assert.deepEqual(await statesOf(second), [['p1', 'ordered']])
    // Nobody is on the first one any more: somebody must be sent.
    assert.deepEqual(await timersOf(first), ['send'])
  })

  it('a unit on its own incident is "diverted" to it: nothing happens', async () => {
    const incident = await report()
    const assignment = await sent(incident, 'p1')
    assert.equal(await sent(incident, 'p1', { divert: true }), assignment)
    assert.deepEqual(await statesOf(incident), [['p1', 'ordered']])
  })

  it('a unit is recalled on its way: its next tap is told that the order was cancelled', async () => {
    const incident = await report()
    const assignment = await sent(incident, 'p1')
    await answer(change(officer1, assignment, 'en-route'))
    await answer(change(night, assignment, 'cancelled', '误报'))
    const no = await change(officer1, assignment, 'on-scene')
    assert.ok('refused' in no)
    assert.deepEqual([no.refused, no.params?.because], ['assignment-cancelled', '误报'])
    assert.deepEqual(await timersOf(incident), ['send'])
    assert.equal(await scene.orderOf('p1'), undefined)
  })

  it('a unit is freed and sent to the next one at once', async () => {
    const [first, second] = [await report(), await report()]
    const assignment = await sent(first, 'p1')
    await answer(change(officer1, assignment, 'on-scene'))
    await answer(change(officer1, assignment, 'cleared'))
    await sent(second, 'p1')
    assert.deepEqual(await statesOf(second), [['p1', 'ordered']])
    assert.deepEqual(await timersOf(first), ['settle']) // done, and still to be closed
  })

  it('an incident is closed while units are on it: they are free for the next, and told', async () => {
    const [first, second] = [await report(), await report()]
    const there = await sent(first, 'p1')
    const coming = await sent(first, 'p2')
    await answer(change(officer1, there, 'on-scene'))
    await answer(close(night, first))
    assert.deepEqual(await statesOf(first), [['p1', 'cleared'], ['p2', 'cancelled']])
    assert.equal(await refused(change(officer2, coming, 'acknowledged')), 'assignment-cancelled')
    assert.equal(await refused(change(officer1, there, 'reported')), 'assignment-cleared')
    await sent(second, 'p1')
    await sent(second, 'p2')
    assert.deepEqual(await timersOf(first), [])
  })

  it('an incident is merged while units are on it: they go on at the other in the state they are in', async () => {
    const [first, second] = [await report(), await report()]
    const there = await sent(first, 'p1')
    await sent(first, 'p2')
    await answer(change(officer1, there, 'on-scene'))
    await sent(second, 'p3')
    await answer(merge(night, first, second))
    assert.deepEqual(await statesOf(first), [['p1', 'diverted'], ['p2', 'diverted']])
    assert.deepEqual(await statesOf(second), [['p3', 'ordered'], ['p1', 'on-scene'], ['p2', 'ordered']])
    const gone = await scene.incident(first)
    assert.deepEqual([gone.status, gone.outcome, gone.mergedInto], ['closed', 'duplicate', second])
    assert.deepEqual((await timersOf(second)).sort(), ['acknowledge', 'acknowledge', 'settle'])
    assert.equal(await refused(change(officer1, there, 'reported')), 'assignment-diverted')
    await answer(merge(day, first, second)) // a second click
    assert.equal((await statesOf(second)).length, 3)
    assert.equal(await refused(merge(night, second, second)), 'merge-into-itself')
    assert.equal(await refused(merge(night, second, first)), 'merge-into-closed')
  })

  it('two dispatchers send the same unit to two incidents at once: one of them is refused', async () => {
    const [first, second] = [await report(), await report()]
    const outcomes = await Promise.all([send(night, first, 'p1'), send(day, second, 'p1')])
    assert.deepEqual(outcomes.map((outcome) => ('refused' in outcome ? outcome.refused : 'sent')).sort(), ['sent', 'unit-committed'])
  })

  it('two dispatchers send the same unit to the same incident at once: one order, two same answers', async () => {
    const incident = await report()
    const [a, b] = await Promise.all([answer(send(night, incident, 'p1')), answer(send(day, incident, 'p1'))])
    assert.equal(a.id, b.id)
    assert.equal((await statesOf(incident)).length, 1)
  })

  it('two dispatchers divert two units across each other: both are answered, nobody waits for ever', async () => {
    const [first, second] = [await report(), await report()]
    await sent(first, 'p1')
    await sent(second, 'p2')
    await Promise.all([
      answer(send(night, second, 'p1', { divert: true })),
      answer(send(day, first, 'p2', { divert: true })),
    ])
    assert.deepEqual(await statesOf(first), [['p1', 'diverted'], ['p2', 'ordered']])
    assert.deepEqual(await statesOf(second), [['p2', 'diverted'], ['p1', 'ordered']])
  })

  it('one closes while the other sends: the unit is freed, or the sending is refused; never a unit on a closed incident', async () => {
    const incident = await report()
    const [, sending] = await Promise.all([close(night, incident), send(day, incident, 'p1')])
    const state = await scene.incident(incident)
    assert.equal(state.status, 'closed')
    assert.deepEqual(activeOf(state), [])
    if ('refused' in sending) assert.equal(sending.refused, 'incident-closed')
  })

  it('a unit goes off duty or stale while assigned: its order goes on and can be cleared; it is not sent again', async () => {
    const [first, second] = [await report(), await report()]
    const assignment = await sent(first, 'p1')
    Object.assign(scene.units.get('p1')!, { onDuty: false, stale: true })
    await answer(change(night, assignment, 'on-scene'))
    assert.equal(await sent(first, 'p1'), assignment) // asking again sends nobody twice
    await answer(change(night, assignment, 'cleared'))
    assert.equal(await refused(send(night, second, 'p1')), 'unit-off-duty')
    assert.equal(await refused(send(night, first, 'p1')), 'unit-off-duty')
  })

  it('an officer acknowledges twice: one event, the same answer', async () => {
    const incident = await report()
    const assignment = await sent(incident, 'p1')
    const command = { commandId: scene.id(), actor: officer1, assignment, state: 'acknowledged' as const }
    const once = await changeAssignment(scene.deps, command)
    const retried = await changeAssignment(scene.deps, command) // the phone did not hear the answer
    const again = await change(officer1, assignment, 'acknowledged') // a second tap
    assert.ok('answer' in once && 'answer' in retried && 'answer' in again)
    assert.deepEqual([retried.answer, again.answer], [once.answer, once.answer])
    const log = await scene.journal.read(0, 1000, { stream: `incident/${incident}` })
    assert.equal(log.filter((entry) => entry.type === 'assignment-changed').length, 1)
  })

  it('an officer’s late tap does not take the order back', async () => {
    const incident = await report()
    const assignment = await sent(incident, 'p1')
    await answer(change(night, assignment, 'on-scene')) // said on the radio
    assert.deepEqual(await answer(change(officer1, assignment, 'acknowledged')), { id: assignment, state: 'on-scene' })
    assert.equal(await refused(change(night, assignment, 'acknowledged')), 'assignment-further')
  })

  it('an officer acknowledges after cancellation: refused, and told why', async () => {
    const incident = await report()
    const assignment = await sent(incident, 'p1')
    await answer(change(night, assignment, 'cancelled'))
    assert.equal(await refused(change(officer1, assignment, 'acknowledged')), 'assignment-cancelled')
    scene.pass(3600)
    assert.equal(await refused(change(officer1, assignment, 'acknowledged')), 'assignment-over')
    assert.equal(await refused(change(officer2, assignment, 'acknowledged')), 'assignment-not-found')
  })

  it('an officer answers for no other unit and cancels nothing', async () => {
    const incident = await report()
    const [mine, other] = [await sent(incident, 'p1'), await sent(incident, 'p2')]
    assert.equal(await refused(change(officer1, other, 'acknowledged')), 'assignment-not-found')
    assert.equal(await refused(change(officer1, mine, 'cancelled')), 'not-allowed')
    assert.equal(await refused(close(officer1, incident)), 'not-allowed')
    assert.equal(await refused(send(officer1, incident, 'p3')), 'not-allowed')
  })

  it('another agency’s incident is not there: nothing can be done to it, by any door', async () => {
    const incident = await report()
    const assignment = await sent(incident, 'p1')
    const other = await report(elsewhere)
    assert.equal(await refused(send(elsewhere, incident, 'y1')), 'incident-not-found')
    assert.equal(await refused(close(elsewhere, incident)), 'incident-not-found')
    assert.equal(await refused(merge(elsewhere, incident, other)), 'incident-not-found')
    assert.equal(await refused(merge(elsewhere, other, incident)), 'incident-not-found')
    assert.equal(await refused(change(elsewhere, assignment, 'cancelled')), 'assignment-not-found')
    assert.equal(await refused(seeLimit(scene.deps, { commandId: scene.id(), actor: elsewhere, timer: `${assignment}-acknowledge` })), 'timer-not-found')
    assert.equal(await refused(addNote(scene.deps, { commandId: scene.id(), actor: elsewhere, incident, text: '?' })), 'incident-not-found')
    assert.equal(await refused(send(elsewhere, other, 'p1')), 'unit-not-found')
    assert.equal(await refused(changeIncident(scene.deps, { commandId: scene.id(), actor: elsewhere, incident, priority: 1 })), 'incident-not-found')
    assert.equal(await refused(handOverIncident(scene.deps, { commandId: scene.id(), actor: night, incident, to: 'yujiang' })), 'agency-not-found')
    assert.equal(await refused(close(analyst, incident)), 'not-allowed')
  })

  it('the same command again is the same command: one incident, one note; with another request it is refused', async () => {
    const command = { commandId: scene.id(), actor: night, category: 'dispute', ...place, summary: '一次' }
    const [a, b] = await Promise.all([answer(openIncident(scene.deps, command)), answer(openIncident(scene.deps, command))])
    assert.equal(a.id, b.id)
    assert.equal(await refused(openIncident(scene.deps, { ...command, summary: '另一次' })), 'command-id-reused')
    const note = { commandId: scene.id(), actor: night, incident: a.id, text: '报警人再次来电' }
    await answer(addNote(scene.deps, note))
    await answer(addNote(scene.deps, note))
    const log = await scene.journal.read(0, 1000, { stream: `incident/${a.id}` })
    assert.equal(log.filter((entry) => entry.type === 'note-added').length, 1)
  })

  it('a crew on scene of a handed-over incident is forgotten neither there nor when it is taken back', async () => {
    const incident = await report()
    await answer(change(officer1, await sent(incident, 'p1'), 'on-scene'))
    await answer(handOverIncident(scene.deps, { commandId: scene.id(), actor: night, incident, to: 'guixi.xiongshi' }))
    assert.deepEqual(await timersOf(incident), ['settle']) // five minutes to be cleared
    assert.equal(await refused(send(night, incident, 'p2')), 'incident-handed-over')
    await answer(addNote(scene.deps, { commandId: scene.id(), actor: desk, incident, text: '已接收' }))
    await answer(reopenIncident(scene.deps, { commandId: scene.id(), actor: chief, incident }))
    assert.deepEqual(await timersOf(incident), ['settle'])
    assert.equal(await refused(addNote(scene.deps, { commandId: scene.id(), actor: desk, incident, text: '?' })), 'incident-not-found')
  })

  it('the station closes what was handed to it, and nothing else', async () => {
    const [handed, other] = [await report(), await report()]
    await answer(handOverIncident(scene.deps, { commandId: scene.id(), actor: night, incident: handed, to: 'guixi.xiongshi' }))
    await answer(close(desk, handed))
    assert.equal(await refused(close(desk, other)), 'incident-not-found')
  })

  it('a limit alerts once, however many ask, and stops when the thing happens', async () => {
    const incident = await report()
    const due = { id: `${incident}-send`, incident, escalation: 0, startedAt: scene.deps.now() }
    assert.equal(await refused(passLimit(scene.deps, due)), 'limit-not-due')
    scene.pass(60)
    await Promise.all([passLimit(scene.deps, due), passLimit(scene.deps, due), passLimit(scene.deps, due)])
    const log = await scene.journal.read(0, 1000, { stream: `incident/${incident}` })
    assert.equal(log.filter((entry) => entry.type === 'limit-passed').length, 1)
    await answer(seeLimit(scene.deps, { commandId: scene.id(), actor: night, timer: due.id }))
    await sent(incident, 'p1')
    assert.equal(await refused(passLimit(scene.deps, { ...due, escalation: 1 })), 'limit-not-due')
  })

  it('undo: an order is withdrawn, once, by the one who gave it, within ten seconds', async () => {
    const incident = await report()
    const command = { commandId: scene.id(), actor: night, incident, unit: 'p1' }
    await answer(assignUnit(scene.deps, command))
    assert.equal(await refused(undo(day, command.commandId)), 'undo-not-yours')
    scene.pass(10)
    assert.deepEqual(await answer(undo(night, command.commandId)), { what: 'unit-assigned' })
    assert.deepEqual(await statesOf(incident), [['p1', 'cancelled']])
    assert.deepEqual(await answer(undo(night, command.commandId)), { what: 'unit-assigned' })
    const log = await scene.journal.read(0, 1000, { stream: `incident/${incident}` })
    assert.equal(log.filter((entry) => entry.type === 'command-undone').length, 1)
    assert.equal(await refused(undo(night, 'command-nobody-gave')), 'command-not-found')

    const late = { commandId: scene.id(), actor: night, incident, unit: 'p2' }
    await answer(assignUnit(scene.deps, late))
    scene.pass(11)
    assert.equal(await refused(undo(night, late.commandId)), 'undo-too-late')
  })

  it('undo: a divert puts the unit back where it was, in the state it had', async () => {
    const [first, second] = [await report(), await report()]
    await answer(change(officer1, await sent(first, 'p1'), 'en-route'))
    const command = { commandId: scene.id(), actor: night, incident: second, unit: 'p1', divert: true }
    await answer(assignUnit(scene.deps, command))
    await answer(undo(night, command.commandId))
    assert.deepEqual(await statesOf(first), [['p1', 'en-route']])
    assert.deepEqual(await statesOf(second), [['p1', 'cancelled']])
    assert.deepEqual([await timersOf(first), await timersOf(second)], [['arrive'], ['send']])
  })

  it('undo: closing is taken back with the units that were on it; not when one was sent elsewhere meanwhile', async () => {
    const [first, second] = [await report(), await report()]
    await sent(first, 'p1')
    await answer(change(officer2, await sent(first, 'p2'), 'on-scene'))
    const closing = { commandId: scene.id(), actor: night, incident: first, outcome: 'mistake' }
    await answer(closeIncident(scene.deps, closing))
    await answer(undo(night, closing.commandId))
    assert.deepEqual(await statesOf(first), [['p1', 'ordered'], ['p2', 'on-scene']])
    assert.deepEqual((await timersOf(first)).sort(), ['acknowledge', 'settle'])

    const again = { commandId: scene.id(), actor: night, incident: first, outcome: 'mistake' }
    await answer(closeIncident(scene.deps, again))
    await sent(second, 'p1')
    assert.equal(await refused(undo(night, again.commandId)), 'undo-overtaken')
    assert.equal((await scene.incident(first)).status, 'closed')
  })

  it('undo: a merge is taken apart again', async () => {
    const [first, second] = [await report(), await report()]
    await answer(change(officer1, await sent(first, 'p1'), 'on-scene'))
    const merging = { commandId: scene.id(), actor: night, incident: first, into: second }
    await answer(mergeIncidents(scene.deps, merging))
    await answer(undo(night, merging.commandId))
    const state = await scene.incident(first)
    assert.deepEqual([state.status, state.mergedInto], ['open', null])
    assert.deepEqual(await statesOf(first), [['p1', 'on-scene']])
    assert.deepEqual(await statesOf(second), [['p1', 'cancelled']])
  })

  it('undo: what was typed wrong is as it was; what others typed since is left alone', async () => {
    const incident = await report(night, { summary: '甲' })
    const first = { commandId: scene.id(), actor: night, incident, summary: '乙', priority: 1 }
    await answer(changeIncident(scene.deps, first))
    await answer(undo(night, first.commandId))
    const state = await scene.incident(incident)
    assert.deepEqual([state.summary, state.priority], ['甲', 3])
    const second = { commandId: scene.id(), actor: night, incident, summary: '丙' }
    await answer(changeIncident(scene.deps, second))
    await answer(changeIncident(scene.deps, { commandId: scene.id(), actor: day, incident, summary: '丁' }))
    assert.equal(await refused(undo(night, second.commandId)), 'undo-overtaken')
  })

  it('undo: a report, a hand-over, a re-opening, an officer’s step', async () => {
    const opening = { commandId: scene.id(), actor: night, category: 'other', ...place }
    const { id: incident } = await answer(openIncident(scene.deps, opening))
    await answer(undo(night, opening.commandId))
    assert.equal((await scene.incident(incident)).outcome, 'mistake')

    const reopening = { commandId: scene.id(), actor: night, incident }
    await answer(reopenIncident(scene.deps, reopening))
    await answer(undo(night, reopening.commandId))
    const state = await scene.incident(incident)
    assert.deepEqual([state.status, state.outcome], ['closed', 'mistake'])

    const other = await report()
    const handing = { commandId: scene.id(), actor: night, incident: other, to: 'guixi.huayuan' }
    await answer(handOverIncident(scene.deps, handing))
    await answer(undo(night, handing.commandId))
    assert.deepEqual([(await scene.incident(other)).status, (await scene.incident(other)).agency], ['open', 'guixi'])

    const assignment = await sent(other, 'p1')
    const tap = { commandId: scene.id(), actor: officer1, assignment, state: 'refused' as const }
    await answer(changeAssignment(scene.deps, tap))
    await answer(undo(officer1, tap.commandId))
    assert.deepEqual(await statesOf(other), [['p1', 'ordered']])
    assert.deepEqual(await timersOf(other), ['acknowledge'])
  })

  it('a picture is what its bytes say, and is kept before the log speaks of it', async () => {
    const incident = await report()
    const kept: string[] = []
    const deps = { ...scene.deps, pictures: { ...scene.deps.pictures, save: async (bytes: Uint8Array) => (kept.push(Buffer.from(bytes).toString('hex')), { sha256: 'b'.repeat(64) }) } }
    const jpeg = Buffer.from('ffd8' + 'fffe00064950486f' + 'ffdb000311' + 'ffd9', 'hex') // with a comment, which is not kept
    assert.equal(await refused(addPicture(deps, { commandId: scene.id(), actor: night, incident, bytes: Uint8Array.of(0x3c, 0x73, 0x76, 0x67) })), 'picture-unknown')
    assert.equal(await refused(addPicture(deps, { commandId: scene.id(), actor: elsewhere, incident, bytes: jpeg })), 'incident-not-found')
    assert.deepEqual(kept, [])
    await answer(addPicture(deps, { commandId: scene.id(), actor: night, incident, bytes: jpeg }))
    assert.deepEqual(kept, ['ffd8ffdb000311ffd9'])
  })
}
