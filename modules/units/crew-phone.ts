/** An officer's own phone that reports in the background: paired by the officer, for as long as the officer sits in the unit. */
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Actor } from '#kernel/actor.ts'
import type { Instant } from '#kernel/names.ts'
import type { UnitEvent } from './contract.ts'
import { commandOf, type UnitsDeps } from './deps.ts'
import { deviceKey } from './device-key.ts'
import type { Device } from './device.ts'
import { devicesOf, giveKey, nextDeviceNumber } from './devices-store.ts'
import { giveKeyAgain, pairedAfter, type Paired } from './pair-device.ts'
import { lockUnit } from './store.ts'

/** Devices of this kind say in their id whose they are, so that nobody's phone outlives the shift. */
const idPrefix = 'crew-'
const ownPrefix = (member: string) => `${idPrefix}${member}-`

/** Phones of a unit whose officer is not, or no longer, in the crew. */
export const phonesLeftBehind = (devices: readonly Pick<Device, 'id'>[], crew: readonly { readonly id: string }[]): readonly string[] =>
  devices.map(({ id }) => id).filter((id) => id.startsWith(idPrefix) && !crew.some((member) => id.startsWith(ownPrefix(member.id))))

/** The removal of such phones by what has just been decided about the crew; nothing when it was not about the crew. */
export function removalsAfter(devices: readonly Pick<Device, 'id'>[], events: readonly UnitEvent[], at: Instant): readonly UnitEvent[] {
  const last = events.findLast((event) => event.type === 'shift-ended' || event.type === 'crew-changed')
  if (!last) return []
  return phonesLeftBehind(devices, last.type === 'crew-changed' ? last.crew : []).map((device) => ({ type: 'device-removed', at, device }))
}

/** The caller's own phone that reports for the unit in which the caller sits, if there is one. */
export function findCrewPhone(deps: UnitsDeps, actor: Actor): Device | undefined {
  const own = ownUnit(deps, actor)
  return own && deps.devices.of(own.id).find(isOf(own.member))
}

const isOf = (member: string) => (device: Pick<Device, 'id'>) => device.id.startsWith(ownPrefix(member))

function ownUnit(deps: UnitsDeps, actor: Actor): { readonly id: string; readonly member: string } | undefined {
  const unit = actor.member === undefined ? undefined : deps.live.unitOf(actor.member, deps.now())
  return unit && { id: unit.id, member: actor.member! }
}

/** Pair the caller's phone with the unit in which the caller sits. One phone each: another one takes the place of the one before. */
export async function pairCrewPhone(deps: UnitsDeps, actor: Actor, commandId: string): Promise<Paired | Refused> {
  const own = ownUnit(deps, actor)
  if (!own) return refuse('unit-not-found')
  const at = deps.now()
  const id = ownPrefix(own.member) + deps.newId().slice(-12)
  const key = deviceKey(deps.randomBytes)
  const outcome = await deps.journal.act(commandOf(deps, actor, 'pair crew phone', commandId, { unit: own.id }), async (tx): Promise<{ answer: { device: string } } | Refused> => {
    const unit = await lockUnit(tx, own.id)
    if (!unit?.crew.some((member) => member.id === own.member)) return refuse('unit-not-found')
    const before = (await devicesOf(tx, own.id)).filter(isOf(own.member))
    const registered: UnitEvent = { type: 'device-registered', at, device: id, number: await nextDeviceNumber(tx), label: actor.name.slice(0, 80) }
    await giveKey(tx, id, key, at)
    tx.append(`unit/${own.id}`, unit.agency, [...before.map((device): UnitEvent => ({ type: 'device-removed', at, device: device.id })), registered])
    return { answer: { device: id } }
  })
  if (isRefused(outcome)) return outcome
  return outcome.repeated ? renewCrewKey(deps, actor, own.id, outcome.answer.device) : pairedAfter(deps, id, key)
}

/** As with every phone: a client that lost the answer asks again and gets a new key. */
async function renewCrewKey(deps: UnitsDeps, actor: Actor, ownUnit: string, id: string): Promise<Paired | Refused> {
  const at = deps.now()
  const key = deviceKey(deps.randomBytes)
  const outcome = await deps.journal.act(commandOf(deps, actor, 'renew crew phone', deps.newId(), { device: id }), async (tx): Promise<{ answer: null } | Refused> => {
    const unit = await lockUnit(tx, ownUnit)
    const device = unit && (await devicesOf(tx, ownUnit)).find((one) => one.id === id)
    if (!device) return refuse('device-not-found')
    await giveKeyAgain(tx, { device, agency: unit.agency }, key, at)
    return { answer: null }
  })
  return isRefused(outcome) ? outcome : pairedAfter(deps, id, key)
}

/** Hear no more of the caller's own phone. */
export async function removeCrewPhone(deps: UnitsDeps, actor: Actor, commandId: string): Promise<Refused | undefined> {
  const own = ownUnit(deps, actor)
  if (!own) return refuse('device-not-found')
  const at = deps.now()
  const outcome = await deps.journal.act(commandOf(deps, actor, 'remove crew phone', commandId, { unit: own.id }), async (tx): Promise<{ answer: null } | Refused> => {
    const unit = await lockUnit(tx, own.id)
    const phones = unit ? (await devicesOf(tx, own.id)).filter(isOf(own.member)) : []
    if (!unit || phones.length === 0) return refuse('device-not-found')
    tx.append(`unit/${own.id}`, unit.agency, phones.map((device): UnitEvent => ({ type: 'device-removed', at, device: device.id })))
    return { answer: null }
  })
  await deps.refreshDevices(own.id)
  return isRefused(outcome) ? outcome : undefined
}
