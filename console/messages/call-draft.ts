/**
 * A call while it is written: what was drawn, chosen and typed. It waits in this tab's own storage until it is sent or
 * put away, so that a page that is loaded again has it. An area may have 500 corners: too many for an address.
 */
import type { FenceOutline } from '#modules/patrol/contract.ts'
import type { Unanswered } from '#ui/client.ts'
import type { Place } from '#ui/map/things.ts'
import { emptyFence, outlineOf } from '../command/fence-draft.ts'
import { callInArea, readCall, usualReach, type CallStart } from './reaches.ts'

export type CallForm = {
  /** One of the reaches that may be chosen. */
  readonly chosen: string
  readonly text: string
  readonly asks: boolean
  readonly enoughYes: string
  /** Minutes; empty: never. */
  readonly widen: string
  /** It was sent as this; the answer has not come, perhaps because the page was loaded again. */
  readonly unanswered?: Unanswered
}
export const emptyForm: CallForm = { chosen: usualReach, text: '', asks: true, enoughYes: '1', widen: '2' }

export type CallDraft = CallForm & {
  /** What it was opened for, as the address bar says it. */
  readonly start: string
  readonly way: CallStart['from']
  readonly area: FenceOutline | null
  readonly place: Place | null
  readonly fence: string
  /** Undefined until one is chosen: the one that is led. */
  readonly agency?: string
}

export function newCall(start: string, area: FenceOutline | null = null): CallDraft {
  const opened = readCall(start)
  const way = opened.from === 'area' && !area ? 'place' : opened.from
  return { ...emptyForm, start, way, area, place: opened.from === 'place' ? opened.at : null, fence: opened.from === 'fence' ? opened.fence : '' }
}

export type CallDrafts = {
  /** What this account was writing in this tab, if it was opened for the same. */
  readonly find: (account: string, start: string) => CallDraft | undefined
  readonly keep: (account: string, draft: CallDraft) => void
  /** Sent, put away, or nobody's any more. */
  readonly drop: () => void
  /** What was drawn for a call that this account is writing; the same thing as long as it is the same. */
  readonly area: (account: string) => FenceOutline | null
  readonly subscribe: (listener: () => void) => () => void
}

const key = 'gengfu.call'
type Kept = { readonly account: string; readonly draft: CallDraft }

/** @param storage  the tab's; undefined where the browser has none: it lasts as long as the page */
export function openCallDrafts(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined): CallDrafts {
  let kept = readKept(storage)
  const listeners = new Set<() => void>()
  const set = (next: Kept | undefined) => {
    kept = next
    try {
      if (next) storage?.setItem(key, JSON.stringify(next))
      else storage?.removeItem(key)
    } catch {
      // full or forbidden: as long as the page
    }
    for (const listener of listeners) listener()
  }
  const own = (account: string) => (kept?.account === account ? kept.draft : undefined)
  return {
    find(account, start) {
      const draft = own(account)
      return draft?.start === start ? draft : undefined
    },
    keep: (account, draft) => set({ account, draft }),
    drop: () => set(undefined),
    area(account) {
      const draft = own(account)
      return draft?.start === callInArea ? draft.area : null
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** What another version of this page left, or what does not read well, is left out. */
function readKept(storage: Pick<Storage, 'getItem'> | undefined): Kept | undefined {
  try {
    const { account, draft } = JSON.parse(storage?.getItem(key) ?? '{}') as { account?: unknown; draft?: Record<string, unknown> } // looked at below
    if (typeof account !== 'string' || !draft || typeof draft['start'] !== 'string') return undefined
    const area = draft['area'] ? (outlineOf({ ...emptyFence, way: 'paste', pasted: JSON.stringify(draft['area']) }) ?? null) : null
    const fresh = newCall(draft['start'], area)
    const { text, chosen, enoughYes, widen, fence, agency, asks } = draft
    const { id, said } = (draft['unanswered'] ?? {}) as { id?: unknown; said?: unknown } // looked at below
    const unanswered = typeof id === 'string' && typeof said === 'string' ? { unanswered: { id, said } } : {}
    const textOr = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise)
    const form: CallForm = { text: textOr(text, ''), chosen: textOr(chosen, fresh.chosen), enoughYes: textOr(enoughYes, fresh.enoughYes), widen: textOr(widen, fresh.widen), asks: typeof asks === 'boolean' ? asks : fresh.asks }
    const [lon, lat] = Array.isArray(draft['place']) ? draft['place'].map(Number) : []
    const place: Place | null = lon !== undefined && lat !== undefined && Number.isFinite(lon + lat) ? [lon, lat] : fresh.place
    const way = (['place', 'fence', 'area', 'agency'] as const).find((each) => each === draft['way'] && (each !== 'area' || area)) ?? fresh.way
    return { account, draft: { ...fresh, ...form, ...unanswered, ...(typeof agency === 'string' ? { agency } : {}), fence: textOr(fence, fresh.fence), place, way } }
  } catch {
    return undefined
  }
}
