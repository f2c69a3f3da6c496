/** 1,000 fences over a town of 20 km and 10,000 units in it: what one fix costs, all its fences decided. */
import { planeAround } from '#core/geo/distance.ts'
import { outlineOf, type FenceShape } from '#core/geo/fence-shape.ts'
import { concerned, indexFences, sight, type FencePassage, type Watched, type WatchedFence, type WatchedFix } from '#core/geo/fence-watch.ts'
import { seeded } from '#core/random.ts'
import { right, type Measure } from './measure.ts'

const fenceCount = 1000
const unitCount = 10_000
const roundCount = 30
/** So many units are held against a look at every fence. */
const checkedCount = 20
const plane = planeAround(117.21, 28.29)

export async function fences(): Promise<Measure[]> {
  const random = seeded(5)
  const at = (x: number, y: number) => [plane.toLon(x), plane.toLat(y)] as const
  const somewhere = () => (random() - 0.5) * 20_000
  const drawn: WatchedFence[] = Array.from({ length: fenceCount }, (_, i) => {
    const [x, y, size, corners] = [somewhere(), somewhere(), 60 + 900 * random() ** 2, 4 + Math.floor(random() * 30)]
    const ring = Array.from({ length: corners }, (_, k) => at(x + size * Math.cos((2 * Math.PI * k) / corners), y + size * Math.sin((2 * Math.PI * k) / corners)))
    const shape: FenceShape = i % 3 === 0 ? { centre: at(x, y), radiusMeters: size } : { rings: [[...ring, ring[0]!]] }
    return { id: `f${i}`, outline: outlineOf(shape), wants: { stayMs: 600_000, speedLimitKmh: 60, overMs: 10_000 } }
  })
  const units = Array.from({ length: unitCount }, () => ({ x: somewhere(), y: somewhere(), course: 7 * random(), speed: random() < 0.4 ? 0 : 15 * random() }))
  const rounds = Array.from({ length: roundCount }, (_, round): WatchedFix[] =>
    units.map((unit) => {
      unit.course += 0.2 * (random() - 0.5)
      unit.x += 5 * unit.speed * Math.cos(unit.course)
      unit.y += 5 * unit.speed * Math.sin(unit.course)
      const [lon, lat] = at(unit.x + 8 * random(), unit.y + 8 * random())
      return { at: 1000 + 5000 * round, lon, lat, accuracyMeters: 6, speedKmh: 3.6 * unit.speed }
    }),
  )
  const all = () => true

  const index = indexFences(drawn)
  const keyOf = ({ type, fence, at }: FencePassage) => `${type} ${fence} ${at}`
  let checked = 0
  for (let unit = 0; unit < checkedCount; unit++) {
    let quick: Watched | undefined
    let plain: Watched | undefined
    for (const round of rounds) {
      const fix = round[unit]!
      const found = sight(quick, fix, concerned(index, quick, fix, all))
      const looked = sight(plain, fix, drawn)
      quick = found.watched
      plain = looked.watched
      right(found.passages.map(keyOf).sort().join() === looked.passages.map(keyOf).sort().join(), `unit ${unit} at ${fix.at}: the squares and a look at every fence differ`)
      checked += found.passages.length
    }
  }
  right(checked > 0, 'no unit that was checked crossed anything')

  const builtFrom = performance.now()
  indexFences(drawn)
  const buildMs = performance.now() - builtFrom
  const watched = new Array<Watched | undefined>(unitCount)
  let [events, near, ms] = [0, 0, 0]
  for (const round of rounds) {
    const from = performance.now()
    for (const [unit, fix] of round.entries()) {
      const those = concerned(index, watched[unit], fix, all)
      const next = sight(watched[unit], fix, those)
      watched[unit] = next.watched
      events += next.passages.length
      near += those.length
    }
    ms += performance.now() - from
  }
  const fixCount = unitCount * roundCount
  return [
    { name: 'one fix among 1,000 fences', value: (1e6 * ms) / fixCount, unit: 'ns', limit: { atMost: 20_000 } },
    { name: 'of a second, 10,000 fixes', value: (1e4 * ms) / fixCount, unit: 'ms' },
    { name: 'fences near a fix', value: near / fixCount, unit: '' },
    { name: 'events told', value: events, unit: '' },
    { name: 'index built', value: buildMs, unit: 'ms' },
  ]
}
