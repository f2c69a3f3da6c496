/**
 * What the watch room knows: incidents, units, the town; kept true by the live socket. Lives outside React, so that
 * a position a second of two hundred units draws nothing but the map.
 *
 * It starts by asking for changes after a position nobody has reached: the server answers with a reset to its newest
 * one, the lists are fetched after that, and what comes meanwhile is kept and applied on top. Views replace by id, so
 * hearing something twice does no harm.
 */
import { api, Problem } from '#ui/client.ts'
import { noteServerTime, serverNow } from '#ui/clock.ts'
import { connectLive, type Live, type LiveStatus } from '#ui/live.ts'
import { frameReader, toTenth, type FrameChanges } from '#ui/map/frames.ts'
import { glideTo, type Glide } from '#ui/map/glide.ts'
import { courseOf } from '#ui/map/things.ts'
import { setTimeZone } from '#ui/use-format.ts'
import type { CategoryView, IncidentView } from '#modules/dispatch/contract.ts'
import type { FenceView } from '#modules/patrol/contract.ts'
import type { ClosureView } from '#modules/roads/contract.ts'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { TownView } from '#modules/town/contract.ts'
import { staleSeconds, type StandingAlarmView, type UnitAlarmsView, type UnitView } from '#modules/units/contract.ts'
import type { ChangesMessage } from '#platform/live/contract.ts'
import { readAhead } from './name-index.ts'
import { unitOrder } from './unit-groups.ts'
import { closedMax, withViews, type Gone } from './with-views.ts'

export type RoomState = {
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly problem: unknown
  readonly town: TownView | null
  readonly categories: readonly CategoryView[]
  readonly agencies: readonly AgencyView[]
  readonly incidents: ReadonlyMap<string, IncidentView>
  readonly units: ReadonlyMap<string, UnitView>
  /** Roads that are closed now. */
  readonly closures: ReadonlyMap<string, ClosureView>
  /** Electronic fences in use. */
  readonly fences: ReadonlyMap<string, FenceView>
  /** Alarms of devices, by their unit; units without any are not in it. */
  readonly deviceAlarms: ReadonlyMap<string, UnitAlarmsView>
  readonly live: LiveStatus | null
}

export type LiveEntry = ChangesMessage['entries'][number]

export type Room = {
  readonly get: () => RoomState
  readonly subscribe: (listener: () => void) => () => void
  /** By the unit's handle. Changes without telling React. */
  readonly glides: ReadonlyMap<number, Glide>
  /** All units by call sign: the same list until one is another. */
  readonly unitsInOrder: () => readonly UnitView[]
  readonly onMoved: (listener: () => void) => () => void
  /** Hear what is written to the journal, as it comes. */
  readonly onEntries: (listener: (entries: readonly LiveEntry[], before: RoomState) => void) => () => void
  /** Hear the views that come, for lists of another room's; undefined: fetch them anew. */
  readonly onViews: (listener: (changes: ChangesMessage | undefined) => void) => () => void
  /** Put in a view that an answer carried, before the socket brings it. */
  readonly putIncident: (incident: IncidentView) => void
  readonly looksAt: (bounds: readonly [number, number, number, number]) => void
  readonly retry: () => void
  readonly start: () => () => void
}

const nobodyHasReached = Number.MAX_SAFE_INTEGER
/** Up to so many units the whole town's positions are followed, and lists show ages that are true off the screen too. */
const followAllMax = 500
const everywhere = [-180, -85, 180, 85] as const
const frameMs = 1000

/** A list that is not for this account is empty; anything else that went wrong goes on. */
const noneOf = (thrown: unknown): never[] => {
  if (thrown instanceof Problem && (thrown.status === 403 || thrown.status === 404)) return []
  throw thrown
}
const nothingOfIt = (thrown: unknown): { items: never[] } => ({ items: noneOf(thrown) })

const empty: RoomState = {
  phase: 'loading', problem: null, town: null, categories: [], agencies: [], incidents: new Map(), units: new Map(), closures: new Map(), fences: new Map(), deviceAlarms: new Map(), live: null,
}

export function createRoom(): Room {
  let state = empty
  let live: Live | undefined
  let waiting: ChangesMessage[] | undefined = [] // while the lists are being fetched
  let view: readonly [number, number, number, number] = everywhere
  let fetching: AbortController | undefined
  let retryTimer = 0
  const glides = new Map<number, Glide>()
  const inOrder = unitOrder()
  const frames = frameReader()
  const unitByHandle = new Map<number, UnitView>()
  const listeners = new Set<() => void>()
  const movedListeners = new Set<() => void>()
  const entryListeners = new Set<(entries: readonly LiveEntry[], before: RoomState) => void>()
  const viewListeners = new Set<(changes: ChangesMessage | undefined) => void>()

  const set = (changes: Partial<RoomState>) => {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }
  const moved = () => {
    for (const listener of movedListeners) listener()
  }

  const tellView = () => live?.setView(state.units.size <= followAllMax ? everywhere : view, frameMs)

  const placeUnit = (unit: UnitView) => {
    unitByHandle.set(unit.handle, unit)
    if (unit.lon === null || unit.lat === null || unit.fixAt === null || unit.state === 'off-duty') {
      glides.delete(unit.handle)
      return
    }
    glides.set(unit.handle, glideTo(glides.get(unit.handle), {
      lon: unit.lon, lat: unit.lat, fixAt: toTenth(unit.fixAt), courseDeg: courseOf(unit.courseDeg, unit.speedKmh), speedKmh: unit.speedKmh, stale: unit.stale,
    }, serverNow()))
  }

  async function load(signal: AbortSignal) {
    const [town, categories, units, incidents, closed, closures, fences, alarms, agencies] = await Promise.all([
      api.get<TownView>('/api/town', { signal }),
      api.get<{ items: CategoryView[] }>('/api/dispatch/categories', { signal }),
      // who may not see one of these lists (auditors no incidents, analysts no units) has the room without it
      api.get<{ items: UnitView[] }>('/api/units', { signal }).catch(nothingOfIt),
      listOpen(signal).catch(noneOf),
      api.get<{ items: IncidentView[] }>(`/api/dispatch/incidents?status=closed&limit=${closedMax}`, { signal }).catch(nothingOfIt),
      api.get<{ items: ClosureView[] }>('/api/roads/closures', { signal }),
      // fences and stations are asked for by everybody; whoever may not see them goes without
      api.get<{ items: FenceView[] }>('/api/patrol/fences', { signal }).catch(nothingOfIt),
      standingAlarms(signal),
      api.get<{ items: AgencyView[] }>('/api/organisation/agencies', { signal }).catch(nothingOfIt),
    ])
    setTimeZone(town.timeZone)
    readAhead(units.items.map(({ callSign }) => callSign))
    unitByHandle.clear()
    for (const unit of units.items) placeUnit(unit)
    for (const handle of glides.keys()) if (!unitByHandle.has(handle)) glides.delete(handle)
    const missed = waiting ?? []
    waiting = undefined
    set({
      phase: 'ready', problem: null, town, agencies: agencies.items,
      categories: categories.items.toSorted((a, b) => a.order - b.order),
      units: new Map(units.items.map((unit) => [unit.id, unit])),
      closures: new Map(closures.items.map((closure) => [closure.id, closure])),
      fences: new Map(fences.items.map((fence) => [fence.id, fence])),
      deviceAlarms: alarms,
      incidents: new Map([...closed.items, ...incidents].map((incident) => [incident.id, incident])),
    })
    for (const changes of missed) apply(changes)
    for (const listener of viewListeners) listener(undefined)
    tellView()
    moved()
  }

  async function standingAlarms(signal?: AbortSignal): Promise<ReadonlyMap<string, UnitAlarmsView>> {
    const { items } = await api.get<{ items: StandingAlarmView[] }>('/api/units/alarms/standing', signal && { signal }).catch(nothingOfIt)
    return new Map([...Map.groupBy(items, ({ unit }) => unit)].map(([id, alarms]) => [id, { id, alarms }]))
  }

  /** What no entry touched was told to nobody while the line was cut. What is told while the answer is on its way is newer than the answer. */
  let toldMeanwhile: Set<string> | undefined
  async function alarmsAnew() {
    const told = (toldMeanwhile = new Set<string>())
    const alarms = await standingAlarms()
    if (waiting || toldMeanwhile !== told) return // the lists, or a later question, bring them
    toldMeanwhile = undefined
    const next = new Map(alarms)
    for (const unit of told) {
      const known = state.deviceAlarms.get(unit)
      if (known) next.set(unit, known)
      else next.delete(unit)
    }
    set({ deviceAlarms: next })
  }

  async function listOpen(signal: AbortSignal): Promise<IncidentView[]> {
    const all: IncidentView[] = []
    let after = ''
    for (let page = 0; page < 20; page++) {
      const answer = await api.get<{ items: IncidentView[]; next?: string | null }>(`/api/dispatch/incidents?status=open&limit=200${after}`, { signal })
      all.push(...answer.items)
      if (!answer.next) break
      after = `&after=${encodeURIComponent(answer.next)}`
    }
    return all
  }

  const fetchLists = () => {
    fetching?.abort()
    window.clearTimeout(retryTimer)
    fetching = new AbortController()
    const { signal } = fetching
    waiting ??= []
    load(signal).catch((thrown: unknown) => {
      if (signal.aborted) return
      if (state.phase !== 'ready') set({ phase: 'failed', problem: thrown })
      // a server that is restarting: what is on the screen stays, and the lists are asked for again
      retryTimer = window.setTimeout(fetchLists, 2000)
    })
  }

  const apply = (changes: ChangesMessage) => {
    if (waiting) {
      waiting.push(changes)
      return
    }
    const before = state
    for (const view of (changes.views['units'] ?? []) as Gone<UnitView>[]) {
      const known = state.units.get(view.id)
      if (!('gone' in view)) placeUnit(view)
      else if (known) {
        unitByHandle.delete(known.handle)
        glides.delete(known.handle)
      }
    }
    for (const { id } of (changes.views['deviceAlarms'] ?? []) as Gone<UnitAlarmsView>[]) toldMeanwhile?.add(id)
    const next = withViews(state, changes.views)
    if (next !== state) set(next)
    if (next.units !== before.units) moved()
    const categoriesChanged = changes.entries.some(({ type }) => type.startsWith('category-'))
    const agenciesChanged = changes.entries.some(({ type }) => type.startsWith('agency-'))
    if (categoriesChanged || agenciesChanged) fetchLists()
    for (const listener of entryListeners) listener(changes.entries, before)
    for (const listener of viewListeners) listener(changes)
  }

  const hearFrame = (bytes: ArrayBuffer) => {
    const frame = read(bytes)
    noteServerTime(frame.serverTime, 300)
    const now = serverNow()
    for (const record of frame.records) {
      if (!unitByHandle.has(record.handle)) continue
      const { lon, lat, fixAt, speedKmh, stale } = record
      glides.set(record.handle, glideTo(glides.get(record.handle), { lon, lat, fixAt, speedKmh, stale, courseDeg: courseOf(record.courseDeg, speedKmh) }, now))
    }
    // Who is in a part of the map that is not looked at any more keeps the last place known, and that grows old.
    for (const handle of frame.gone) glides.delete(handle)
    moved()
  }

  /** What cannot be read is asked for again, whole. */
  const read = (bytes: ArrayBuffer): FrameChanges => {
    try {
      return frames.read(bytes)
    } catch (thrown) {
      live?.setView(null, frameMs)
      tellView()
      throw thrown
    }
  }

  /** Fixes grow old while nothing is heard, also when it is our own connection that is gone. */
  const growOld = () => {
    const now = serverNow()
    let changed = false
    for (const [handle, glide] of glides) {
      const unit = unitByHandle.get(handle)
      if (!unit || glide.stale || now - glide.fixAt <= staleSeconds[unit.kind] * 1000) continue
      glides.set(handle, { ...glide, stale: true })
      changed = true
    }
    if (changed) moved()
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    glides,
    unitsInOrder: () => inOrder(state.units),
    onMoved(listener) {
      movedListeners.add(listener)
      return () => void movedListeners.delete(listener)
    },
    onEntries(listener) {
      entryListeners.add(listener)
      return () => void entryListeners.delete(listener)
    },
    onViews(listener) {
      viewListeners.add(listener)
      return () => void viewListeners.delete(listener)
    },
    putIncident(incident) {
      const known = state.incidents.get(incident.id)
      if (known && known.changedAt > incident.changedAt) return
      set({ incidents: new Map(state.incidents).set(incident.id, incident) })
    },
    looksAt(bounds) {
      // half a screen more on each side: who drives in is there before they are seen
      const width = (bounds[2] - bounds[0]) / 2
      const height = (bounds[3] - bounds[1]) / 2
      view = [Math.max(-180, bounds[0] - width), Math.max(-85, bounds[1] - height), Math.min(180, bounds[2] + width), Math.min(85, bounds[3] + height)]
      if (state.units.size > followAllMax) tellView()
    },
    retry() {
      live?.retryNow()
      fetchLists()
    },
    start() {
      fetchLists()
      live = connectLive({
        after: nobodyHasReached,
        onChanges: apply,
        onReset: fetchLists,
        onFrame: hearFrame,
        onStatus(status) {
          // what no entry touched was told to nobody while the line was cut
          if (status.state === 'live' && state.live?.state === 'lost') {
            for (const listener of viewListeners) listener(undefined)
            alarmsAnew().catch(fetchLists) // which tries again until it is answered
          }
          set({ live: status })
        },
      })
      tellView()
      const aging = window.setInterval(growOld, 1000)
      return () => {
        window.clearInterval(aging)
        window.clearTimeout(retryTimer)
        fetching?.abort()
        live?.close()
        live = undefined
      }
    },
  }
}
