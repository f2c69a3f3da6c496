/** Pair devices with units, make new keys, remove devices. Administrators do, for their part of the tree. */
import { holds, type Actor } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Outcome, Tx } from '#kernel/journal.ts'
import type { UnitEvent } from './contract.ts'
import { commandOf, type UnitsDeps } from './deps.ts'
import { deviceKey } from './device-key.ts'
import { findDevice, lockDevice, nextDeviceNumber, setKey, type Device } from './devices-store.ts'
import { lockUnit } from './store.ts'

export type Paired = { readonly device: Device; readonly key: string }

/**
 * Register a device and make its key.
 *
 * The key is made after the command and kept nowhere in clear: a client that lost the answer asks with the same
 * command id again and gets the same device with a new key.
 */
export async function pairDevice(
  deps: UnitsDeps,
  actor: Actor,
  wanted: { commandId: string; unit: string; label: string },
): Promise<Paired | Refused> {
  const at = deps.now()
  const id = deps.newId()
  const command = commandOf(deps, actor, 'pair device', wanted.commandId, wanted)
  const work = async (tx: Tx): Promise<{ answer: { device: string } } | Refused> => {
    const unit = await lockUnit(tx, wanted.unit)
    if (!unit || unit.retired || !holds(actor, ['administrator'], unit.agency)) return refuse('unit-not-found')
    const number = await nextDeviceNumber(tx)
    const event: UnitEvent = { type: 'device-registered', at, device: id, number, label: wanted.label.trim() }
    tx.append(`unit/${unit.id}`, unit.agency, [event])
    return { answer: { device: id } }
  }
  const outcome: Outcome<{ device: string }, string> = await deps.journal.act(command, work)
  return isRefused(outcome) ? outcome : renewKey(deps, actor, outcome.answer.device)
}

/** Make a new key; whoever has the one before is not heard any more. */
export async function renewKey(deps: UnitsDeps, actor: Actor, id: string): Promise<Paired | Refused> {
  const device = await findDevice(deps.db, id)
  const unit = device && deps.live.find(device.unit)
  if (!device || !unit || !holds(actor, ['administrator'], unit.agency)) return refuse('device-not-found')
  const key = deviceKey(deps.randomBytes)
  await setKey(deps.db, id, key, deps.now())
  return { device, key }
}

/** Hear no more of a device. What it reported stays, as long as positions stay. */
export function removeDevice(deps: UnitsDeps, actor: Actor, id: string, commandId: string): Promise<Outcome<{ device: string }, string>> {
  const at = deps.now()
  return deps.journal.act(commandOf(deps, actor, `remove device ${id}`, commandId), async (tx): Promise<{ answer: { device: string } } | Refused> => {
    // The unit is locked first, as whoever retires it does: a device never changes its unit.
    const found = await findDevice(deps.db, id)
    const unit = found && (await lockUnit(tx, found.unit))
    if (!unit || !holds(actor, ['administrator'], unit.agency) || !(await lockDevice(tx, id))) return refuse('device-not-found')
    const event: UnitEvent = { type: 'device-removed', at, device: id }
    tx.append(`unit/${unit.id}`, unit.agency, [event])
    return { answer: { device: id } }
  })
}
