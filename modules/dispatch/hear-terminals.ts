/** What comes from the terminals in the cars: a call for help, a picture, and that an order has been read out. */
import { system } from '#kernel/actor.ts'
import { isRefused, refuse, sentence, type Refused } from '#kernel/decision.ts'
import type { AgencyPath, AssignmentId, CommandId, IncidentId, Instant, UnitId } from '#kernel/names.ts'
import type { DispatchEvent, IncidentView } from './contract.ts'
import type { DispatchDeps, HandlerDeps } from './deps.ts'
import { changeAssignment } from './assignment.ts'
import { callForHelp } from './call-for-help.ts'
import { incident as story } from './incident.ts'
import { pictureBytesMax, pictureType } from './picture.ts'
import { withoutMetadata } from './picture-metadata.ts'
import { refusals } from './refusals.ts'
import { madeAtOf, placeOf } from './report.ts'

export type EmergencyRaised = {
  /** The same for the same press of the same button. */
  readonly commandId: CommandId
  readonly unit: UnitId
  readonly callSign: string
  readonly agency: AgencyPath
  /** When the terminal says that it was pressed. */
  readonly at: Instant
  /** Where the terminal itself was. */
  readonly place: { readonly lon: number; readonly lat: number } | undefined
}

/** The incident that the button of a unit's terminal becomes, or became; undefined where there is no kind of incident at all. */
export async function raiseEmergency(deps: HandlerDeps & Pick<DispatchDeps, 'liveUnits' | 'middleOfTown'>, raised: EmergencyRaised, language: 'zh' | 'en'): Promise<IncidentId | undefined> {
  const { callSign, agency, unit } = raised
  const live = deps.liveUnits().find(({ id }) => id === unit)
  // A call that nobody can place is heard all the same: the crew has a radio.
  const point = placeOf(raised.place ?? {}, live, await deps.findAgency(agency), deps.middleOfTown(), 'terminal')
  const spoken = point.from === 'terminal' ? await deps.spokenPlace(point.lon, point.lat) : undefined
  const at = deps.now()
  const id = deps.newId()
  // A clock that was never set must not make a call for help too old to be heard.
  const said = madeAtOf(raised.at, at)
  const madeAt = said === 'too-old' ? at : said
  const summary = language === 'zh' ? `${callSign} 紧急报警` : `${callSign}: emergency button`
  const outcome = await deps.journal.act({ id: raised.commandId, actor: system, at }, (tx) =>
    callForHelp(deps, tx, { id, agency, unit, by: system.account, means: 'terminal', madeAt, point, spoken, summary }, at),
  )
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

/**
 * The crew acknowledges an order on the terminal in its car: by the same rule as on a phone, once.
 *
 * @returns undefined; or, of an order that is no more, what to say to the crew
 */
export async function acknowledgeOnTerminal(
  deps: HandlerDeps,
  { commandId, assignment, incident, unit }: { readonly commandId: CommandId; readonly assignment: AssignmentId; readonly incident: IncidentId; readonly unit: UnitId },
  language: 'zh' | 'en',
): Promise<string | undefined> {
  const at = deps.now()
  const outcome = await deps.journal.act({ id: commandId, actor: system, at }, async (tx): Promise<{ answer: object } | Refused> => {
    const state = await tx.load(`incident/${incident}`, story)
    if (state.assignments.find(({ id }) => id === assignment)?.unit !== unit) return refuse('assignment-not-found')
    const decision = changeAssignment(state, assignment, { state: 'acknowledged', note: '', by: 'crew' }, at)
    if (isRefused(decision)) return decision
    tx.append(`incident/${incident}`, state.agency, decision.events.map((event): DispatchEvent => (event.type === 'assignment-changed' ? { ...event, means: 'terminal' } : event)))
    return { answer: {} }
  })
  return isRefused(outcome) ? sentence(refusals, outcome, language) : undefined
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
