/** Devices over HTTP: the registry, who knocked, what terminals are told and what alarms they had. */
import { Type } from 'typebox'
import { inScope, scopeOf, type Actor, type Role } from '#kernel/actor.ts'
import { At, CommandIdOf, Id, ItemsOf, Nothing } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import { inHex } from '#gateways/talk.ts'
import { route } from '#platform/http/route.ts'
import { alarmViewers } from './alarms-live-jobs.ts'
import { listAlarms } from './alarms-store.ts'
import { AdoptStranger, AlarmView, ChangeDevice, DeviceQuery, DeviceView, DownlinkView, NewDevice, NewTerminalCommand, PairedDevice, RawFrameView, SeeAlarm, StandingAlarmView, StrangerView, TerminalPorts } from './contract.ts'
import { commandTerminal } from './command-terminal.ts'
import type { UnitsDeps } from './deps.ts'
import { skewOf, type Device, type DeviceStatus } from './device.ts'
import { asksBriefs, isOnline, nothingHeard, pageOf } from './device-list.ts'
import type { Downlink } from './downlink.ts'
import { listDownlinks } from './downlink-store.ts'
import { adoptStranger, changeDevice, pairDevice, removeDevice, renewKey, type Paired } from './pair-device.ts'
import { seeAlarm } from './see-alarm.ts'
import { shownName } from './strangers.ts'
import { fencesState, type FencesHeld } from './terminal-fences.ts'
import { fencesHeld } from './terminal-fences-store.ts'

const units = route<UnitsDeps>()
const AtDevice = Type.Object({ id: Id })
const IsWhole = Type.Boolean({ description: 'false: a node of this house could not be asked, and what only that one heard is missing' })
/** On DELETE, where a body is not usual: the same id twice is one command. */
const MaybeCommand = Type.Object({ commandId: Type.Optional(CommandIdOf) })

const alarmsShown = 200
const downlinksShown = 50
/** Who watches over units on duty. */
const watching = ['dispatcher', 'commander', 'station', 'administrator'] as const

/** Views of devices, as all nodes know them. */
async function deviceViews(deps: UnitsDeps, devices: readonly Device[]) {
  const [{ of, isWhole }, fences] = await Promise.all([deps.beside.statuses(devices), fencesHeld(deps.db, devices.map(({ number }) => number))])
  return { items: devices.map((device) => viewOf(deps, device, of(device.number), fences.get(device.number))), isWhole }
}
const deviceView = async (deps: UnitsDeps, device: Device): Promise<DeviceView> => (await deviceViews(deps, [device])).items[0]!

function viewOf(deps: UnitsDeps, device: Device, status: DeviceStatus, fences: FencesHeld | undefined): DeviceView {
  return {
    id: device.id,
    unit: device.unit,
    callSign: deps.live.find(device.unit)?.callSign ?? '',
    label: device.label,
    registeredAt: device.registeredAt,
    lastSeenAt: status.seenAt,
    protocol: device.protocol,
    terminal: device.terminal,
    settings: device.settings,
    status: {
      online: isOnline(status, deps.now()),
      lastFixAt: status.fixAt,
      dialect: status.dialect,
      batteryPercent: status.battery,
      clockSkewMs: skewOf(status),
      frames: status.frames,
      malformed: status.malformed,
      tokenRefused: status.tokenRefused,
      ...status.taken,
      stopped: Object.fromEntries(Object.entries(status.stopped).filter(([, count]) => count > 0)),
    },
    fences: fences
      ? { state: fencesState(fences), count: fences.heldCount, since: fences.heldAt, toldCount: fences.toldCount, toldAt: fences.toldAt, leftOut: fences.leftOut }
      : null,
  }
}

const pairedView = async (deps: UnitsDeps, { device, key }: Paired) => ({ ...(await deviceView(deps, device)), key, path: key === null ? '' : `/api/units/osmand?id=${encodeURIComponent(key)}` })

/** A device of the caller's part of the tree. */
function seen(deps: UnitsDeps, actor: Actor, id: string, as: readonly Role[] = ['administrator']) {
  const device = deps.devices.find(id)
  const unit = device && deps.live.find(device.unit)
  return unit && inScope(unit.agency, scopeOf(actor, as)) ? device! : refuse('device-not-found')
}

/** Those of the caller's part of the tree, of one unit or among these ids where any are named. */
function listed(deps: UnitsDeps, actor: Actor, { unit, ids }: DeviceQuery) {
  const scope = scopeOf(actor, ['administrator'])
  const named = ids?.split(',').flatMap((id) => deps.devices.find(id) ?? [])
  return Array.from(named ?? (unit === undefined ? deps.devices.all() : deps.devices.of(unit))).flatMap((device) => {
    const of = unit === undefined || device.unit === unit ? deps.live.find(device.unit) : undefined
    return of && inScope(of.agency, scope) ? [{ device, callSign: of.callSign, unit: of.id }] : []
  })
}

/** As people think of them: a set of fences is one thing, however many messages it takes; answers to alarms go without saying. */
export function toldViews(told: readonly Downlink[]): DownlinkView[] {
  const views: DownlinkView[] = []
  const sets = new Map<number, Downlink[]>()
  for (const one of told) {
    const { id, command, madeAt, expiresAt, state, attempts, changedAt } = one
    const view = { id, madeAt, expiresAt, state, attempts, changedAt }
    if (command.type === 'area' && command.series !== undefined) {
      const parts = sets.get(command.series)
      if (parts) parts.push(one)
      else sets.set(command.series, [one])
    } else if (command.type === 'area') views.push({ ...view, command: { type: 'areas' } })
    else if (command.type === 'question') views.push({ ...view, command: { type: 'text', text: command.text, urgent: true } })
    else if (command.type !== 'confirm-alarm') views.push({ ...view, command })
  }
  for (const parts of sets.values()) {
    const first = parts.toSorted((a, b) => a.madeAt - b.madeAt)[0]!
    const is = (state: DownlinkView['state']) => parts.some((part) => part.state === state)
    // To delete where there is nothing is refused by some, and means nothing.
    const isRefused = parts.some((part) => part.state === 'refused' && part.command.type === 'area' && (part.command.message as { type?: string }).type !== 'delete-areas')
    const state = isRefused ? 'refused' : is('expired') ? 'expired' : parts.every((part) => part.state === 'waiting') ? 'waiting' : is('waiting') || is('sent') ? 'sent' : 'done'
    views.push({
      id: first.id,
      command: { type: 'areas' },
      madeAt: first.madeAt,
      expiresAt: first.expiresAt,
      state,
      attempts: Math.max(...parts.map(({ attempts }) => attempts)),
      changedAt: Math.max(...parts.map(({ changedAt }) => changedAt)),
    })
  }
  return views.toSorted((a, b) => b.madeAt - a.madeAt)
}

export const devicesRoutes = [
  units({
    method: 'GET',
    path: '/api/units/devices',
    summary: 'Devices that report for units, with what is known of them; without keys. By pages with `limit`, else all. What the nodes have heard counts for filters and orders as of some seconds ago.',
    access: ['administrator'],
    schema: { querystring: DeviceQuery },
    replies: { 200: Type.Object({ items: Type.Array(DeviceView), total: Type.Integer({ description: 'that match, on all pages' }), isWhole: IsWhole }) },
    async handle(deps, { actor, querystring }) {
      const briefs = asksBriefs(querystring) ? await deps.beside.briefs() : { of: () => nothingHeard, isWhole: true }
      const { items: devices, total } = pageOf(listed(deps, actor, querystring), querystring, briefs.of, deps.now())
      const { items, isWhole } = await deviceViews(deps, devices)
      return { status: 200, body: { items, total, isWhole: isWhole && briefs.isWhole } }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/devices/counts',
    summary: 'How many devices each unit has, of those that have any.',
    access: ['administrator'],
    schema: {},
    replies: { 200: Type.Object({ counts: Type.Record(Type.String(), Type.Integer(), { description: 'by the unit’s id' }) }) },
    async handle(deps, { actor }) {
      const counts: Record<string, number> = {}
      for (const { unit } of listed(deps, actor, {})) counts[unit] = (counts[unit] ?? 0) + 1
      return { status: 200, body: { counts } }
    },
  }),
  units({
    method: 'POST',
    path: '/api/units/devices',
    summary: 'Register a device with a unit: a phone, whose key is shown once, or a terminal by its number.',
    access: ['administrator'],
    schema: { body: NewDevice },
    replies: { 201: PairedDevice },
    async handle(deps, { actor, body }) {
      const { terminal, ...rest } = body
      const paired = await pairDevice(deps, actor, { ...rest, ...(terminal !== undefined && { terminal: terminal.toLowerCase().replace(/^0+(?=.)/, '') }) })
      return isRefused(paired) ? paired : { status: 201, body: await pairedView(deps, paired) }
    },
  }),
  units({
    method: 'PATCH',
    path: '/api/units/devices/:id',
    summary: 'Change what a device is called and what is known of how it speaks.',
    access: ['administrator'],
    schema: { params: AtDevice, body: ChangeDevice },
    replies: { 200: DeviceView },
    async handle(deps, { actor, params, body }) {
      const outcome = await changeDevice(deps, actor, params.id, body)
      if (isRefused(outcome)) return outcome
      const device = seen(deps, actor, params.id)
      return isRefused(device) ? device : { status: 200, body: await deviceView(deps, device) }
    },
  }),
  units({
    method: 'POST',
    path: '/api/units/devices/:id/key',
    summary: 'Make a new key for a phone; the one before is dead.',
    access: ['administrator'],
    schema: { params: AtDevice },
    replies: { 201: PairedDevice },
    async handle(deps, { actor, params }) {
      const paired = await renewKey(deps, actor, params.id)
      return isRefused(paired) ? paired : { status: 201, body: await pairedView(deps, paired) }
    },
  }),
  units({
    method: 'DELETE',
    path: '/api/units/devices/:id',
    summary: 'Hear no more of a device.',
    access: ['administrator'],
    schema: { params: AtDevice, querystring: MaybeCommand },
    replies: { 204: Nothing },
    async handle(deps, { actor, params, querystring }) {
      const outcome = await removeDevice(deps, actor, params.id, querystring.commandId ?? deps.newId())
      return isRefused(outcome) ? outcome : { status: 204, body: null }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/devices/:id/frames',
    summary: 'The last frames of a device, as they came, without what may hold identifiers. Kept in memory only.',
    access: ['administrator'],
    schema: { params: AtDevice },
    replies: { 200: ItemsOf(RawFrameView) },
    async handle(deps, { actor, params }) {
      const device = seen(deps, actor, params.id)
      if (isRefused(device)) return device
      const items = await deps.beside.frames(device)
      return { status: 200, body: { items: items.map(({ at, type, shown, because }) => ({ at, type, hex: inHex(shown), because })) } }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/devices/:id/commands',
    summary: 'What a terminal was told lately, and what it answered.',
    access: ['administrator'],
    schema: { params: AtDevice },
    replies: { 200: ItemsOf(DownlinkView) },
    async handle(deps, { actor, params }) {
      const device = seen(deps, actor, params.id)
      if (isRefused(device)) return device
      const items = await listDownlinks(deps.db, device.number, downlinksShown)
      return { status: 200, body: { items: toldViews(items) } }
    },
  }),
  units({
    method: 'POST',
    path: '/api/units/devices/:id/commands',
    summary: 'Tell a terminal something, or ask it to do something; kept until it answers or an hour has passed.',
    access: ['administrator', 'dispatcher', 'commander'],
    schema: { params: AtDevice, body: NewTerminalCommand },
    replies: { 202: Type.Object({ id: Id }) },
    async handle(deps, { actor, params, body }) {
      const outcome = await commandTerminal(deps, actor, params.id, body)
      return isRefused(outcome) ? outcome : { status: 202, body: { id: outcome.answer.id } }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/strangers',
    summary: 'Devices that connected and are not known, the newest first.',
    access: ['administrator'],
    schema: {},
    replies: { 200: Type.Object({ items: Type.Array(StrangerView), isWhole: IsWhole, ports: TerminalPorts, isClockDoubted: Type.Boolean({ description: 'most devices are ahead of this machine’s clock' }) }) },
    async handle(deps) {
      const { list, isWhole } = await deps.beside.strangers()
      const items = list.map((stranger) => ({
        id: stranger.id,
        protocol: stranger.protocol,
        name: shownName(stranger),
        type: stranger.type,
        firstAt: stranger.firstAt,
        lastAt: stranger.lastAt,
        times: stranger.times,
      }))
      return { status: 200, body: { items, isWhole, ports: deps.ports(), isClockDoubted: deps.clockDoubt.isDoubted() } }
    },
  }),
  units({
    method: 'POST',
    path: '/api/units/strangers/:id/adopt',
    summary: 'Register a device that knocked, as it is.',
    access: ['administrator'],
    schema: { params: AtDevice, body: AdoptStranger },
    replies: { 201: DeviceView },
    async handle(deps, { actor, params, body }) {
      const paired = await adoptStranger(deps, actor, params.id, body)
      return isRefused(paired) ? paired : { status: 201, body: await deviceView(deps, paired.device) }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/alarms',
    summary: 'Alarms of devices of units on duty, or of one device, the newest first, at most 200.',
    access: watching,
    schema: { querystring: Type.Object({ since: Type.Optional(At), device: Type.Optional(Id) }) },
    replies: { 200: ItemsOf(AlarmView) },
    async handle(deps, { actor, querystring: { since = deps.now() - 24 * 3_600_000, device: id } }) {
      const only = id === undefined ? undefined : seen(deps, actor, id, watching)
      if (only && isRefused(only)) return only
      const found = only ? [deps.live.view(only.unit)].filter((unit) => unit !== undefined) : deps.live.views(scopeOf(actor, watching))
      const visible = new Map(found.map((unit) => [unit.handle, unit]))
      const rows = await listAlarms(deps.db, [...visible.keys()], since, alarmsShown, only?.number)
      const items = rows.flatMap(({ device, unit, name, beganAt, endedAt }) => {
        const [of, from] = [visible.get(unit), deps.devices.byNumber(device)]
        return of && from ? [{ device: from.id, label: from.label, unit: of.id, callSign: of.callSign, name, beganAt, endedAt }] : []
      })
      return { status: 200, body: { items } }
    },
  }),
  units({
    method: 'GET',
    path: '/api/units/alarms/standing',
    summary: 'Alarms of devices of units on duty that last or have just happened, and of which nobody took note; the grave ones first, at most 200. What has just begun is to be shown from `shownFrom` on: it may be over by then.',
    access: alarmViewers,
    schema: {},
    replies: { 200: ItemsOf(StandingAlarmView) },
    async handle(deps, { actor }) {
      const alarms = await deps.alarmsLive.read(deps.live.views(scopeOf(actor, alarmViewers)))
      return { status: 200, body: { items: alarms.slice(0, alarmsShown) } }
    },
  }),
  units({
    method: 'POST',
    path: '/api/units/devices/:id/alarms/seen',
    summary: 'Take note of an alarm of a device: it is shown no more while it lasts; a terminal that waits for that is told.',
    access: watching,
    schema: { params: AtDevice, body: SeeAlarm },
    replies: { 200: Type.Object({ id: Id }) },
    async handle(deps, { actor, params, body }) {
      const outcome = await seeAlarm(deps, actor, params.id, body)
      return isRefused(outcome) ? outcome : { status: 200, body: outcome.answer }
    },
  }),
]
