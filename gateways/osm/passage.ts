/** What a point on the road does to those who pass: gates, bollards, signals. wiki.openstreetmap.org/wiki/Key:barrier. */
import type { Tags } from './pbf.ts'
import { permissionFor, permissionOf, type DirectedKey } from './permission.ts'
import type { Profile, VehicleProfile } from './profile.ts'

export type Passage = { readonly blocked: boolean; readonly delayMs: number }
const FREE: Passage = { blocked: false, delayMs: 0 }
const BLOCKED: Passage = { blocked: true, delayMs: 0 }

const gates = new Set(['gate', 'lift_gate', 'swing_gate', 'sliding_gate', 'sliding_beam', 'hampshire_gate', 'wicket_gate', 'toll_booth', 'border_control', 'checkpoint', 'bump_gate', 'security_control', 'chain'])
const noHindrance = new Set(['entrance', 'cattle_grid', 'kerb', 'height_restrictor', 'no', 'sump_buster'])
/** What a two-wheeler slips through and a car does not. */
const narrow = new Set(['bollard', 'cycle_barrier', 'motorcycle_barrier', 'block', 'planter', 'jersey_barrier', 'bus_trap', 'chain'])

/** Whether a vehicle gets past a node, and how long it takes. */
export function vehiclePassage(tags: Tags, vehicle: VehicleProfile, keys: readonly DirectedKey[], names: readonly string[]): Passage {
  const isAdmitted = tags.emergency !== 'no' && vehicle.openedBy.some((key) => permissionOf(tags[key], [key]) === 'open')
  const permission = isAdmitted && !isStop(tags) ? 'open' : permissionFor(tags, keys, names, undefined)?.permission
  const { barrier } = tags
  if (barrier && !noHindrance.has(barrier)) {
    const slipsThrough =
      vehicle.asBicycleKmh > 0 && narrow.has(barrier) && barrier !== 'motorcycle_barrier' &&
      permissionOf(tags.bicycle, ['bicycle']) !== 'closed' && (tags.bicycle !== undefined || permissionOf(tags.access, names) !== 'closed')
    if (tags.locked === 'yes' && permission !== 'open') return BLOCKED
    if (permission === 'closed') return slipsThrough ? { blocked: false, delayMs: vehicle.gateMs } : BLOCKED
    if (barrier === 'toll_booth') return { blocked: false, delayMs: vehicle.tollMs }
    if (gates.has(barrier)) return { blocked: false, delayMs: permission === 'slowly' ? vehicle.privateGateMs : vehicle.gateMs }
    // bollards, blocks, stiles, turnstiles: closed unless somebody says that such vehicles pass
    return permission === 'open' || slipsThrough ? { blocked: false, delayMs: vehicle.gateMs } : BLOCKED
  }
  // at a crossing or a level crossing such tags are about those who cross
  if (permission === 'closed' && !tags.highway && !tags.railway) return BLOCKED
  if (tags.highway === 'traffic_signals' || tags.crossing === 'traffic_signals') return { blocked: false, delayMs: vehicle.signalMs }
  return tags.railway === 'level_crossing' ? { blocked: false, delayMs: vehicle.levelCrossingMs } : FREE
}

/** "bus=yes" at a stop says which vehicles halt there. */
export const isStop = (tags: Tags): boolean => tags.public_transport !== undefined || tags.highway === 'bus_stop' || tags.highway === 'platform' || tags.railway === 'platform'

const footStops = new Set(['fence', 'wall', 'hedge', 'debris', 'city_wall', 'retaining_wall'])

/** Whether somebody on foot gets past a node. Walls and what forbids walking stop them, little else does. */
export function footPassage(tags: Tags, foot: Profile['foot']): Passage {
  const own = permissionOf(tags.foot, ['foot'])
  if (tags.barrier === undefined) {
    if (own === 'closed' && !tags.highway && !tags.railway) return BLOCKED
    return tags.highway === 'traffic_signals' || tags.crossing === 'traffic_signals' ? { blocked: false, delayMs: foot.signalMs } : FREE
  }
  const pass = { blocked: false, delayMs: gates.has(tags.barrier) ? foot.gateMs : 0 }
  if (own === 'open') return pass
  if (own === 'closed' || tags.locked === 'yes' || footStops.has(tags.barrier)) return BLOCKED
  return own === undefined && permissionOf(tags.access, ['foot']) === 'closed' ? BLOCKED : pass
}
