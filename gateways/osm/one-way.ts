/** Which ways round a road is open. wiki.openstreetmap.org/wiki/Key:oneway. */
import type { Tags } from './pbf.ts'

/** `implied`: by what the road is (a roundabout, a motorway) or by what nobody can know (a tidal lane), not by a sign. */
export type Directions = { readonly along: boolean; readonly against: boolean; readonly implied: boolean }

/** What the value of a one-way tag opens; undefined for a value that we do not know. */
function opened(value: string | undefined): { readonly along: boolean; readonly against: boolean } | undefined {
  switch (value) {
    case 'yes':
    case 'true':
    case '1':
      return { along: true, against: false }
    case '-1':
    case 'reverse':
      return { along: false, against: true }
    case 'no':
    case 'false':
    case '0':
      return { along: true, against: true }
    case 'reversible': // open the other way at other hours; nobody can count on either
    case 'alternating':
      return { along: false, against: false }
    default:
      return undefined
  }
}

/** The tags that concern somebody, spelled once. */
export type OneWayKeys = { readonly own: readonly string[]; readonly admitted: readonly (readonly [sign: string, lane: string])[]; readonly asBus: boolean }

/**
 * @param names     what the traveller is called, the most general first: `oneway:<name>` says more than `oneway`
 * @param admitted  whose exceptions are the traveller's too; what restricts only them does not restrict the traveller
 */
export const oneWayKeys = (names: readonly string[], admitted: readonly string[]): OneWayKeys => ({
  own: names.map((name) => `oneway:${name}`),
  admitted: admitted.map((name) => [`oneway:${name}`, `${name}:backward`]),
  asBus: admitted.includes('bus'),
})

/** One-way rules. A roundabout and a motorway are one-way unless they say otherwise. */
export function directionsOf(tags: Tags, { own, admitted, asBus }: OneWayKeys): Directions {
  const byKind = tags.junction === 'roundabout' || tags.junction === 'circular' || tags.highway === 'motorway'
  let found = opened(tags.oneway)
  for (const key of own) found = opened(tags[key]) ?? found
  let { along, against } = found ?? { along: true, against: !byKind }
  const implied = (byKind && !(along && against)) || !(along || against)
  for (const [sign, lane] of admitted) {
    const also = opened(tags[sign])
    along ||= also?.along ?? false
    against ||= (also?.against ?? false) || opensAgainst(tags[lane])
  }
  if (asBus && (isOpposite(tags.busway) || isOpposite(tags['busway:left']) || isOpposite(tags['busway:right']))) against = true
  return { along, against, implied }
}

const opensAgainst = (value: string | undefined) => value === 'yes' || value === 'designated'
export const isOpposite = (value: string | undefined): boolean => value?.startsWith('opposite') ?? false
