/** `npm run bench [name…]` (`positions` is both its parts; `--minutes 10` of load for `positions-in`, of watching for `console`): check the answers, measure, compare with what was promised, remember. */
import { parseArgs } from 'node:util'
import { board } from './board.ts'
import { consoleBench } from './console.ts'
import { fences } from './fences.ts'
import { history } from './history.ts'
import { journal } from './journal.ts'
import { legality } from './legality.ts'
import { loop } from './loop.ts'
import { matching } from './matching.ts'
import { isKept, machine, remember, rounded, type Measure } from './measure.ts'
import { positionsIn, positionsOut } from './positions.ts'
import { recommendation } from './recommendation.ts'
import { roads } from './roads.ts'
import { roadsGrowth } from './roads-growth.ts'
import { roadsRoom } from './roads-room.ts'
import { start } from './start.ts'

const benches: Readonly<Record<string, () => Promise<Measure[]>>> = {
  recommendation, journal, start, board, loop, roads, legality, matching, 'positions-out': positionsOut, 'positions-in': () => positionsIn(Number(values.minutes)),
  console: () => consoleBench((line) => void process.stdout.write(`${line}\n`), Number(values.minutes)),
  'roads-growth': roadsGrowth, 'roads-room': roadsRoom, history, fences,
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { minutes: { type: 'string', default: '1' } } })
const asked = positionals.flatMap((name) => (name === 'positions' ? ['positions-out', 'positions-in'] : [name]))
const unknown = asked.filter((name) => !(name in benches))
if (unknown.length > 0) {
  process.stderr.write(`bench: no bench "${unknown.join('", "')}"; there are ${Object.keys(benches).join(', ')}\n`)
  process.exit(2)
}

process.stdout.write(`${machine()}\n`)
let failed = 0
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  process.stdout.write(`\n${name}\n`)
  try {
    const measures = await benches[name]()
    for (const measure of measures) {
      const { limit } = measure
      const promise = limit ? (limit.atMost !== undefined ? `  (at most ${limit.atMost})` : `  (at least ${limit.atLeast})`) : ''
      const verdict = isKept(measure) ? '' : '   ✗ BROKEN PROMISE'
      if (!isKept(measure)) failed++
      process.stdout.write(`  ${measure.name.padEnd(58)} ${rounded(measure.value).padStart(8)} ${measure.unit}${promise}${verdict}\n`)
    }
    remember(name, measures)
  } catch (error) {
    failed++
    process.stdout.write(`  ✗ ${(error as Error).stack}\n`)
  }
}
process.exit(failed === 0 ? 0 : 1) // pools and workers of a failed bench must not keep us
