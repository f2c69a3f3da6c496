/** Recorded drives teach speeds, and what they teach is held against parts of the same drives that were held back. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { matchTrack } from '#core/graph/match/track.ts'
import { drivenOf, type Driven } from '#core/graph/speeds/driven.ts'
import { factorsOf } from '#core/graph/speeds/factors.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { readNetwork, readTrack } from './read.ts'

const folder = process.env.GENGFU_MAPS && join(process.env.GENGFU_MAPS, 'gps-kubicka')
const skip = folder && existsSync(folder) ? false : 'GENGFU_MAPS has no gps-kubicka'
/** So many roads in a row are held back together, so that no fix tells of both sides. */
const BLOCK = 8
const HOUR = 9

const sumsOf = (driven: readonly Driven[]) => ({
  arc: Uint32Array.from(driven, ({ arc }) => arc),
  hour: new Uint8Array(driven.length).fill(HOUR),
  drives: new Float64Array(driven.length).fill(1),
  weight: Float64Array.from(driven, ({ weight }) => weight),
  sum: Float64Array.from(driven, ({ weight, logRatio }) => weight * logRatio),
  squares: Float64Array.from(driven, ({ weight, logRatio }) => weight * logRatio ** 2),
})

test('speeds learned from half of a recorded drive tell the other half’s times better than the profile; next to no road is credited that was not driven', { skip }, (t) => {
  for (const everySeconds of [1, 5, 15]) {
    let [ofProfile, ofLearned, taken, wrong, count] = [0, 0, 0, 0, 0]
    for (const name of readdirSync(folder!).filter((each) => /^\d+$/.test(each))) {
      const table = (ending: string) => ({ file: name + ending, text: readFileSync(join(folder!, name, name + ending), 'utf8') })
      const network = readNetwork(table('.nodes'), table('.arcs'))
      const graph = buildGraph(network.input)
      const streets = streetsOf(graph, 'car')
      let last = -Infinity
      const fixes = readTrack(name, table('.track').text).filter(({ ms }) => {
        if (ms - last < 1000 * everySeconds - 1) return false
        last = ms
        return true
      })
      const truth = new Set(table('.route').text.trim().split('\n').map((arc) => network.ourArc[Number(arc)]!))
      const driven = drivenOf(streets, matchTrack(streets, fixes).matched, () => true)
      count += driven.length
      wrong += driven.filter(({ arc }) => !truth.has(arc)).length
      const factors = factorsOf(sumsOf(driven.filter((_, i) => Math.floor(i / BLOCK) % 2 === 0)), (arc) => graph.edgeClass[arc >>> 1]!)
      for (let from = BLOCK; from < driven.length; from += 2 * BLOCK) {
        let [observed, profile, learned] = [0, 0, 0]
        for (const { arc, logRatio } of driven.slice(from, from + BLOCK)) {
          const ms = streets.driveMs[arc]!
          observed += ms * Math.exp(logRatio)
          profile += ms
          learned += ms * Math.exp(factors.at(arc, HOUR).value)
        }
        taken += observed
        ofProfile += Math.abs(profile - observed)
        ofLearned += Math.abs(learned - observed)
      }
    }
    const share = (error: number) => `${((100 * error) / taken).toFixed(1)} %`
    t.diagnostic(`a fix every ${everySeconds} s: ${count} roads taught, ${wrong} not driven; held back ${Math.round(taken / 60_000)} min, error of the profile ${share(ofProfile)}, learned ${share(ofLearned)}`)
    assert.ok(count > 500 && wrong <= 0.005 * count, `every ${everySeconds} s: ${wrong} of ${count} roads were not driven`)
    assert.ok(ofLearned < 0.8 * ofProfile, `every ${everySeconds} s: profile ${ofProfile}, learned ${ofLearned}`)
  }
})
