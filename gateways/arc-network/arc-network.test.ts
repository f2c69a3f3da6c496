import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { lengthStreets, matchTrack } from '#core/graph/match/match.ts'
import type { Fix } from '#core/graph/match/trellis.ts'
import { readNetwork, readTrack, TableBroken } from './codec.ts'

const wrong: [what: string, nodes: string, arcs: string, says: RegExp][] = [
  ['a letter for a number', '1\t2\nx\t3\n', '0\t1\n', /\.nodes, row 2: "x" in column 1, expected a number from -180 to 180/],
  ['a missing column', '1\t2\n3\n', '0\t1\n', /\.nodes, row 2: 1 columns, expected 2/],
  ['a node that is not there', '1\t2\n3\t4\n', '0\t2\n', /\.arcs, row 1: "2" in column 2, expected a number from 0 to 1/],
  ['half a node', '1\t2\n3\t4\n', '0\t0.5\n', /ends 0 and 0\.5, expected whole numbers/],
  ['nothing', '', '', /\.nodes is empty/],
]
for (const [what, nodes, arcs, says] of wrong) {
  test(`a network with ${what} is refused with file, row, found and expected`, () => {
    assert.throws(() => readNetwork(nodes, arcs), (error) => error instanceof TableBroken && says.test(error.message))
  })
}
test('a track that is no table is refused', () => {
  assert.throws(() => readTrack('1\t2\tnow\n', 'a.track'), /a\.track, row 1: "now" in column 3/)
})

test('two arcs between the same nodes in opposite directions are one street, and each keeps its place in the file', () => {
  const { input, fileArc } = readNetwork('0\t0\n0.001\t0\n0.002\t0\n', '0\t1\n1\t2\n1\t0\n1\t0\n')
  assert.deepEqual([...fileArc], [0, 2, 1, -1, 3, -1])
  assert.deepEqual([...input.modes.car.arcKmh].map((kmh) => kmh > 0), [true, true, true, false, true, false])
})

// Kubička et al. 2015: real tracks whose routes were corrected by hand. They stay outside of the repository.
const folder = join(process.env.GENGFU_MAPS ?? '', 'gps-kubicka')
const skip = existsSync(folder) && process.env.GENGFU_MAPS ? false : 'GENGFU_MAPS names no folder with gps-kubicka'
for (const [every, foundMin] of [[1, 0.97], [30, 0.92]] as const) {
  test(`real tracks, a fix every ${every} s: at least ${100 * foundMin} % of the true length is found, with at most 5 % more`, { skip }, () => {
    let [length, found, extra] = [0, 0, 0]
    for (const name of readdirSync(folder).filter((each) => /^\d+$/.test(each))) {
      const text = (ending: string) => readFileSync(join(folder, name, name + ending), 'utf8')
      const { input, fileArc } = readNetwork(text('.nodes'), text('.arcs'))
      const graph = buildGraph(input)
      const meters = new Map([...fileArc].map((index, arc) => [index, graph.edgeMillimeters[arc >>> 1]! / 1000]))
      const fixes: Fix[] = []
      for (const fix of readTrack(text('.track'))) if (fix.at - (fixes.at(-1)?.at ?? -Infinity) >= every * 1000) fixes.push(fix)
      const left = new Map<number, number>()
      for (const index of text('.route').trim().split(/\s+/).map(Number)) {
        left.set(index, (left.get(index) ?? 0) + 1)
        length += meters.get(index)!
      }
      const told = matchTrack(lengthStreets(graph, 'car'), fixes).passes.map(({ arc }) => fileArc[arc]!)
      for (const index of told.filter((each, i) => each !== told[i - 1])) {
        const times = left.get(index) ?? 0
        if (times > 0) found += meters.get(index)!
        else extra += meters.get(index)!
        left.set(index, times - 1)
      }
    }
    assert.ok(found >= foundMin * length, `${((100 * found) / length).toFixed(2)} % found`)
    assert.ok(extra <= 0.05 * length, `${((100 * extra) / length).toFixed(2)} % more`)
  })
}
