/** Fences go to the terminals that keep them, by themselves: when they change, when their hours are over, when a terminal comes with an older set. */
import { createHash } from 'node:crypto'
import { areaCommands, areasOf, type AreaFence } from '#gateways/jt808/areas.ts'
import type { Instant } from '#kernel/names.ts'
import type { UnitsDeps } from './deps.ts'
import type { Downlink } from './downlink.ts'
import { mustTell, noFences } from './terminal-fences.ts'
import { fencesAreHeld, fencesFailed, fencesHeld, tellFences, type FenceSet } from './terminal-fences-store.ts'

/** Of terminals that come back all at once so many are looked at in a round, and so many begin to be told: a round is a second. */
const looksMax = 500
const beginningsMax = 20

export type TerminalFences = {
  /** These may hold an older set. */
  look(devices: Iterable<number>): void
  /** One round. True where somebody is to be told something. */
  round(isHere: (device: number) => boolean): Promise<boolean>
  /** A terminal answered a part of a set. */
  answered(part: Downlink, isDone: boolean): Promise<void>
  /** It did not, for too long. */
  unanswered(part: Downlink): Promise<void>
}

export function terminalFences(deps: Pick<UnitsDeps, 'db' | 'devices' | 'now' | 'fenceSet'>): TerminalFences {
  const { db, devices, now } = deps
  const waiting = new Set<number>()
  /** When the hours of a terminal's set are over. */
  const renewals = new Map<number, Instant>()

  return {
    look(numbers) {
      for (const number of numbers) waiting.add(number)
    },
    async round(isHere) {
      for (const [number, at] of renewals) {
        if (at > now()) continue
        renewals.delete(number)
        waiting.add(number)
      }
      const looked = [...waiting].slice(0, looksMax)
      for (const number of looked) waiting.delete(number)
      const here = looked.flatMap((number) => {
        const device = devices.byNumber(number)
        return device && isHere(number) ? [device] : [] // who is not here is looked at when it comes
      })
      if (here.length === 0) return false
      const known = await fencesHeld(db, here.map(({ number }) => number))
      let begun = 0
      for (const device of here) {
        const { number } = device
        const set = deps.fenceSet(device)
        if (set.renewAt !== null) renewals.set(number, set.renewAt)
        if (!mustTell(known.get(number), set.digest, now())) continue
        if (begun === beginningsMax) waiting.add(number)
        else if (await db.transaction((sql) => tellFences(sql, number, set, now()))) begun++
      }
      return begun > 0
    },
    async answered({ device, command }, isDone) {
      if (command.type !== 'area' || command.series === undefined) return
      // Some refuse to delete where there is nothing.
      const isRefused = !isDone && (command.message as { type?: string }).type !== 'delete-areas'
      if (isRefused) await fencesFailed(db, device, command.series, 'refused', now())
      else if (command.isLast) await fencesAreHeld(db, device, command.series, now())
    },
    async unanswered({ device, command }) {
      if (command.type === 'area' && command.series !== undefined) await fencesFailed(db, device, command.series, 'unanswered', now())
    },
  }
}

/** The set that makes a terminal keep these fences and no others. */
export function fenceSetOf(fences: readonly AreaFence[], at: Instant, timeZone: string): FenceSet {
  const areas = areasOf(fences.toSorted((a, b) => (a.id < b.id ? -1 : 1)), { at, timeZone })
  const count = areas.circles.length + areas.rectangles.length + areas.polygons.length + areas.routes.length
  const messages = areaCommands(areas)
  const digest = count === 0 ? noFences : createHash('sha256').update(JSON.stringify(messages)).digest('hex').slice(0, 32)
  // What says stays only is watched here; it is not the terminal that cannot keep it.
  const leftOut = areas.refused.filter(({ because }) => because !== 'area-tells-nothing').length
  return { digest, count, leftOut, messages, renewAt: areas.renewAt }
}
