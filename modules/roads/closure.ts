/** The rules of a closure 封路: made once, lifted once. Pure. */
import { accept, refuse, type Decision } from '#kernel/decision.ts'
import type { Story } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import type { ClosureEvent, DrawnShape, TravelMode } from './contract.ts'

export type Closure = { readonly status: 'unheard' | 'closed' | 'opened' }

export const closure: Story<Closure, ClosureEvent> = {
  initial: { status: 'unheard' },
  evolve: (_, event) => ({ status: event.type === 'road-closed' ? 'closed' : 'opened' }),
}

/** Beyond this a drawing is a mistake, or a town. */
export const EDGES_MAX = 2_000
export const usualModes: readonly TravelMode[] = ['car', 'emergency', 'bike']

export function close(
  wanted: { readonly geometry: DrawnShape; readonly reason: string; readonly modes: readonly TravelMode[]; readonly until: Instant | null },
  facts: { readonly edges: number },
  at: Instant,
): Decision<ClosureEvent> {
  if (facts.edges === 0) return refuse('closure-without-road')
  if (facts.edges > EDGES_MAX) return refuse('closure-too-large', { edges: facts.edges, most: EDGES_MAX })
  if (wanted.until !== null && wanted.until <= at) return refuse('closure-over-already')
  return accept({ type: 'road-closed', at, ...wanted })
}

/** Opening what is open changes nothing: a closure that ran out while somebody lifted it. */
export function open(state: Closure, at: Instant): Decision<ClosureEvent> {
  if (state.status === 'unheard') return refuse('closure-not-found')
  return state.status === 'opened' ? accept() : accept({ type: 'road-opened', at })
}
