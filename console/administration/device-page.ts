/** The page of the registry that is on the screen, kept true. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { DeviceQuery, DeviceView, StrangerView, TerminalPorts } from '#modules/units/contract.ts'
import { api } from '#ui/client.ts'
import { chained, type Chain } from './chain.ts'
import { merged, strangersInOrder } from './device-rows.ts'
import { useEntries, type List } from './lists.tsx'

/** What devices say changes without an entry in the journal: looked at again so long after the last answer. */
const lookMs = 5_000
const changing: ReadonlySet<string> = new Set(['device-registered', 'device-changed', 'device-removed', 'unit-changed', 'unit-retired'])

type Answer = { readonly items: readonly DeviceView[]; readonly total: number; readonly isWhole: boolean }
export type Strangers = { readonly items: readonly StrangerView[]; readonly isWhole: boolean; readonly ports: TerminalPorts; readonly isClockDoubted: boolean }
type Page = { readonly of: string; readonly rows: readonly DeviceView[]; readonly total: number; readonly isWhole: boolean; /** The one that is looked at, wherever it is. */ readonly opened: DeviceView | undefined }

export type DevicePage = {
  readonly page: List<Page>
  readonly strangers: Strangers | undefined
  /** Another page, or other words, are on their way. */
  readonly isAsking: boolean
}

/** Some of the registry. */
export const devices = (query: DeviceQuery) => {
  const said = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]))
  return api.get<Answer>(`/api/units/devices?${new URLSearchParams(said)}`)
}

/**
 * @param isHeld  somebody is about to click: what is on the screen is brought up to date, and stays where it is
 * @param opened  the id of a device that is shown beside the list
 */
export function useDevicePage(query: DeviceQuery, isHeld: () => boolean, opened: string | undefined): DevicePage {
  const [page, setPage] = useState<Page>()
  const [problem, setProblem] = useState<unknown>()
  const [strangers, setStrangers] = useState<Strangers>()
  const [asked, setAsked] = useState<string>()
  const wanted = JSON.stringify(query)
  const now = useRef({ page, isHeld, opened })
  now.current = { page, isHeld, opened }
  const chain = useRef<Chain>(undefined)
  const strangersChain = useRef<Chain>(undefined)

  useEffect(() => {
    const of = JSON.parse(wanted) as DeviceQuery // as it was said
    async function look(signal: AbortSignal, isTick: boolean) {
      const { page: before, isHeld: held, opened: beside } = now.current
      const isKept = isTick && before !== undefined && held()
      try {
        const ids = isKept ? [...before.rows.map(({ id }) => id), ...(beside === undefined || before.rows.some(({ id }) => id === beside) ? [] : [beside])] : []
        const answer = isKept ? { ...(await devices({ ids: ids.join() })), total: before.total } : await devices(of)
        const rows = isKept ? merged(before.rows, answer.items) : answer.items
        const known = answer.items.find(({ id }) => id === beside) ?? (beside === undefined || isKept ? undefined : (await devices({ ids: beside })).items[0])
        if (signal.aborted) return
        setPage({ of: wanted, rows, total: answer.total, isWhole: answer.isWhole, opened: known })
        setProblem(undefined)
      } catch (thrown) {
        if (!signal.aborted) setProblem(thrown)
      }
      if (!signal.aborted) setAsked(wanted)
    }
    const own = chained(look, lookMs, () => document.visibilityState === 'visible')
    chain.current = own
    return own.stop
  }, [wanted])

  useEffect(() => {
    const look = (signal: AbortSignal, isTick: boolean) =>
      api.get<Strangers>('/api/units/strangers').then(
        (answer) => !signal.aborted && setStrangers((before) => ({ ...answer, items: strangersInOrder(answer.items, isTick && now.current.isHeld() ? before?.items : undefined) })),
        () => {},
      ) as Promise<void>
    const own = chained(look, lookMs, () => document.visibilityState === 'visible')
    strangersChain.current = own
    return own.stop
  }, [])

  useEntries(changing, () => void chain.current?.now(true))
  const reload = useCallback(async () => void (await Promise.all([chain.current?.now(), strangersChain.current?.now()])), [])
  // what was found for other words is no answer to these
  const isAnswer = page?.of === wanted || problem === undefined
  return { page: { items: isAnswer ? page : undefined, problem, reload }, strangers, isAsking: asked !== wanted }
}
