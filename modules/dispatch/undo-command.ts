import { refuse } from '#kernel/decision.ts'
import type { Entry } from '#kernel/journal.ts'
import type { CommandId, IncidentId, UnitId } from '#kernel/names.ts'
import type { DispatchEvent } from './contract.ts'
import { commandOf, type Asked, type HandlerDeps } from './deps.ts'
import { incident } from './incident.ts'
import { chiefOf, mayUndo, undo, undoOrder, unitsToRestore, type CommandRecord } from './undo.ts'

/** Take back what a command did, within ten seconds, by the one who gave it. */
export async function undoCommand(deps: HandlerDeps, asked: Asked & { readonly command: CommandId }) {
  const record = await recordOf(deps, asked.command)
  if (!record) return refuse('command-not-found')
  const at = deps.now()
  return deps.journal.act(commandOf('undo-command', asked, at), async (tx) => {
    const no = mayUndo(record, asked.actor.account, at)
    if (no) return no
    const what = chiefOf(record)
    // One lock order everywhere: incidents by id (as the record has them), then units by id.
    for (const part of record.parts) {
      const state = await tx.load(`incident/${part.incident}`, incident)
      if (state.undone.includes(asked.command)) return { answer: { what } } // asked twice, undone once
    }

    const free = new Set<UnitId>()
    for (const id of [...unitsToRestore(record)].sort()) {
      const unit = await deps.unitFacts(tx, id)
      const commitment = await deps.facts.commitment(tx, id)
      // Free, or busy only with what this command gave it and the undo takes away.
      const given = record.parts.some((part) =>
        part.events.some((event) => event.type === 'unit-assigned' && event.assignment === commitment?.assignment),
      )
      if (unit?.onDuty && (!commitment || given)) free.add(id)
    }
    for (const part of undoOrder(record)) {
      const state = await tx.load(`incident/${part.incident}`, incident)
      const decision = undo(state, part.events, (unit) => free.has(unit), at)
      if ('refused' in decision) return decision
      const after = decision.events.reduce(incident.evolve, state)
      const notes = part.events.filter((event) => event.type === 'note-added' || event.type === 'picture-added').length
      const undone: DispatchEvent = { type: 'command-undone', at, command: asked.command, what, notes }
      tx.append(`incident/${part.incident}`, after.agency, [...decision.events, undone])
    }
    return { answer: { what } }
  })
}

/** What the journal has of a command. It never changes, so it can be read before the transaction. */
async function recordOf(deps: HandlerDeps, command: CommandId): Promise<CommandRecord | undefined> {
  const parts: { incident: IncidentId; events: DispatchEvent[] }[] = []
  let first: Entry | undefined
  for (const id of await deps.facts.incidentsOf(command)) {
    const entries = (await readStream(deps, `incident/${id}`)).filter((entry) => entry.command === command)
    first ??= entries[0]
    parts.push({ incident: id, events: entries.map((entry) => ({ type: entry.type, at: entry.at, ...entry.data }) as DispatchEvent) })
  }
  if (!first) return undefined // unknown, or not on disk yet: then nobody has been told of it either
  return { account: first.actor.account, at: first.at, parts }
}

async function readStream(deps: HandlerDeps, stream: string): Promise<Entry[]> {
  const all: Entry[] = []
  for (;;) {
    const page = await deps.journal.read(all.at(-1)?.position ?? 0, 1000, { stream })
    all.push(...page)
    if (page.length < 1000) return all
  }
}
