/** Room for searches. */
import { createHeap, type Heap } from './heap.ts'
import { vertexCountOf, type Network } from './road-graph.ts'

/** Room for one search on one network; kept, because clearing costs more than a short search. */
export type SearchRoom = {
  heap: Heap
  /** [vertices] written in search number `stamp`. */
  cost: Float64Array
  stamp: Uint32Array
  /** [vertices] the step to go on with, or the complement of a place among the search's ends. */
  onward: Int32Array
  /** [vertices] those settled, in order of cost. */
  order: Uint32Array
  searches: number
}
const rooms = new WeakMap<Network, SearchRoom>()
export function roomOf(network: Network): SearchRoom {
  let room = rooms.get(network)
  if (!room) {
    const count = vertexCountOf(network)
    room = { heap: createHeap(count), cost: new Float64Array(count), stamp: new Uint32Array(count), onward: new Int32Array(count), order: new Uint32Array(count), searches: 0 }
    rooms.set(network, room)
  }
  return room
}
