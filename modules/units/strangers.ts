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
  find(id: string): Stranger | undefined
  /** The one heard last first. */
  list(): readonly Stranger[]
  forget(id: string): void
}

/** What a terminal may call itself; whatever else comes is noise. */
const isName = (protocol: Protocol, name: string) => (protocol === 'phone' ? /^[\x21-\x7e]{4,64}$/ : /^[0-9a-z]{1,20}$/).test(name)

/** The newest `most` are kept: a flood of invented numbers costs a bounded memory. */
export function strangersInMemory(deps: { readonly now: () => Instant; readonly newId: () => string }, most = 500): Strangers {
  const byName = new Map<string, Stranger>()
  return {
    note(protocol, secretOrNumber, type) {
      if (!isName(protocol, secretOrNumber)) return
      const key = `${protocol}/${secretOrNumber}`
      const before = byName.get(key)
      const at = deps.now()
      byName.delete(key)
      byName.set(key, { id: before?.id ?? deps.newId(), protocol, secretOrNumber, type, firstAt: before?.firstAt ?? at, lastAt: at, times: (before?.times ?? 0) + 1 })
      for (const oldest of byName.keys()) {
        if (byName.size <= most) break
        byName.delete(oldest)
      }
    },
    find: (id) => [...byName.values()].find((stranger) => stranger.id === id),
    list: () => [...byName.values()].reverse(),
    forget(id) {
      for (const [key, stranger] of byName) if (stranger.id === id) byName.delete(key)
    },
  }
}

/** A key is a secret until it is a device's, too: enough of it to know it again. */
export const shownName = ({ protocol, secretOrNumber }: Stranger): string => (protocol === 'phone' ? `${secretOrNumber.slice(0, 3)}…` : secretOrNumber)
