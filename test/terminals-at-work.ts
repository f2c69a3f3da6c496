/** Terminals at work on real sockets, with a real database behind them: what their tests stand on. Opened and closed with the file that imports it. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before } from 'node:test'
import type { Actor, Role } from '#kernel/actor.ts'
import { isRefused } from '#kernel/decision.ts'
import { goOnDuty } from '#modules/units/change-shift.ts'
import { createUnit } from '#modules/units/change-unit.ts'
import type { DeviceSettings } from '#modules/units/contract.ts'
import type { EmergencyCall } from '#modules/units/deps.ts'
import { devicesRoutes } from '#modules/units/devices-routes.ts'
import { openUnits, type Units } from '#modules/units/jobs.ts'
import { pairDevice } from '#modules/units/pair-device.ts'
import { projections } from '#modules/units/store.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { silentLog } from '#platform/log.ts'
import { testDatabase } from './database.ts'
import { jt808Terminal, locationBody } from './jt808-terminal.ts'

export const T0 = Date.UTC(2026, 10, 22, 8)
export const actor = (role: Role): Actor => ({ account: role, name: role, grants: [{ role, agency: 'jx.guixi' }] })
export const admin = actor('administrator')
export const desk = actor('dispatcher')

export let database: Awaited<ReturnType<typeof testDatabase>>
export let units: Units
export let journal: ReturnType<typeof postgresJournal>
export let ports: Awaited<ReturnType<Units['listen']>>
export const clock = { now: T0 }
export const calls: EmergencyCall[] = []
/** Units whose call for help is open: pressed again it is the same incident. */
export const openCall = new Map<string, string>()
/** Positions of the house that a step stopped, as the metrics are told. */
export const stoppedInAll = new Map<string, number>()
export const pictures: { unit: string; bytes: number }[] = []
export const spoken: string[] = []
export const acknowledged: { commandId: string; assignment: string }[] = []
/** Orders that are no more, and what their crews are told. */
export const over = new Map<string, string>()
type Fence = NonNullable<ReturnType<NonNullable<Parameters<typeof openUnits>[0]['fencesFor']>>>[number]
export const circle: Fence = { id: 'f1', name: '甲', geometry: { type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 200 }, tells: { enter: true, leave: true, staySeconds: null, speedLimitKmh: null, overSeconds: 0 }, hours: null }
export const triangle: Fence = { id: 'f2', name: '乙', geometry: { type: 'Polygon', coordinates: [[[117.2, 28.3], [117.21, 28.3], [117.21, 28.31], [117.2, 28.3]]] }, tells: { enter: true, leave: false, staySeconds: null, speedLimitKmh: 40, overSeconds: 10 }, hours: null }
export const route: Fence = { id: 'f3', name: '丙', geometry: { type: 'LineString', coordinates: [[117.2, 28.3], [117.21, 28.3], [117.21, 28.31]], widthMeters: 60 }, tells: { enter: false, leave: true, staySeconds: null, speedLimitKmh: 60, overSeconds: 10 }, hours: null }
/** What a test changes of it: the fences that are for every unit, and whether the database is gone. */
export const world: { fences: readonly Fence[]; isDown: boolean } = { fences: [circle, triangle, route], isDown: false }
let made = 0
export const command = () => `command-${String(++made).padStart(6, '0')}`

before(async () => {
  database = await testDatabase()
  journal = postgresJournal({ db: database.database, projections, log: silentLog })
  const { database: db } = database
  units = await openUnits({
    journal,
    // A database that is gone answers nothing; the test says when.
    db: { query: (...words: Parameters<typeof db.query>) => (world.isDown ? Promise.reject(new Error('the database is gone')) : db.query(...words)), copy: (...words: Parameters<typeof db.copy>) => (world.isDown ? Promise.reject(new Error('the database is gone')) : db.copy(...words)), transaction: (...words: Parameters<typeof db.transaction>) => (world.isDown ? Promise.reject(new Error('the database is gone')) : db.transaction(...words)) } as typeof db,
    now: () => clock.now,
    newId: () => `id-${++made}`,
    randomBytes,
    findAgency: async (path) => ({ id: 'a', path, name: path, nameEn: null, kind: 'station', lon: null, lat: null }),
    memberNames: async () => new Map(),
    async onEmergency(call) {
      calls.push(call)
      return openCall.get(call.unit) ?? `incident-of-${call.commandId}`
    },
    async onPicture({ unit, bytes }) {
      pictures.push({ unit, bytes: bytes.length })
      return true
    },
    onStopped: (step, count) => stoppedInAll.set(step, (stoppedInAll.get(step) ?? 0) + count),
    fencesFor: () => world.fences,
    orderInWords: async (incident) => `指令：${incident}`,
    async onOrderSpoken({ assignment }) {
      spoken.push(assignment)
    },
    async onOrderAcknowledged({ commandId, assignment }) {
      acknowledged.push({ commandId, assignment })
      return over.get(assignment)
    },
    onFault: (what, cause) => {
      if (!world.isDown) throw new Error(`${what}: ${String(cause)}`, { cause })
    },
  })
  journal.listen(units.hear)
  await journal.start()
  ports = await units.listen('127.0.0.1', { jt808: 0, gt06: 0, h02: 0, osmand: 0 })
})
after(async () => {
  await units.stop()
  await journal.stop()
  await database.drop()
})

export function ok<T extends object>(outcome: T): Exclude<T, { refused: string }> {
  assert.ok(!isRefused(outcome), `refused: ${JSON.stringify(outcome)}`)
  return outcome as Exclude<T, { refused: string }>
}

let unitNumber = 0
export async function unitOnDuty(): Promise<string> {
  const { answer } = ok(await createUnit(units.deps, admin, { commandId: command(), callSign: `巡${++unitNumber}`, kind: 'car', agency: 'jx.guixi' }))
  // On duty for some time: what was measured before the shift is not kept.
  const now = clock.now
  clock.now -= 600_000
  ok(await goOnDuty(units.deps, desk, answer.unit, { commandId: command(), crew: [] }))
  clock.now = now
  return answer.unit
}
export async function car(terminal: string, settings: Partial<DeviceSettings> = {}, protocol: 'jt808' | 'gt06' | 'h02' = 'jt808') {
  const unit = await unitOnDuty()
  const { device } = ok(await pairDevice(units.deps, admin, { commandId: command(), unit, label: '车载终端', protocol, terminal, settings: { keepsFences: false, ...settings } }))
  return { unit, device, view: () => units.describeUnits([unit])[0]!, status: () => units.deps.devices.status(device.number) }
}
export async function until(what: string, isTrue: () => boolean | Promise<boolean>) {
  for (let n = 0; n < 200; n++) {
    if (await isTrue()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail(`never: ${what}`)
}
export const hello = async (phone: string, version: '2013' | '2019' = '2013') => {
  const terminal = await jt808(phone, version)
  assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
  return terminal
}
/** A route, as the server calls it once it has checked who asks and what. */
export async function call(by: Actor, method: string, path: string, request: object) {
  const route = devicesRoutes.find((one) => one.method === method && one.path === path)!
  return (await route.handle(units.deps, { actor: by, language: 'zh', params: {}, querystring: {}, ...request } as never)) as { status: number; refused?: string; body: { items: never[] } }
}
export const jt808 = (phone: string, version: '2013' | '2019' = '2013') => jt808Terminal(ports.jt808!, phone, version)
export const place = (more: object = {}) => locationBody({ lon: 117.21, lat: 28.29, at: clock.now, speedKmh: 36, courseDeg: 90, ...more })
export const rows = async (device: number) => (await database.database.query<{ n: number }>('select count(*)::int as n from units.position where device = $1', [device]))[0]!.n
