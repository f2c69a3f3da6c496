/** Devices that knocked and are not known: kept in memory, for an administrator to adopt with one click. */
import type { Instant } from '#kernel/names.ts'
import type { Protocol } from './contract.ts'

export type Stranger = {
  readonly id: string
  readonly protocol: Protocol
  /** What adopting it registers: a terminal's number, or a phone's key. */
  readonly secretOrNumber: string
  readonly type: string
  readonly firstAt: Instant
  readonly lastAt: Instant
  readonly times: number
}

export type Strangers = {
  note(protocol: Protocol, secretOrNumber: string, type: string): void
  /** The one heard last first. */
  list(): readonly Stranger[]
  forget(protocol: Protocol, secretOrNumber: string): void
}

/** What a terminal may call itself; whatever else comes is noise. */
const isName = (protocol: Protocol, name: string) => (protocol === 'phone' ? /^[\x21-\x7e]{4,64}$/ : /^[0-9a-z]{1,20}$/).test(name)

const strangersMax = 500

const keyOf = (protocol: Protocol, secretOrNumber: string) => `${protocol}/${secretOrNumber}`

/** The newest `most` are kept: a flood of invented numbers costs a bounded memory. */
export function strangersInMemory(deps: { readonly now: () => Instant; readonly newId: () => string }, most = strangersMax): Strangers {
  const byName = new Map<string, Stranger>()
  return {
    note(protocol, secretOrNumber, type) {
      if (!isName(protocol, secretOrNumber)) return
      const key = keyOf(protocol, secretOrNumber)
      const before = byName.get(key)
      const at = deps.now()
      byName.delete(key)
      byName.set(key, { id: before?.id ?? deps.newId(), protocol, secretOrNumber, type, firstAt: before?.firstAt ?? at, lastAt: at, times: (before?.times ?? 0) + 1 })
      for (const oldest of byName.keys()) {
        if (byName.size <= most) break
        byName.delete(oldest)
      }
    },
    list: () => [...byName.values()].reverse(),
    forget: (protocol, secretOrNumber) => void byName.delete(keyOf(protocol, secretOrNumber)),
  }
}

/** Who knocked at several nodes is one, with one id whichever node is asked. The one heard last first. */
export function mergedStrangers(lists: readonly (readonly Stranger[])[]): readonly Stranger[] {
  const merged = [...Map.groupBy(lists.flat(), ({ protocol, secretOrNumber }) => keyOf(protocol, secretOrNumber)).values()].map((same) => {
    const newest = same.reduce((a, b) => (b.lastAt > a.lastAt ? b : a))
    return {
      ...newest,
      id: same.map(({ id }) => id).sort()[0]!,
      firstAt: Math.min(...same.map(({ firstAt }) => firstAt)),
      times: same.reduce((sum, { times }) => sum + times, 0),
    }
  })
  return merged.sort((a, b) => b.lastAt - a.lastAt).slice(0, strangersMax)
}

/** A key is a secret until it is a device's, too: enough of it to know it again. */
export const shownName = ({ protocol, secretOrNumber }: Stranger): string => (protocol === 'phone' ? `${secretOrNumber.slice(0, 3)}…` : secretOrNumber)
