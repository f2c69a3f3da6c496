/** A thread of the roads room: one map's answers on memory that all threads share. */
import { workerData } from 'node:worker_threads'
import { readGraph } from '#core/graph/graph-file.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import { nearestEdge } from '#core/graph/grid.ts'
import { boundsOf } from '#core/graph/road-graph.ts'
import { arrivals } from '#core/graph/travel.ts'
import { seeded } from '#core/random.ts'
import { roadsAnswers, type RoadsAnswers, type RoadsTask } from './answers.ts'
import type { TravelMode } from './contract.ts'

export type RoadsData = {
  /** The graph's file, checked. */
  readonly graph: Uint8Array
  readonly warm: boolean
}

/** Run some searches, so that the first real one finds the machine code ready. */
function warmUp({ engine }: ReturnType<typeof roadsAnswers>): void {
  const [west, south, east, north] = boundsOf(engine.graph)
  const random = seeded(1)
  const point = (mode: TravelMode) => nearestEdge(engine.graph, mode, west + random() * (east - west), south + random() * (north - south))
  for (let i = 0; i < 12; i++) {
    for (const mode of travelModes) {
      const places = Array.from({ length: 20 }, () => point(mode)).filter((each) => each !== undefined)
      if (places[0]) arrivals(engine.streets(mode), places[0], places)
    }
  }
}

let answers: ReturnType<typeof roadsAnswers> | undefined
function loaded() {
  if (!answers) {
    const data = workerData as RoadsData
    answers = roadsAnswers(readGraph(data.graph, { trust: true }))
    if (data.warm) warmUp(answers)
  }
  return answers
}
if ((workerData as Partial<RoadsData> | null)?.graph) loaded()

/** The pool's way in. */
export default function perform(task: RoadsTask): RoadsAnswers[RoadsTask['do']] {
  const { perform } = loaded()
  switch (task.do) {
    case 'arrivals':
      return perform.arrivals(task)
    case 'way':
      return perform.way(task)
    case 'matrix':
      return perform.matrix(task)
    case 'isochrone':
      return perform.isochrone(task)
    case 'place-closure':
      return perform['place-closure'](task)
  }
}
