import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { answer, broadcast, end, nextMinutes, see, send, widen, type Broadcast, type Sending } from './broadcast.ts'
import type { BroadcastEvent, Recipient } from './contract.ts'

const T = 1_767_225_600_000
const minute = 60_000
const recipient = (member: string, seconds = 100): Recipient => ({ member, name: member, unit: `unit-of-${member}`, callSign: `巡${member}`, because: 'minutes', seconds })
const sending: Sending = {
  id: 'b1', incident: 'i1', lon: 117.2, lat: 28.3, place: '雄石路', placeEn: '', kind: 'minutes', minutes: 5, area: null, text: '请增援', asks: true, enoughYes: 2,
  widenMinutes: 3, scope: ['guixi'], recipients: [recipient('a'), recipient('b')],
}
const after = (...events: readonly BroadcastEvent[]) => events.reduce(broadcast.evolve, broadcast.initial)
const eventsOf = (decision: ReturnType<typeof send | typeof answer | typeof widen | typeof see>) => ('events' in decision ? decision.events : assert.fail(decision.refused))
const sent = (changes: Partial<Sending> = {}) => after(...eventsOf(send({ ...sending, ...changes }, T)))
const outcome = (decision: ReturnType<typeof send | typeof answer | typeof widen | typeof see>) =>
  'refused' in decision ? decision.refused : decision.events.map((event) => (event.type === 'broadcast-widened' ? `${event.type} ${event.minutes} ${event.recipients.map(({ member }) => member).join('')}` : event.type))
const said = (state: Broadcast, member: string, what: 'yes' | 'no', at = T + 1) => eventsOf(answer(state, member, what, at)).reduce(broadcast.evolve, state)

const ring = (count: number) => ({ ring: count, wasShort: false })
const short = () => after(...eventsOf(send({ ...sending, widenMinutes: 3 }, T)), { type: 'broadcast-short', at: T + 3 * minute, yes: 0, enoughYes: 2, dueAt: T + 6 * minute })

const cases: [what: string, decision: () => Parameters<typeof outcome>[0], answer: string[] | string][] = [
  ['calls those who are near', () => send(sending, T), ['broadcast-sent']],
  ['calls nobody when nobody is near', () => send({ ...sending, recipients: [] }, T), 'broadcast-reaches-nobody'],
  ['says nothing with no words', () => send({ ...sending, text: '  ' }, T), 'broadcast-empty'],
  ['takes an answer of one who was asked', () => answer(sent(), 'a', 'yes', T + 1), ['broadcast-answered']],
  ['takes the same answer once', () => answer(said(sent(), 'a', 'yes'), 'a', 'yes', T + 2), []],
  ['takes another mind', () => answer(said(sent(), 'a', 'yes'), 'a', 'no', T + 2), ['broadcast-answered']],
  ['does not know one who was not asked', () => answer(sent(), 'z', 'yes', T + 1), 'broadcast-not-found'],
  ['takes no answer after its end', () => answer(after(...eventsOf(send(sending, T)), { type: 'broadcast-ended', at: T }), 'a', 'yes', T), 'broadcast-ended'],
  ['takes no answer when nothing was asked', () => answer(sent({ asks: false }), 'a', 'yes', T), 'broadcast-asks-nothing'],
  ['is not widened before its time', () => widen(sent(), ring(1), [recipient('c')], T + 3 * minute - 1), 'broadcast-not-due'],
  ['asks the next ring, and nobody twice', () => widen(sent(), ring(1), [recipient('a'), recipient('c'), recipient('c')], T + 3 * minute), ['broadcast-widened 10 c']],
  ['tells the sender when the next ring has nobody new', () => widen(sent(), ring(1), [recipient('a')], T + 3 * minute), ['broadcast-short']],
  ['tells the sender of an agency’s broadcast, which has no ring', () => widen(sent({ kind: 'agency', minutes: null }), ring(1), [], T + 3 * minute), ['broadcast-short']],
  ['is not widened by who comes second', () => widen(sent(), ring(2), [recipient('c')], T + 3 * minute), 'broadcast-not-due'],
  ['is not widened when enough said yes', () => widen(said(said(sent(), 'a', 'yes'), 'b', 'yes'), ring(1), [recipient('c')], T + 3 * minute), 'broadcast-not-due'],
  ['is widened when enough said no', () => widen(said(said(sent(), 'a', 'no'), 'b', 'no'), ring(1), [recipient('c')], T + 3 * minute), ['broadcast-widened 10 c']],
  ['tells the agency above when nobody took note', () => widen(short(), { ring: 1, wasShort: true }, [recipient('z')], T + 6 * minute), ['broadcast-escalated']],
  ['tells it not before its time', () => widen(short(), { ring: 1, wasShort: true }, [], T + 6 * minute - 1), 'broadcast-not-due'],
  ['asks nobody further once the sender was told', () => widen(short(), ring(1), [recipient('z')], T + 9 * minute), 'broadcast-not-due'],
  ['tells nobody above of what was seen', () => widen(eventsOf(see(short(), T + 4 * minute)).reduce(broadcast.evolve, short()), { ring: 1, wasShort: true }, [], T + 9 * minute), 'broadcast-not-due'],
  ['is seen only when it is short', () => see(sent(), T), 'broadcast-not-short'],
  ['has no clock without a question', () => widen(sent({ asks: false }), ring(1), [recipient('c')], T + 9 * minute), 'broadcast-not-due'],
]
for (const [what, decision, expected] of cases) test(`broadcast: ${what}`, () => assert.deepEqual(outcome(decision()), expected))

test('rings double, up to an hour, and there are two', () => {
  assert.equal(nextMinutes(sent({ minutes: 5 })), 10)
  assert.equal(nextMinutes(sent({ minutes: 45 })), 60)
  assert.equal(nextMinutes(sent({ minutes: 60 })), undefined)
  assert.equal(nextMinutes({ ...sent({ minutes: 5 }), ring: 2 }), undefined)
})

test('whatever happens: nobody is asked twice, the sender is told at most once a ring, and nothing follows the end; over 300 random calls', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const pick = <A>(from: readonly A[]): A => from[Math.floor(random() * from.length)]!
    let at = T
    const events: BroadcastEvent[] = [...eventsOf(send({ ...sending, enoughYes: pick([1, 2, 3]), widenMinutes: pick([null, 1, 3]) }, at))]
    for (let step = 0; step < 30; step++) {
      at += Math.floor(random() * 2 * minute)
      const state = after(...events)
      const decision = pick([
        () => answer(state, pick(['a', 'b', 'c', 'd', 'z']), pick(['yes', 'no'] as const), at),
        () => widen(state, pick([ring(1), ring(2), { ring: 1, wasShort: true }, { ring: 2, wasShort: true }]), [recipient('a'), recipient('c'), recipient('d')], at),
        () => see(state, at),
        () => (random() < 0.1 ? end(state, at) : answer(state, 'a', 'no', at)),
      ])()
      if ('events' in decision) events.push(...decision.events)
    }
    const asked = events.flatMap((event) => ('recipients' in event ? event.recipients.map(({ member }) => member) : []))
    assert.equal(new Set(asked).size, asked.length, `seed ${seed}: nobody twice`)
    assert.ok(events.filter(({ type }) => type === 'broadcast-short').length <= 1, `seed ${seed}: told once`)
    assert.ok(events.filter(({ type }) => type === 'broadcast-escalated').length <= 1, `seed ${seed}: above told once`)
    const [seen, above] = ['broadcast-seen', 'broadcast-escalated'].map((type) => events.findIndex((event) => event.type === type))
    assert.ok(seen! < 0 || above! < seen!, `seed ${seed}: nobody above is told of what was seen`)
    const ended = events.findIndex(({ type }) => type === 'broadcast-ended')
    assert.ok(ended < 0 || ended === events.length - 1, `seed ${seed}: nothing after the end`)
    const state = after(...events)
    const yes = [...state.answers.values()].filter((each) => each === 'yes').length
    if (state.dueAt !== null) assert.ok(yes < state.enoughYes || events.some((event) => event.type === 'broadcast-answered' && event.answer === 'no'), `seed ${seed}: no clock when enough said yes`)
  }
})
