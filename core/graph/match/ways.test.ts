import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceMeters } from '../../geo/distance.ts'
import { seeded } from '../../random.ts'
import { buildGraph } from '../build.ts'
import { pointOnEdge } from '../grid.ts'
import { randomTown } from '../random-town.ts'
import { streetsOf } from '../streets.ts'
import { beliefs } from './model.ts'
import { plainWays, type Place } from './oracle.ts'
import { createWaySearch } from './ways.ts'

const TURNING_MM = 1000 * beliefs.turningMeters

for (const mode of ['car', 'foot'] as const) {
  test(`ways led by the straight line, by ${mode}, are as long as plain Dijkstra's, and their pieces add up to them`, () => {
    let [count, none] = [0, 0]
    for (let seed = 1; seed <= 12; seed++) {
      const random = seeded(seed)
      const streets = streetsOf(buildGraph(randomTown(seed, 7)), mode)
      const { graph, network } = streets
      const ways = createWaySearch(streets)
      const plain = plainWays(streets)
      const somewhere = (): Place => {
        const piece = Math.floor(random() * network.pieceArc.length)
        return { piece, along: Math.floor(random() * graph.edgeMillimeters[network.pieceArc[piece]! >>> 1]!) }
      }
      const on = ({ piece, along }: Place) => {
        const arc = network.pieceArc[piece]!
        return pointOnEdge(graph, arc >>> 1, arc & 1 ? graph.edgeMillimeters[arc >>> 1]! - along : along)
      }
      for (let i = 0; i < 40; i++) {
        const from = somewhere()
        const goals = Array.from({ length: 6 }, somewhere)
        const middle = on(goals[0]!)
        const limit = 100_000 + 1_500_000 * random()
        const backMm = 30_000 * random()
        ways.aim(middle.lon, middle.lat, Math.max(...goals.map((goal) => distanceMeters(middle.lon, middle.lat, on(goal).lon, on(goal).lat))) + 1)
        ways.start(from.piece, from.along, limit, TURNING_MM, Infinity, -Infinity)
        const costTo = plain(from)
        for (const goal of goals) {
          // each goal has a limit of its own, in any order
          const costMax = limit * random()
          const cost = costTo(goal, backMm)
          const truth = cost <= costMax ? cost : Infinity
          assert.equal(ways.costTo(goal.piece, goal.along, backMm, costMax), truth, `seed ${seed}, ${i}`)
          count++
          if (truth === Infinity) none++
        }
        // a way by its pieces: each may follow the one before
        const goal = goals[0]!
        ways.aimAt(goal.piece)
        ways.start(from.piece, from.along, limit, TURNING_MM, Infinity, -Infinity)
        const path = ways.pathTo(goal.piece, goal.along, backMm)
        assert.equal(path.length > 0, costTo(goal, backMm) <= limit, `seed ${seed}, ${i}`)
        if (path.length > 0) assert.equal(path.at(-1), goal.piece)
      }
    }
    assert.ok(none > 200 && count - none > 200, `${none} of ${count} beyond their limit`)
  })
}
