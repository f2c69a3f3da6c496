/** A message that came in several frames, put together. */
import type { Instant } from '#kernel/names.ts'
import type { Header, SplitFrame } from './codec.ts'

export type Limits = {
  /** Of all messages that are not whole yet. The oldest goes first. */
  readonly bytesMax: number
  readonly openMax: number
  readonly ageMsMax: number
}
/** What keeping one part costs beside its bytes: a flood of empty parts must count. */
const PART_BYTES = 64
const limitsOfAConnection: Limits = { bytesMax: 2 * 2 ** 20, openMax: 16, ageMsMax: 5 * 60_000 }

type Open = { total: number; firstSerial: number; since: Instant; heardAt: Instant; bytes: number; parts: Map<number, Uint8Array>; header: Header }

/** A message of which nothing has come for a while, and what it lacks. */
export type Stalled = { readonly header: Header; readonly firstSerial: number; readonly missing: readonly number[]; /** The body of its first part, where that is there. */ readonly first: Uint8Array | undefined }

export type Reassembly = {
  /**
   * The message that this frame completes, with the header of its first part; undefined as long as parts are missing.
   *
   * @param at  now; parts older than `ageMsMax` are forgotten
   */
  take(frame: SplitFrame, at: Instant): SplitFrame | undefined
  /** Indices to ask for again, lowest first, at most 255 as 0x8003 holds them; empty when nothing of this kind is open. */
  missing(phone: string, id: number): number[]
  /** Messages of which no part has come for `ms`. Those named wait as long again before they are named once more. */
  stalled(at: Instant, ms: number): Stalled[]
  readonly bytes: number
}

/**
 * Parts of one message share terminal, message id and total, and their serials follow one another. A part that does not fit
 * what is open begins anew: a terminal that gave up and sends again must not be mixed with its earlier try.
 */
export function reassembly(limits: Limits = limitsOfAConnection): Reassembly {
  const open = new Map<string, Open>()
  let bytes = 0
  const drop = (key: string) => {
    bytes -= open.get(key)?.bytes ?? 0
    open.delete(key)
  }

  return {
    take(frame, at) {
      const { header, body } = frame
      const { part } = header
      if (!part) return frame
      for (const [key, { since }] of open) if (at - since > limits.ageMsMax) drop(key)

      const key = `${header.phone}/${header.id}`
      const firstSerial = (header.serial - part.index + 1) & 0xffff
      const before = open.get(key)
      const repeated = before?.parts.has(part.index) && before.firstSerial !== firstSerial
      if (before && (before.total !== part.total || repeated)) drop(key)
      const message = open.get(key) ?? { total: part.total, firstSerial, since: at, heardAt: at, bytes: 0, parts: new Map(), header }
      open.set(key, message)
      message.heardAt = at

      const earlier = message.parts.get(part.index)
      const growth = earlier ? body.length - earlier.length : body.length + PART_BYTES
      message.parts.set(part.index, body.slice())
      if (part.index === 1) message.header = header
      message.bytes += growth
      bytes += growth
      if (message.parts.size === message.total) {
        drop(key)
        const { part: _, ...whole } = message.header
        return { header: whole, body: joined(message) }
      }
      for (const oldest of open.keys()) {
        if (bytes <= limits.bytesMax && open.size <= limits.openMax) break
        drop(oldest)
      }
      return undefined
    },
    missing(phone, id) {
      const message = open.get(`${phone}/${id}`)
      return message ? missingOf(message) : []
    },
    stalled(at, ms) {
      if (open.size === 0) return []
      const still = [...open.values()].filter(({ heardAt }) => Math.abs(at - heardAt) >= ms) // a clock may be set back
      for (const message of still) message.heardAt = at
      return still.map((message) => ({ header: message.header, firstSerial: message.firstSerial, missing: missingOf(message), first: message.parts.get(1) }))
    },
    get bytes() {
      return bytes
    },
  }
}

/** At most 255, as one request holds them. */
function missingOf({ total, parts }: Open): number[] {
  const indices: number[] = []
  for (let index = 1; index <= total && indices.length < 255; index++) if (!parts.has(index)) indices.push(index)
  return indices
}

function joined({ total, bytes, parts }: Open): Uint8Array {
  const body = new Uint8Array(bytes - total * PART_BYTES)
  let at = 0
  for (let index = 1; index <= total; index++) {
    body.set(parts.get(index)!, at)
    at += parts.get(index)!.length
  }
  return body
}
