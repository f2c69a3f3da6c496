import { refuse } from '#kernel/decision.ts'
import type { IncidentId } from '#kernel/names.ts'
import { incidentFor } from './access.ts'
import type { DispatchEvent } from './contract.ts'
import { commandOf, type Asked, type DispatchDeps, type HandlerDeps } from './deps.ts'
import { cleanPicture } from './clean-picture.ts'

/** Write into an incident's log. Also after it is closed: what is learned late belongs there too. */
export function addNote(deps: HandlerDeps, asked: Asked & { readonly incident: IncidentId; readonly text: string }) {
  const at = deps.now()
  return deps.journal.act(commandOf('add-note', asked, at), async (tx) => {
    const text = asked.text.trim()
    if (text === '') return refuse('note-empty')
    const found = await incidentFor(deps, tx, asked.actor, asked.incident, ['watch-room', 'station', 'crew', 'reporter'], at)
    if ('refused' in found) return found
    const event: DispatchEvent = { type: 'note-added', at, text }
    tx.append(`incident/${asked.incident}`, found.state.agency, [event])
    return { answer: { id: asked.incident } }
  })
}

/**
 * Put a picture into an incident's log, without what the phone wrote into it: its serial number and place are nobody's
 * business. Its bytes are safe on disk before the log says that there is one.
 */
export async function addPicture(
  deps: HandlerDeps & Pick<DispatchDeps, 'pictures'>,
  asked: Asked & { readonly incident: IncidentId; readonly bytes: Uint8Array; readonly caption?: string },
) {
  const at = deps.now()
  const id = deps.newId()
  const { bytes: sent, ...request } = asked
  const picture = cleanPicture(sent)
  if ('refused' in picture) return picture
  const { bytes, mediaType } = picture
  return deps.journal.act(commandOf('add-picture', request, at), async (tx) => {
    const found = await incidentFor(deps, tx, asked.actor, asked.incident, ['watch-room', 'station', 'crew', 'reporter'], at)
    if ('refused' in found) return found
    // Writing the same bytes again when the command is asked again changes nothing: files are named by their content.
    const { sha256 } = await deps.pictures.save(bytes)
    const event: DispatchEvent = { type: 'picture-added', at, picture: id, mediaType, bytes: bytes.length, sha256, caption: asked.caption ?? '' }
    tx.append(`incident/${asked.incident}`, found.state.agency, [event])
    return { answer: { id, sha256 } }
  })
}
