import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildGraph } from '#core/graph/build.ts'
import { packArrays, writeGraph } from '#core/graph/graph-file.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import { planFrom } from '#core/graph/plan.ts'
import { randomTown } from '#core/graph/random-town.ts'
import type { TownRoads } from './deps.ts'
import { profileMoment } from './moment.ts'
import { openPlans } from './plans-jobs.ts'

const folder = mkdtempSync(join(tmpdir(), 'gengfu-plans-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function mapOf(seed: number): TownRoads {
  const bytes = writeGraph(buildGraph(randomTown(seed, 6)))
  const graph = new Uint8Array(new SharedArrayBuffer(bytes.length))
  graph.set(bytes)
  return { version: String(seed), graph, streets: [], folder: mkdtempSync(join(folder, `map-${seed}-`)) }
}
/** What is warned of while a map's plans are prepared; and the plan for cars. */
async function prepared(map: TownRoads) {
  const warned: { file: string; because: string }[] = []
  const plans = openPlans(map, { warn: (about: { file: string; because: string }) => void warned.push(about) } as never)
  plans.prepare(profileMoment)
  for (let tries = 0; travelModes.some((mode) => !plans.at(mode, profileMoment)); tries++) {
    assert.ok(tries < 400, 'plans are prepared')
    await sleep(25)
  }
  const plan = planFrom(plans.at('car', profileMoment)!.extras, 'car')
  assert.ok(plan)
  await plans.stop()
  return { warned, plan }
}

test('plans of the profile are kept beside the map and read again', async () => {
  const map = mapOf(1)
  const first = await prepared(map)
  assert.deepEqual(readdirSync(map.folder).sort(), travelModes.map((mode) => `plan-${mode}.bin`).sort())
  const second = await prepared(map)
  assert.deepEqual([first.warned, second.warned], [[], []])
  assert.deepEqual(second.plan, first.plan)
})

test('a kept plan that is cut short, changed, of another map or no road file at all is named with its reason, and made again', async () => {
  const map = mapOf(2)
  const { plan } = await prepared(map)
  const other = mapOf(3)
  await prepared(other)
  const path = join(map.folder, 'plan-car.bin')
  const whole = readFileSync(path)
  const broken: [() => void, RegExp][] = [
    [() => writeFileSync(path, whole.subarray(0, whole.length >> 1)), /cut short/],
    [() => writeFileSync(path, whole.map((byte, i) => (i === whole.length - 40 ? byte ^ 1 : byte))), /checksum/],
    [() => writeFileSync(path, whole.map((byte, i) => (i === 8 ? byte + 1 : byte))), /format/],
    [() => writeFileSync(path, 'no plan'), /bytes, expected at least/],
    [() => copyFileSync(join(other.folder, 'plan-car.bin'), path), /another map/],
    [() => writeFileSync(path, packArrays({})), /another map/],
  ]
  for (const [breakIt, because] of broken) {
    breakIt()
    const again = await prepared(map)
    assert.deepEqual(again.warned.map(({ file }) => file), [path])
    assert.match(again.warned[0]!.because, because)
    assert.deepEqual(again.plan, plan)
    assert.deepEqual(readFileSync(path), whole, 'it is whole again')
  }
  assert.ok(!readdirSync(map.folder).some((name) => name.endsWith('.part')))
})
