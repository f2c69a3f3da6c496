/** Preparing one kind of traveller's plan, in a thread: seconds for a town. */
import type { Now } from '#core/graph/engine.ts'
import type { TravelMode } from '#core/graph/graph-input.ts'
import { readGraph, type Extras, type FileArray } from '#core/graph/graph-file.ts'
import { buildPlan, planExtras } from '#core/graph/plan.ts'
import { streetsOf } from '#core/graph/streets.ts'

export type PlanTask = {
  /** The graph's file, checked. */
  readonly graph: Uint8Array
  readonly mode: TravelMode
  readonly now: Now
}

/** The plan's arrays by name (`planExtras`), in memory that threads share. */
export default function prepare({ graph, mode, now }: PlanTask): Extras {
  const extras = planExtras(buildPlan(streetsOf(readGraph(graph, { trust: true }), mode, now)), mode)
  return Object.fromEntries(Object.entries(extras).map(([name, array]) => [name, shared(array)]))
}

function shared(array: FileArray): FileArray {
  const bytes = new Uint8Array(new SharedArrayBuffer(array.byteLength))
  bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  const Kind = array.constructor as new (buffer: SharedArrayBuffer) => FileArray // the same kind of array
  return new Kind(bytes.buffer)
}
