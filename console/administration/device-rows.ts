/** What the list of devices says of each. */
import type { DeviceView, StrangerView, TerminalPorts } from '#modules/units/contract.ts'

export type Condition = 'online' | 'silent' | 'never'
export const conditionOf = ({ lastSeenAt, status }: Pick<DeviceView, 'lastSeenAt' | 'status'>): Condition => (status.online ? 'online' : lastSeenAt === null ? 'never' : 'silent')
export const tonesOfCondition = { online: 'free', silent: 'busy', never: 'rest' } as const

/** Seconds since an instant; a clock that runs behind the server's makes nothing younger than now. */
export const ageOf = (at: number, now: number): number => Math.max(0, (now - at) / 1000)

/** A clock so far off makes places look old, or refused. What travels takes some seconds. */
export const skewIsLarge = (skewMs: number): boolean => Math.abs(skewMs) > 30_000

/** The ports on which terminals are heard. */
export const openPorts = (ports: TerminalPorts): { readonly protocol: string; readonly port: number }[] =>
  Object.entries(ports).flatMap(([protocol, port]) => (port === null ? [] : [{ protocol, port }]))

/** Rows as they stand, each as it is now; those that are gone are left out. */
export function merged(rows: readonly DeviceView[], present: readonly DeviceView[]): readonly DeviceView[] {
  const byId = new Map(present.map((device) => [device.id, device]))
  return rows.flatMap(({ id }) => byId.get(id) ?? [])
}

/** Who came last first; nobody’s next knock moves anybody. @param held  those that stay where they are; who comes meanwhile waits */
export function strangersInOrder(strangers: readonly StrangerView[], held?: readonly StrangerView[]): readonly StrangerView[] {
  if (!held) return strangers.toSorted((a, b) => b.firstAt - a.firstAt || (a.id < b.id ? -1 : 1))
  const byId = new Map(strangers.map((stranger) => [stranger.id, stranger]))
  return held.flatMap(({ id }) => byId.get(id) ?? [])
}
