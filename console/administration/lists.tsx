/** The lists that administration shows: fetched when looked at, and again when the journal says that they changed. */
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { AccountView, AgencyView, MemberView } from '#modules/organisation/contract.ts'
import type { BotView, PushAgencyView } from '#modules/messages/contract.ts'
import type { CategoryView } from '#modules/dispatch/contract.ts'
import type { DoubtsView, SpeedsView } from '#modules/roads/contract.ts'
import type { TownView } from '#modules/town/contract.ts'
import type { RetentionView, UnitView } from '#modules/units/contract.ts'
import { api } from '#ui/client.ts'
import { connectLive } from '#ui/live.ts'

type Shapes = {
  readonly agencies: readonly AgencyView[]
  readonly members: readonly MemberView[]
  readonly accounts: readonly AccountView[]
  readonly units: readonly UnitView[]
  readonly deviceCounts: { readonly counts: Readonly<Record<string, number>> }
  readonly categories: readonly CategoryView[]
  readonly bots: readonly BotView[]
  readonly push: readonly PushAgencyView[]
  readonly town: TownView
  readonly speeds: SpeedsView
  readonly doubts: DoubtsView
  readonly retention: RetentionView
}
export type ListName = keyof Shapes

const paths: Readonly<Record<ListName, string>> = {
  agencies: '/api/organisation/agencies',
  members: '/api/organisation/members',
  accounts: '/api/organisation/accounts',
  units: '/api/units',
  deviceCounts: '/api/units/devices/counts',
  categories: '/api/dispatch/categories',
  bots: '/api/messages/bots',
  push: '/api/messages/push/agencies',
  town: '/api/town',
  speeds: '/api/roads/speeds',
  doubts: '/api/roads/doubts',
  retention: '/api/units/retention',
}
/** Those that are one thing and no list. */
const whole: ReadonlySet<ListName> = new Set(['deviceCounts', 'town', 'speeds', 'doubts', 'retention'])

/** Which list a journal stream changes, by the word before the slash. */
const listsOf: Readonly<Record<string, readonly ListName[]>> = {
  agency: ['agencies', 'retention'],
  retention: ['retention'],
  member: ['members'],
  account: ['accounts'],
  unit: ['units'],
  category: ['categories'],
  bot: ['bots'],
  push: ['push'],
  incident: ['units'],
  town: ['town', 'speeds', 'doubts'],
  'road-speeds': ['speeds', 'doubts'],
}

const countsDevices: ReadonlySet<string> = new Set(['device-registered', 'device-removed', 'unit-retired'])

type Entry = { readonly stream: string; readonly type: string }
const listsAbout = ({ stream, type }: Entry): readonly ListName[] => [...(listsOf[stream.split('/')[0] ?? ''] ?? []), ...(countsDevices.has(type) ? ['deviceCounts' as const] : [])]

export type Held<T> = { readonly value: T | undefined; readonly problem: unknown }

type Lists = {
  readonly held: { readonly [name in ListName]?: Held<Shapes[name]> }
  readonly fetch: (name: ListName) => Promise<void>
  readonly watch: (name: ListName) => () => void
  /** Whoever hears that something of these types happened, or may have. */
  readonly hear: (types: ReadonlySet<string>, listener: () => void) => () => void
}

const Context = createContext<Lists | undefined>(undefined)

export function ListsProvider({ children }: { readonly children: ReactNode }) {
  const [held, setHeld] = useState<Lists['held']>({})
  const watched = useRef(new Map<ListName, number>())
  const listeners = useRef(new Map<() => void, ReadonlySet<string>>())

  const fetch = useCallback(async (name: ListName) => {
    try {
      const answer = await api.get<{ items?: unknown }>(paths[name])
      const value = whole.has(name) ? answer : answer.items
      setHeld((old) => ({ ...old, [name]: { value, problem: undefined } }) as Lists['held']) // `paths` says which shape comes
    } catch (problem) {
      setHeld((old) => ({ ...old, [name]: { value: old[name]?.value, problem } }) as Lists['held'])
    }
  }, [])

  useEffect(() => {
    const wanted = new Set<ListName>()
    let timer = 0
    const told = new Set<() => void>()
    const soon = (names: Iterable<ListName>, isAbout: (types: ReadonlySet<string>) => boolean) => {
      for (const name of names) if (watched.current.has(name)) wanted.add(name)
      for (const [listener, types] of listeners.current) if (isAbout(types)) told.add(listener)
      // several entries of one act are one look at the list
      timer ||= window.setTimeout(() => {
        timer = 0
        for (const name of wanted) void fetch(name)
        wanted.clear()
        for (const listener of told) if (listeners.current.has(listener)) listener()
        told.clear()
      }, 250)
    }
    const live = connectLive({
      after: undefined,
      onReset: () => soon(watched.current.keys(), () => true),
      onFrame: () => {},
      onStatus: () => {},
      onChanges: ({ entries }) => soon(entries.flatMap(listsAbout), (types) => entries.some(({ type }) => types.has(type))),
    })
    return () => {
      window.clearTimeout(timer)
      live.close()
    }
  }, [fetch])

  // neither may change from drawing to drawing: components fetch when these change
  const watch = useCallback((name: ListName) => {
    watched.current.set(name, (watched.current.get(name) ?? 0) + 1)
    return () => {
      const left = (watched.current.get(name) ?? 1) - 1
      if (left > 0) watched.current.set(name, left)
      else watched.current.delete(name)
    }
  }, [])
  const hear = useCallback((types: ReadonlySet<string>, listener: () => void) => {
    listeners.current.set(listener, types)
    return () => void listeners.current.delete(listener)
  }, [])
  const lists = useMemo<Lists>(() => ({ held, fetch, watch, hear }), [held, fetch, watch, hear])
  return <Context value={lists}>{children}</Context>
}

export type List<T> = { readonly items: T | undefined; readonly problem: unknown; readonly reload: () => Promise<void> }

function useLists(): Lists {
  const lists = useContext(Context)
  if (!lists) throw new Error('useList needs a ListsProvider above it')
  return lists
}

/** Be told when entries of these types came, or may have. @param types  the same set from drawing to drawing */
export function useEntries(types: ReadonlySet<string>, listener: () => void): void {
  const { hear } = useLists()
  const latest = useRef(listener)
  latest.current = listener
  useEffect(() => hear(types, () => latest.current()), [hear, types])
}

/** What one path answers, asked again when `again` is another. What came stays when the next answer fails. */
export function useAsked<T>(path: string, again: unknown): List<T> {
  const [known, setKnown] = useState<{ readonly path: string; readonly value: T | undefined; readonly problem: unknown }>()
  const turns = useRef({ asked: 0, shown: 0 })
  const reload = useCallback(async () => {
    const turn = ++turns.current.asked
    const tell = (change: { value: T } | { problem: unknown }) => {
      // an older answer never takes the place of a newer one
      if (turn < turns.current.shown) return
      turns.current.shown = turn
      setKnown((before) => ({ path, value: before?.path === path ? before.value : undefined, problem: undefined, ...change }))
    }
    await api.get<T>(path).then((value) => tell({ value }), (problem: unknown) => tell({ problem }))
  }, [path])
  useEffect(() => void reload(), [reload, again])
  return known?.path === path ? { items: known.value, problem: known.problem, reload } : { items: undefined, problem: undefined, reload }
}

/** A list, kept true while the component is on the screen. */
export function useList<Name extends ListName>(name: Name): List<Shapes[Name]> {
  const lists = useLists()
  const { watch, fetch } = lists
  useEffect(() => {
    const stop = watch(name)
    void fetch(name)
    return stop
  }, [name, watch, fetch])
  const held = lists.held[name] as Held<Shapes[Name]> | undefined
  return { items: held?.value, problem: held?.problem, reload: useCallback(() => fetch(name), [name, fetch]) }
}
