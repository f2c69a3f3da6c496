import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { arcsDriven, matchTrack } from '#core/graph/match/track.ts'
import { compared } from '#core/graph/match/traces.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { KubickaProblem, readNetwork, readTrack } from './read.ts'

const nodes = { file: 'a.nodes', text: '1.0\t2.0\n1.001\t2.0\n1.002\t2.0\n' }

test('two arcs there and back are one edge, and each keeps its number', () => {
  const { input, fileArc, ourArc } = readNetwork(nodes, { file: 'a.arcs', text: '0\t1\n1\t2\n1\t0\n0\t1\n' })
  assert.deepEqual([...input.edgeFrom], [0, 1, 0])
  assert.deepEqual([...fileArc], [0, 2, 1, -1, 3, -1])
  assert.deepEqual([...ourArc], [0, 2, 1, 4])
  assert.deepEqual([...input.modes.car.arcKmh], [50, 50, 50, 0, 50, 0])
})

// what is written, and what is said of it
const wrong: [arcs: string, says: RegExp][] = [
  ['0\t1\n0 2\n', /a\.arcs, row 2: found 1 columns .*expected 2/],
  ['0\t1\n0\tx\n', /a\.arcs, row 2: found to "x", expected a number/],
  ['0\t7\n', /a\.arcs, row 1: found node 7, expected a whole number 0…2/],
  ['0\t0.5\n', /found node 0\.5/],
  ['', /a\.arcs: found no rows/],
]
test('a table that is wrong is refused with its file, its row, what was found and what was expected', () => {
  for (const [text, says] of wrong) assert.throws(() => readNetwork(nodes, { file: 'a.arcs', text }), (error) => error instanceof KubickaProblem && says.test(error.message))
  assert.throws(() => readNetwork({ file: 'a.nodes', text: '1\t95\n' }, { file: 'a.arcs', text: '0\t0\n' }), /a\.nodes, row 1: found lon 1, lat 95/)
  assert.throws(() => readTrack('a.track', '1\t2\n'), /a\.track, row 1: found 2 columns/)
  assert.throws(() => readTrack('a.track', '1\t\t3\n'), /found lat ""/)
  assert.throws(() => readTrack('a.track', ''), /a\.track: found no rows/)
  assert.deepEqual(readTrack('a.track', '1\t2\t3.5\r\n'), [{ lon: 1, lat: 2, ms: 3500 }])
})

const folder = process.env.GENGFU_MAPS && join(process.env.GENGFU_MAPS, 'gps-kubicka')
const skip = folder && existsSync(folder) ? false : 'GENGFU_MAPS has no gps-kubicka'
test('recorded tracks are matched to the roads that were driven: 97 % at 1 s, 92 % at 30 s, at most 5 % extra', { skip }, () => {
  const tracks = readdirSync(folder!).filter((name) => /^\d+$/.test(name))
  assert.ok(tracks.length > 0)
  for (const [everySeconds, foundMin] of [[1, 0.97], [10, 0.97], [30, 0.92], [60, 0.9]] as const) {
    let [driven, found, extra] = [0, 0, 0]
    for (const name of tracks) {
      const table = (ending: string) => ({ file: name + ending, text: readFileSync(join(folder!, name, name + ending), 'utf8') })
      const network = readNetwork(table('.nodes'), table('.arcs'))
      const graph = buildGraph(network.input)
      let last = -Infinity
      const fixes = readTrack(name, table('.track').text).filter(({ ms }) => {
        if (ms - last < 1000 * everySeconds - 1) return false
        last = ms
        return true
      })
      const truth = table('.route').text.trim().split('\n').map((arc) => network.ourArc[Number(arc)]!)
      const result = compared(graph, truth, arcsDriven(matchTrack(streetsOf(graph, 'car'), fixes).matched, 5_000))
      driven += result.drivenMeters
      found += result.foundMeters
      extra += result.extraMeters
    }
    assert.ok(found / driven >= foundMin && extra / driven <= 0.05, `every ${everySeconds} s: found ${found / driven}, extra ${extra / driven}`)
  }
})
