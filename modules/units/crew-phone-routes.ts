/** An officer's own phone over HTTP. */
import { Type } from 'typebox'
import { CommandIdOf, Nothing } from '#kernel/contract.ts'
import { isRefused, refuse } from '#kernel/decision.ts'
import { route } from '#platform/http/route.ts'
import { CrewPhone, JustCommand, PairedCrewPhone } from './contract.ts'
import { findCrewPhone, pairCrewPhone, removeCrewPhone } from './crew-phone.ts'
import type { UnitsDeps } from './deps.ts'
import type { Device } from './device.ts'

const units = route<UnitsDeps>()

const viewOf = async (deps: UnitsDeps, device: Device): Promise<CrewPhone> => ({
  label: device.label,
  registeredAt: device.registeredAt,
  lastSeenAt: (await deps.beside.statuses([device])).of(device.number).seenAt,
})

export const crewPhoneRoutes = [
  units({
    method: 'GET',
    path: '/api/units/mine/phone',
    summary: 'The caller’s own phone that reports in the background for the unit in which the caller sits.',
    access: ['officer'],
    schema: {},
    replies: { 200: CrewPhone },
    async handle(deps, { actor }) {
      const phone = findCrewPhone(deps, actor)
      return phone ? { status: 200, body: await viewOf(deps, phone) } : refuse('device-not-found')
    },
  }),
  units({
    method: 'POST',
    path: '/api/units/mine/phone',
    summary: 'Pair the caller’s own phone with the unit in which the caller sits, until the caller leaves it. The key is shown once.',
    access: ['officer'],
    schema: { body: JustCommand },
    replies: { 201: PairedCrewPhone },
    async handle(deps, { actor, body }) {
      const paired = await pairCrewPhone(deps, actor, body.commandId)
      return isRefused(paired) ? paired : { status: 201, body: { ...(await viewOf(deps, paired.device)), key: paired.key ?? '', path: '/api/units/osmand' } }
    },
  }),
  units({
    method: 'DELETE',
    path: '/api/units/mine/phone',
    summary: 'Hear no more of the caller’s own phone.',
    access: ['officer'],
    schema: { querystring: Type.Object({ commandId: Type.Optional(CommandIdOf) }) },
    replies: { 204: Nothing },
    async handle(deps, { actor, querystring }) {
      return (await removeCrewPhone(deps, actor, querystring.commandId ?? deps.newId())) ?? { status: 204, body: null }
    },
  }),
]
