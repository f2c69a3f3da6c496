/** Register devices with units, change what is known of them, make new keys, remove them. Administrators do, for their part of the tree. */
import { holds, type Actor } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { Outcome, Tx } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { DeviceSettings, Protocol, UnitEvent } from './contract.ts'
import { commandOf, type UnitsDeps } from './deps.ts'
import { usualSettings, type Device } from './device.ts'
import { deviceKey } from './device-key.ts'
import { findDevice, giveKey, lockDevice, nextDeviceNumber, terminalTaken } from './devices-store.ts'
import { lockUnit } from './store.ts'

export type Paired = { readonly device: Device; readonly key: string | null }

export type Wanted = {
  readonly commandId: string
  readonly unit: string
  readonly label: string
  readonly protocol?: Protocol
  /** Of all but phones: as the device says it, without leading zeros. */
  readonly terminal?: string
  readonly settings?: Partial<DeviceSettings>
}

/**
 * Register a device. A phone gets a key in the same transaction.
 *
 * The key is kept nowhere in clear: a client that lost the answer asks with the same command id again and gets the
 * same device with a new key.
 *
 * @param knownKey  of a phone that has one already and is adopted with it
 */
export async function pairDevice(deps: UnitsDeps, actor: Actor, wanted: Wanted, knownKey?: string): Promise<Paired | Refused> {
  const at = deps.now()
  const id = deps.newId()
  const { protocol = 'phone', terminal } = wanted
  const key = protocol === 'phone' ? (knownKey ?? deviceKey(deps.randomBytes)) : null
  const command = commandOf(deps, actor, 'pair device', wanted.commandId, wanted)
  const work = async (tx: Tx): Promise<{ answer: { device: string } } | Refused> => {
    const unit = await lockUnit(tx, wanted.unit)
    if (!unit || unit.retired || !holds(actor, ['administrator'], unit.agency)) return refuse('unit-not-found')
    if ((protocol === 'phone') !== (terminal === undefined)) return refuse(protocol === 'phone' ? 'terminal-not-wanted' : 'terminal-needed')
    if (terminal !== undefined && (await terminalTaken(tx, protocol, terminal))) return refuse('terminal-taken', { terminal })
    if (key !== null && !(await giveKey(tx, id, key, at))) return refuse('key-taken')
    const number = await nextDeviceNumber(tx)
    const event: UnitEvent = {
      type: 'device-registered',
      at,
      device: id,
      number,
      label: wanted.label.trim(),
      ...(terminal !== undefined && { protocol, terminal, settings: { ...usualSettings, ...wanted.settings } }),
    }
    tx.append(`unit/${unit.id}`, unit.agency, [event])
    return { answer: { device: id } }
  }
  const outcome: Outcome<{ device: string }, string> = await deps.journal.act(command, work)
  if (isRefused(outcome)) return outcome
  if (outcome.repeated && key !== null && knownKey === undefined) return renewKey(deps, actor, outcome.answer.device)
  return pairedAfter(deps, outcome.answer.device, key)
}

/** Register a device that knocked, as it is: a terminal by its number, a phone with the key that it showed. */
export async function adoptStranger(
  deps: UnitsDeps,
  actor: Actor,
  id: string,
  wanted: { readonly commandId: string; readonly unit: string; readonly label: string },
): Promise<Paired | Refused> {
  const stranger = (await deps.beside.strangers()).list.find((one) => one.id === id)
  if (!stranger) return refuse('stranger-not-found')
  const { protocol, secretOrNumber } = stranger
  const paired = protocol === 'phone' ? await pairDevice(deps, actor, wanted, secretOrNumber) : await pairDevice(deps, actor, { ...wanted, protocol, terminal: secretOrNumber })
  if (!isRefused(paired)) await deps.beside.forgetStranger(stranger)
  return paired
}

/** Make a new key for a phone; whoever has the one before is not heard any more. Who asked for it is in the journal, the key is not. */
export async function renewKey(deps: UnitsDeps, actor: Actor, id: string): Promise<Paired | Refused> {
  const at = deps.now()
  const key = deviceKey(deps.randomBytes)
  const outcome = await deps.journal.act(commandOf(deps, actor, `renew key ${id}`, deps.newId()), async (tx): Promise<{ answer: null } | Refused> => {
    const held = await holdDevice(deps, actor, tx, id)
    if (isRefused(held)) return held
    if (held.device.protocol !== 'phone') return refuse('device-without-key')
    await giveKeyAgain(tx, held, key, at)
    return { answer: null }
  })
  return isRefused(outcome) ? outcome : pairedAfter(deps, id, key)
}

type Held = { readonly device: Device; readonly agency: string }

/** A new key in place of the one before, in the command that decides so. */
export async function giveKeyAgain(tx: Tx, { device, agency }: Held, key: string, at: Instant): Promise<void> {
  if (!(await giveKey(tx, device.id, key, at))) throw new Error('Invariant failed: a new key is known already')
  const event: UnitEvent = { type: 'device-key-renewed', at, device: device.id }
  tx.append(`unit/${device.unit}`, agency, [event])
}

/** What a phone that has just got a key is answered. */
export async function pairedAfter(deps: UnitsDeps, id: string, key: string | null): Promise<Paired | Refused> {
  const device = await findDevice(deps.db, id)
  if (!device) return refuse('device-not-found')
  await deps.refreshDevices(device.unit)
  return { device, key }
}

/** Change what is known of a device: what it is called, how it speaks, what its positions are spared. */
export async function changeDevice(
  deps: UnitsDeps,
  actor: Actor,
  id: string,
  wanted: { readonly commandId: string; readonly label?: string; readonly settings?: Partial<DeviceSettings> },
): Promise<Outcome<{ device: string; unit: string }, string>> {
  const at = deps.now()
  const outcome: Outcome<{ device: string; unit: string }, string> = await deps.journal.act(
    commandOf(deps, actor, `change device ${id}`, wanted.commandId, wanted),
    async (tx): Promise<{ answer: { device: string; unit: string } } | Refused> => {
      const held = await holdDevice(deps, actor, tx, id)
      if (isRefused(held)) return held
      const label = wanted.label?.trim() ?? held.device.label
      const settings = { ...held.device.settings, ...wanted.settings }
      const isSame = label === held.device.label && JSON.stringify(settings) === JSON.stringify(held.device.settings)
      const event: UnitEvent = { type: 'device-changed', at, device: id, label, settings }
      if (!isSame) tx.append(`unit/${held.device.unit}`, held.agency, [event])
      return { answer: { device: id, unit: held.device.unit } }
    },
  )
  if (!isRefused(outcome)) await deps.refreshDevices(outcome.answer.unit)
  return outcome
}

/** Hear no more of a device. What it reported stays, as long as positions stay. */
export async function removeDevice(deps: UnitsDeps, actor: Actor, id: string, commandId: string): Promise<Outcome<{ device: string; unit: string }, string>> {
  const at = deps.now()
  const outcome: Outcome<{ device: string; unit: string }, string> = await deps.journal.act(
    commandOf(deps, actor, `remove device ${id}`, commandId),
    async (tx): Promise<{ answer: { device: string; unit: string } } | Refused> => {
      const held = await holdDevice(deps, actor, tx, id)
      if (isRefused(held)) return held
      const event: UnitEvent = { type: 'device-removed', at, device: id }
      tx.append(`unit/${held.device.unit}`, held.agency, [event])
      return { answer: { device: id, unit: held.device.unit } }
    },
  )
  if (!isRefused(outcome)) await deps.refreshDevices(outcome.answer.unit)
  return outcome
}

/** A device of the actor's part of the tree, locked. The unit is locked first, as whoever retires it does: a device never changes its unit. */
export async function holdDevice(deps: UnitsDeps, actor: Actor, tx: Tx, id: string): Promise<Held | Refused> {
  const found = await findDevice(deps.db, id)
  const unit = found && (await lockUnit(tx, found.unit))
  if (!unit || !holds(actor, ['administrator'], unit.agency)) return refuse('device-not-found')
  const device = await lockDevice(tx, id)
  return device ? { device, agency: unit.agency } : refuse('device-not-found')
}
