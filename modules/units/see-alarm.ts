/** Take note of an alarm of a device: it is shown no more while it lasts, and the terminal is told where it waits for that. */
import { holds, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { Outcome } from '#kernel/journal.ts'
import type { UnitEvent } from './contract.ts'
import { commandOf, type UnitsDeps } from './deps.ts'
import { newDownlink } from './downlink.ts'
import { addDownlinkWithin } from './downlink-store.ts'
import { isConfirmable } from './standing-alarms.ts'
import { lockUnit } from './store.ts'

/** By then the alarm is another one. */
const validMs = 600_000

export function seeAlarm(
  deps: UnitsDeps,
  actor: Actor,
  id: string,
  { commandId, name, since }: { readonly commandId: string; readonly name: string; readonly since: number },
): Promise<Outcome<{ id: string }, string>> {
  const at = deps.now()
  return deps.journal.act(commandOf(deps, actor, `see alarm of device ${id}`, commandId, { name, since }), async (tx): Promise<{ answer: { id: string } } | Refused> => {
    const device = deps.devices.find(id)
    const unit = device && (await lockUnit(tx, device.unit))
    if (!unit || !holds(actor, ['dispatcher', 'commander', 'station', 'administrator'], unit.agency)) return refuse('device-not-found')
    const event: UnitEvent = { type: 'device-alarm-seen', at, device: id, number: device.number, name, since }
    tx.append(`unit/${unit.id}`, unit.agency, [event])
    if (isConfirmable(device.protocol, name)) await addDownlinkWithin(tx, newDownlink({ id: commandId, device: device.number, command: { type: 'confirm-alarm', alarms: [name] } }, at, validMs))
    return { answer: { id } }
  })
}
