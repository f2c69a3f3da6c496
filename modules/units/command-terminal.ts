/** Tell a terminal something, or ask it to do something. Who asked for it is in the journal. */
import { holds, type Actor } from '#kernel/actor.ts'
import { refuse, type Refused } from '#kernel/decision.ts'
import type { Outcome } from '#kernel/journal.ts'
import type { TerminalCommand, UnitEvent } from './contract.ts'
import { commandOf, type UnitsDeps } from './deps.ts'
import { lockDevice } from './devices-store.ts'
import { newDownlink } from './downlink.ts'
import { addDownlinkWithin } from './downlink-store.ts'
import { lockUnit } from './store.ts'
import { tellFencesWithin } from './terminal-fences-store.ts'

/** A command that nobody fetched by then says what nobody means any more. */
const validMs = 3_600_000

export function commandTerminal(
  deps: UnitsDeps,
  actor: Actor,
  id: string,
  { commandId, command }: { readonly commandId: string; readonly command: TerminalCommand },
): Promise<Outcome<{ id: string }, string>> {
  const at = deps.now()
  return deps.journal.act(commandOf(deps, actor, `command terminal ${id}`, commandId, command), async (tx): Promise<{ answer: { id: string } } | Refused> => {
    const known = deps.devices.find(id)
    const unit = known && (await lockUnit(tx, known.unit))
    const device = unit && (await lockDevice(tx, id)) // another node may have removed it
    if (!device || !holds(actor, ['administrator', 'dispatcher', 'commander'], unit.agency)) return refuse('device-not-found')
    if (device.protocol !== 'jt808') return refuse('terminal-cannot')
    const event: UnitEvent = { type: 'device-commanded', at, device: id, command }
    tx.append(`unit/${unit.id}`, unit.agency, [event])
    if (command.type === 'areas') await tellFencesWithin(tx, device.number, deps.fenceSet(device), at, commandId)
    else await addDownlinkWithin(tx, newDownlink({ id: commandId, device: device.number, command }, at, validMs))
    return { answer: { id: commandId } }
  })
}
