/** What comes from the terminals in the cars: a call for help, a picture, and that an order has been read out. */
import { system } from '#kernel/actor.ts'
import { isRefused, refuse, type Refused } from '#kernel/decision.ts'
import type { AgencyPath, AssignmentId, CommandId, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import type { DispatchEvent, IncidentView } from './contract.ts'
import type { DispatchDeps, HandlerDeps } from './deps.ts'
import { incident as story, open } from './incident.ts'
import { dayOf } from './open-incident.ts'
import { pictureBytesMax, pictureType } from './picture.ts'
import { withoutMetadata } from './picture-metadata.ts'

/** A crew that presses its button needs others at once: the public rules' kind for that, at the highest priority. */
const emergencyCategory = 'urgent-help'

export type EmergencyRaised = {
  /** The same for the same press of the same button. */
  readonly commandId: CommandId
  readonly callSign: string
  readonly agency: AgencyPath
  readonly at: Instant
  readonly lon: number
  readonly lat: number
  /** Whether the place is the unit's own; else it is only where its people belong. */
  readonly isPlaced: boolean
}

/** The incident that a unit's call for help becomes; undefined where the agency has no such kind of incident. */
export async function raiseEmergency(deps: HandlerDeps, raised: EmergencyRaised): Promise<IncidentId | undefined> {
  const { callSign, agency, lon, lat, isPlaced } = raised
  const spoken = isPlaced ? await deps.spokenPlace(lon, lat) : undefined
  const at = deps.now()
  const id = deps.newId()
  const outcome = await deps.journal.act({ id: raised.commandId, actor: system, at }, async (tx): Promise<{ answer: { id: string } } | Refused> => {
    const category = await deps.facts.category(tx, emergencyCategory)
    if (!category) return refuse('category-not-found', { category: emergencyCategory })
    const day = dayOf(at, deps.timeZone())
    const number = await deps.facts.nextNumber(tx, day)
    const decision = open(
      {
        id,
        agency,
        day,
        number,
        category: category.id,
        priority: 1,
        lon,
        lat,
        place: isPlaced ? (spoken?.text ?? '') : '位置未知',
        placeEn: isPlaced ? (spoken?.textEn ?? '') : 'place unknown',
        summary: `${callSign} 紧急报警`,
        reporter: null,
        phone: null,
        answers: {},
      },
      at,
    )
    if (isRefused(decision)) return decision
    tx.append(`incident/${id}`, agency, decision.events)
    return { answer: { id } }
  })
  return isRefused(outcome) ? undefined : outcome.answer.id
}

/** The terminal in the car says that it has read the order out. It says nothing of whether anybody listened: that is theirs to acknowledge. */
export async function noteOrderSpoken(
  deps: HandlerDeps,
  { assignment, incident, unit }: { readonly assignment: AssignmentId; readonly incident: IncidentId; readonly unit: UnitId },
): Promise<void> {
  const at = deps.now()
  await deps.journal.act({ id: `order-spoken/${assignment}`, actor: system, at }, async (tx): Promise<{ answer: object } | Refused> => {
    const state = await tx.load(`incident/${incident}`, story)
    const present = state.assignments.find(({ id }) => id === assignment)
    if (!present) return refuse('assignment-not-found')
    const event: DispatchEvent = { type: 'order-spoken', at, assignment, unit }
    tx.append(`incident/${incident}`, state.agency, [event])
    return { answer: {} }
  })
}

/** What the crew hears: what, where, and what is known; never who reported. */
export function orderInWords({ category, categoryEn, incident }: { readonly category: string; readonly categoryEn: string; readonly incident: IncidentView }, language: 'zh' | 'en'): string {
  const { number, place, placeEn, summary } = incident
  const said = (...parts: string[]) => parts.map((part) => part.trim()).filter(Boolean)
  return language === 'zh'
    ? `指令${number}号：${said(category, place, summary).join('，')}。请签收。`.slice(0, 200)
    : `Order ${number}: ${said(categoryEn, placeEn || place, summary).join(', ')}. Please acknowledge.`.slice(0, 400)
}

/** Put a terminal's picture into the log of the incident that its unit is on. False: it could not be kept now. */
export async function addTerminalPicture(
  deps: HandlerDeps & Pick<DispatchDeps, 'pictures' | 'liveUnits'>,
  { unit, device, media, bytes: sent }: { readonly unit: UnitId; readonly device: string; readonly media: string; readonly bytes: Uint8Array },
): Promise<boolean> {
  const incident = deps.liveUnits().find(({ id }) => id === unit)?.incident
  const mediaType = media === 'picture' ? pictureType(sent) : undefined
  // Without an incident there is nothing that it belongs to, and sent again it would be no better.
  if (!incident || !mediaType || sent.length > pictureBytesMax) return true
  const bytes = withoutMetadata(sent)
  const { sha256 } = await deps.pictures.save(bytes)
  const at = deps.now()
  const outcome = await deps.journal.act({ id: `terminal-picture/${device}/${incident}/${sha256}`, actor: system, at }, async (tx): Promise<{ answer: object } | Refused> => {
    const state = await tx.load(`incident/${incident}`, story)
    const event: DispatchEvent = { type: 'picture-added', at, picture: deps.newId(), mediaType, bytes: bytes.length, sha256, caption: '' }
    tx.append(`incident/${incident}`, state.agency, [event])
    return { answer: {} }
  })
  return !isRefused(outcome)
}
