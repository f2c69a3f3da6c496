/** Everything the simulator asks of the server, each through the public door that a real one would use. */
import { randomUUID } from 'node:crypto'
import type { AskedState, IncidentView, RecommendationItem } from '#modules/dispatch/contract.ts'
import type { MemberView } from '#modules/organisation/contract.ts'
import type { RouteView } from '#modules/roads/contract.ts'
import type { NewPosition, PositionsTaken, UnitView } from '#modules/units/contract.ts'
import type { Static } from 'typebox'
import type { Call } from './call.ts'
import type { Answer, Client } from './client.ts'
import type { WayWanted } from './crew.ts'

export type Press = Static<typeof AskedState>
export type Fix = Static<typeof NewPosition>

export type Doors = {
  units(): Promise<Answer<readonly UnitView[]>>
  /** Every incident that is not closed. */
  openIncidents(): Promise<Answer<readonly IncidentView[]>>
  /** Ids of members by staff number, where the desk may see them. */
  members(): Promise<Answer<ReadonlyMap<string, string>>>
  startShift(unit: string, crew: readonly string[]): Promise<Answer<unknown>>
  open(call: Call): Promise<Answer<{ readonly id: string }>>
  recommendation(incident: string, limit: number): Promise<Answer<readonly RecommendationItem[]>>
  assign(incident: string, unit: string): Promise<Answer<{ readonly id: string }>>
  /** By the crew's own account, or — where it has none of ours — by the desk on its behalf, as after a call on the radio. */
  press(callSign: string, assignment: string, state: Press, note?: string): Promise<Answer<unknown>>
  close(incident: string, outcome: string): Promise<Answer<unknown>>
  way(wanted: WayWanted): Promise<Answer<RouteView>>
  report(positions: readonly Fix[]): Promise<Answer<Static<typeof PositionsTaken>>>
}

/**
 * Doors over HTTP.
 *
 * @param officers  clients by call sign; a missing one is answered for by the desk
 */
export function httpDoors(options: { desk: Client; terminals: Client; officers: ReadonlyMap<string, Client> }): Doors {
  const { desk, terminals, officers } = options
  const command = () => ({ commandId: randomUUID() }) // every intent is its own command; the client's repeats keep it
  const items = async <T>(answer: Promise<Answer<{ items: readonly T[] }>>): Promise<Answer<readonly T[]>> => {
    const got = await answer
    return got.ok ? { ...got, body: got.body.items } : got
  }
  return {
    units: () => items(desk.get('/api/units')),
    async openIncidents() {
      const all: IncidentView[] = []
      let after: string | null = null
      do {
        const page: Answer<{ items: IncidentView[]; next: string | null }> = await desk.get(
          `/api/dispatch/incidents?status=open&limit=200${after ? `&after=${after}` : ''}`,
        )
        if (!page.ok) return page
        all.push(...page.body.items)
        after = page.body.next
      } while (after)
      return { ok: true, status: 200, body: all }
    },
    async members() {
      const got = await items(desk.get<{ items: readonly MemberView[] }>('/api/organisation/members'))
      return got.ok ? { ...got, body: new Map(got.body.map((member) => [member.staffNumber, member.id])) } : got
    },
    startShift: (unit, crew) => desk.post(`/api/units/${unit}/shift`, { ...command(), crew }),
    open: (call) =>
      desk.post('/api/dispatch/incidents', {
        ...command(),
        category: call.category,
        priority: call.priority,
        lon: call.lon,
        lat: call.lat,
        ...(call.place ? { place: call.place } : {}),
        summary: call.summary,
      }),
    recommendation: (incident, limit) => items(desk.get(`/api/dispatch/incidents/${incident}/recommendation?limit=${limit}`)),
    assign: (incident, unit) => desk.post(`/api/dispatch/incidents/${incident}/assignments`, { ...command(), unit }),
    press: (callSign, assignment, state, note) =>
      (officers.get(callSign) ?? desk).post(`/api/dispatch/assignments/${assignment}/state`, { ...command(), state, ...(note ? { note } : {}) }),
    close: (incident, outcome) => desk.post(`/api/dispatch/incidents/${incident}/close`, { ...command(), outcome }),
    way: ({ from, to, mode }) =>
      desk.get(`/api/roads/route?fromLon=${from[0]}&fromLat=${from[1]}&toLon=${to[0]}&toLat=${to[1]}&mode=${mode}`),
    report: (positions) => terminals.post('/api/units/positions', { positions }),
  }
}
