/** Whom a call can be made to from the console, from where it starts. Pure. */
import { lineWithFewerCorners } from '#core/geo/rings.ts'
import type { BroadcastReach, BroadcastView } from '#modules/messages/contract.ts'
import { ringsOf } from '../command/fence-draft.ts'
import type { FenceOutline } from '#modules/patrol/contract.ts'
import type { Grant } from '#kernel/actor.ts'
import { isWithin } from '#kernel/actor.ts'
import type { AnyBroadcast } from '#ui/messages/inbox-state.ts'
import type { Place } from '#ui/map/things.ts'

/** One choice of the form. `widens`: there is a next ring. */
export type Reach = { readonly value: string; readonly label: string; readonly asked: BroadcastReach; readonly widens: boolean }

/** As `useTranslation('messages')` gives them. */
type Words = (key: string, params?: Record<string, unknown>) => string

const minutes = [3, 5, 10, 15, 30] as const
const kilometers = [1, 2, 5, 10] as const
export const usualReach = 'm5'

/** By road, or as the crow flies, around an incident or a place. */
export const reachesAround = (place: Pick<BroadcastReach, 'incident' | 'lon' | 'lat'>, t: Words): Reach[] => [
  ...minutes.map((count): Reach => ({ value: `m${count}`, label: t('broadcast.minutes', { count }), asked: { ...place, minutes: count }, widens: true })),
  ...kilometers.map((count): Reach => ({ value: `k${count}`, label: t('broadcast.kilometers', { count }), asked: { ...place, kilometers: count }, widens: false })),
]

/** Everybody inside what was drawn. A hole is no way out of a call: only the outer ring counts. */
export function reachInside(outline: FenceOutline, t: Words): Reach {
  const asked: BroadcastReach =
    outline.type === 'Point'
      ? { lon: outline.coordinates[0]!, lat: outline.coordinates[1]!, kilometers: Math.max(0.1, outline.radiusMeters / 1000) }
      : { area: ringsOf(withinReach(outline))[0]!.slice(0, -1).map((place) => [...place]) }
  return { value: 'area', label: t('broadcast.drawn'), asked, widens: false }
}

/** A call has a ring of 500 corners at most; of a route with more places than this the least are left out. */
const placesMax = 48
const withinReach = (outline: FenceOutline): FenceOutline =>
  outline.type === 'LineString' ? { ...outline, coordinates: lineWithFewerCorners(outline.coordinates.map(([lon, lat]) => [lon!, lat!] as const), placesMax, Infinity)!.map((place) => [...place]) } : outline

/** So many characters of a call stand on the map. */
const nameMax = 16

/** What is drawn on the map of calls that are not over: areas, and circles around a place. Fences and incidents are there anyway. */
export const areasOfCalls = (broadcasts: Iterable<AnyBroadcast>): { readonly id: string; readonly name: string; readonly rings: number[][][] }[] =>
  [...broadcasts].flatMap(({ id, endedAt, area, incident, fence, kilometers, lon, lat, text }) => {
    if (endedAt !== null) return []
    const name = text.length > nameMax ? `${text.slice(0, nameMax)}…` : text
    if (area) return [{ id, name, rings: [[...area, area[0]!]] }]
    if (kilometers === null || incident !== null || fence || lon === null || lat === null) return []
    return [{ id, name, rings: ringsOf({ type: 'Point', coordinates: [lon, lat], radiusMeters: kilometers * 1000 }) }]
  })

/** What the panel was opened for: a place on the map, a fence, what was drawn, or nothing yet. */
export type CallStart = { readonly from: 'place'; readonly at: Place | null } | { readonly from: 'fence'; readonly fence: string } | { readonly from: 'area' } | { readonly from: 'agency' }

export function readCall(text: string): CallStart {
  const [, what, rest = ''] = /^call-(at|fence|area)-?(.*)$/.exec(text) ?? []
  const [lon, lat] = rest.split(',').map(Number)
  if (what === 'at') return { from: 'place', at: Math.abs(lon!) <= 180 && Math.abs(lat!) <= 90 ? [lon!, lat!] : null }
  if (what === 'fence') return { from: 'fence', fence: rest }
  return what === 'area' ? { from: 'area' } : { from: 'place', at: null }
}
export const callAt = ([lon, lat]: Place) => `call-at-${lon.toFixed(5)},${lat.toFixed(5)}`
export const callInFence = (fence: string) => `call-fence-${fence}`
export const callInArea = 'call-area'

/**
 * Calls to which too few came and of which nobody took note: told to who sent it and to the desks of its agency; when they
 * take no note, to those above too.
 */
export const shortCalls = (broadcasts: Iterable<AnyBroadcast>, me: { readonly account: string; readonly grants: readonly Grant[] }): BroadcastView[] =>
  [...broadcasts]
    .filter((view): view is BroadcastView => view.recipients !== undefined)
    .filter(({ shortAt, escalatedAt, seenAt, endedAt, yes, enoughYes, agency, sender }) => {
      if (shortAt === null || seenAt !== null || endedAt !== null || yes >= enoughYes) return false
      return escalatedAt !== null || isOwnCall({ sender, agency }, me)
    })
    .sort((a, b) => a.sentAt - b.sentAt)
/** Sent by oneself, or from the agency that one leads; else it is told from below. */
export const isOwnCall = ({ sender, agency }: Pick<BroadcastView, 'sender' | 'agency'>, me: { readonly account: string; readonly grants: readonly Grant[] }): boolean =>
  sender === me.account || me.grants.some((grant) => leading.has(grant.role) && grant.agency === agency)
const leading: ReadonlySet<string> = new Set(['dispatcher', 'commander'])

/** Whether an escalated call of this agency is told to somebody: whoever leads above it. Its own desks heard that it was short. */
export const isEscalatedTo = (grants: readonly Grant[], agency: string): boolean => grants.some((grant) => leading.has(grant.role) && grant.agency !== agency && isWithin(agency, grant.agency))

/** Whether a call is one's own to take note of. */
export const mayLead = (grants: readonly Grant[], agency: string): boolean => grants.some((grant) => leading.has(grant.role) && isWithin(agency, grant.agency))
