/** Preparing one kind of traveller's plan, in a thread: seconds for a town. */
import type { TravelMode } from '#core/graph/graph-input.ts'
import { readGraph, type Extras, type FileArray } from '#core/graph/graph-file.ts'
import { buildPlan, planExtras } from '#core/graph/plan.ts'
import { streetsOf, type Closures } from '#core/graph/streets.ts'

export type PlanTask = {
  /** The graph's file, checked. */
  readonly graph: Uint8Array
  readonly mode: TravelMode
  readonly driveMs: Uint32Array | undefined
  readonly closures: Closures | undefined
}

/** The plan's arrays by name (`planExtras`), in memory that threads share. */
export default function prepare({ graph, mode, driveMs, closures }: PlanTask): Extras {
  const streets = streetsOf(readGraph(graph, { trust: true }), mode, { ...(driveMs ? { driveMs } : {}), ...(closures ? { closures } : {}) })
  const extras = planExtras(buildPlan(streets), mode)
  return Object.fromEntries(Object.entries(extras).map(([name, array]) => [name, shared(array)]))
}

function shared(array: FileArray): FileArray {
  const bytes = new Uint8Array(new SharedArrayBuffer(array.byteLength))
  bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  const Kind = array.constructor as new (buffer: SharedArrayBuffer) => FileArray // the same kind of array
  return new Kind(bytes.buffer)
}
