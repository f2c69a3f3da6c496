/** Which set of our fences a terminal holds, and whether it has to be told another. Pure. */
import type { Instant } from '#kernel/names.ts'

/** What is kept of one terminal. A set is known by its digest. */
export type FencesHeld = {
  readonly device: number
  readonly told: string
  readonly toldAt: Instant
  readonly toldCount: number
  /** Fences of the set that no terminal can keep. */
  readonly leftOut: number
  readonly held: string | null
  readonly heldAt: Instant | null
  readonly heldCount: number | null
  readonly failed: 'refused' | 'unanswered' | null
}

/** The digest of no fences at all. */
export const noFences = 'none'
/** How long the messages of a set wait for their terminal. */
export const fencesValidMs = 3_600_000
/** A terminal that did not answer is not asked again sooner than that, however often it connects. */
export const fencesAgainMs = 3_600_000

/** Whether a connected terminal is to be told this set. What it refused it is told again only when somebody wants it, or when there is another. */
export function mustTell(known: FencesHeld | undefined, wanted: string, now: Instant): boolean {
  if (!known) return wanted !== noFences // what it brought from elsewhere is not ours to wipe
  if (known.told !== wanted) return true
  if (known.held === wanted || known.failed === 'refused') return false
  return now - known.toldAt >= (known.failed === 'unanswered' ? fencesAgainMs : fencesValidMs)
}

export type FencesState = 'held' | 'on-its-way' | 'refused' | 'unanswered'
export const fencesState = ({ told, held, failed }: FencesHeld): FencesState => failed ?? (held === told ? 'held' : 'on-its-way')
