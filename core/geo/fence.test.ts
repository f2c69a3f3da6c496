import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../random.ts'
import { planeAround } from './distance.ts'
import { observe, presenceOn, silenceMs, type FenceWants, type Passage, type Presence, type Sighting } from './fence.ts'
import { outlineOf, type FenceShape } from './fence-shape.ts'
import { sight, type Watched, type WatchedFix } from './fence-watch.ts'

const plane = planeAround(117.21, 28.29)
const at = (x: number, y: number) => [plane.toLon(x), plane.toLat(y)] as const
/** 1,000 m square whose eastern side is x = 0. */
const west: FenceShape = { rings: [[at(-1000, -500), at(0, -500), at(0, 500), at(-1000, 500), at(-1000, -500)]] }
const crossingsOnly: FenceWants = { stayMs: null, speedLimitKmh: null, overMs: 0 }
const fenceOf = (shape: FenceShape, wants = crossingsOnly) => ({ id: 'f', outline: outlineOf(shape), wants })

type Noise = {
  /** Told by the receiver; the noise has this sigma on either axis, times `truth`. */
  readonly accuracy: number
  readonly truth: number
  /** Seconds in which the error forgets itself. */
  readonly memory: number
  /** Reflections: one begins every ten minutes on average, lasts 15 s on average, and throws the place off by 3 sigma to 40. */
  readonly reflections: boolean
  readonly tellsSpeed: boolean
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Fixes of somebody who goes from place to place as `truth` says: Gauss–Markov error, now and then a reflection. */
function receive(seed: number, seconds: readonly number[], truth: (second: number) => readonly [number, number], noise: Noise): WatchedFix[] {
  const random = seeded(seed)
  const sigma = noise.accuracy * noise.truth
  let error = [normal(random) * sigma, normal(random) * sigma]
  let thrown = [0, 0]
  let thrownUntil = -1
  return seconds.map((second, i) => {
    const elapsed = i === 0 ? 0 : second - seconds[i - 1]!
    const kept = Math.exp(-elapsed / noise.memory)
    error = error.map((value) => kept * value + Math.sqrt(1 - kept * kept) * sigma * normal(random))
    if (second > thrownUntil) {
      thrown = [0, 0]
      if (noise.reflections && random() < 1 - Math.exp(-elapsed / 600)) {
        const far = sigma * Math.min(40, 3 / Math.sqrt(1 - random()))
        const turn = 2 * Math.PI * random()
        thrown = [far * Math.cos(turn), far * Math.sin(turn)]
        thrownUntil = second - 15 * Math.log(1 - random())
      }
    }
    const [x, y] = truth(second)
    const [bx, by] = truth(second - 1)
    const speed = Math.hypot(x - bx, y - by) + Math.abs(normal(random)) * 0.2
    const [lon, lat] = at(x + error[0]! + thrown[0]!, y + error[1]! + thrown[1]!)
    return { at: second * 1000, lon, lat, accuracyMeters: noise.accuracy, speedKmh: noise.tellsSpeed ? speed * 3.6 : null }
  })
}

function follow(fixes: readonly WatchedFix[], shape: FenceShape, wants = crossingsOnly) {
  const fence = fenceOf(shape, wants)
  let watched: Watched | undefined
  const told: (Passage & { readonly told: number })[] = []
  for (const fix of fixes) {
    const next = sight(watched, fix, [fence])
    watched = next.watched
    for (const passage of next.passages) told.push({ ...passage, told: fix.at })
  }
  return { told, watched }
}

const every = (seconds: number, count: number) => Array.from({ length: count }, (_, i) => i * seconds)

for (const tellsSpeed of [true, false]) {
  for (const reflections of [false, true]) {
    for (const truth of [1, 2]) {
      test(`at most 1 false event in 1,000 fixes of standing still, 0 to 50 m from the border, 1 to 30 s apart: ${reflections ? 'reflections' : 'no reflections'}, error ${truth} × what is told, ${tellsSpeed ? 'speed told' : 'no speed'}`, () => {
        for (const accuracy of [4, 12, 30]) {
          for (const memory of [15, 60]) {
            for (const seconds of [1, 5, 10, 30]) {
              for (const meters of [0, 2, 5, 10, 20, 50, -5, -20]) {
                let events = 0
                let fixes = 0
                for (let seed = 1; seed <= 4; seed++) {
                  const received = receive(1000 * seed + seconds, every(seconds, 2000), () => [meters, 0], { accuracy, truth, memory, reflections, tellsSpeed })
                  events += follow(received, west).told.length
                  fixes += received.length
                }
                assert.ok(events <= fixes / 1000, `${events} false events in ${fixes} fixes: accuracy ${accuracy} m, memory ${memory} s, a fix in ${seconds} s, ${meters} m outside`)
              }
            }
          }
        }
      })
    }
  }
}

test('standing on a corner, in the slit between two fences, on the border of a small circle: as quiet', () => {
  const shapes: [string, FenceShape][] = [
    ['corner', { rings: [[at(-500, -500), at(0, -500), at(0, 0), at(-500, 0), at(-500, -500)]] }],
    ['hole', { rings: [[at(-500, -500), at(500, -500), at(500, 500), at(-500, 500), at(-500, -500)], [at(-15, -15), at(15, -15), at(15, 15), at(-15, 15), at(-15, -15)]] }],
    ['circle', { centre: at(-30, 0), radiusMeters: 30 }],
    ['side of a route', { line: [at(-30, -500), at(-30, 500)], widthMeters: 60 }],
    ['end of a route', { line: [at(-500, 0), at(-30, 0)], widthMeters: 60 }],
    ['inside of a route’s bend', { line: [at(-30, -500), at(-30, 30), at(500, 30)], widthMeters: 60 }],
  ]
  for (const [name, shape] of shapes) {
    for (const seconds of [1, 10, 30]) {
      let events = 0
      for (let seed = 1; seed <= 5; seed++) {
        events += follow(receive(seed, every(seconds, 2000), () => [0, 0], { accuracy: 5, truth: 2, memory: 30, reflections: true, tellsSpeed: false }), shape).told.length
      }
      assert.ok(events <= 10, `${name}, a fix in ${seconds} s: ${events} in 10,000`)
    }
  }
})

test('driving up and down along the border, on it and beside it, is as quiet', () => {
  for (const tellsSpeed of [true, false]) {
    for (const speed of [1.4, 8, 15]) {
      for (const seconds of [1, 10, 30]) {
        for (const meters of [0, 10]) {
          let events = 0
          for (let seed = 1; seed <= 5; seed++) {
            // between 300 m south and 300 m north of the middle of the side
            const y = (second: number) => Math.abs(((speed * Math.max(0, second)) % 1200) - 600) - 300
            events += follow(receive(seed, every(seconds, 2000), (second) => [meters, y(second)], { accuracy: 5, truth: 1, memory: 30, reflections: true, tellsSpeed }), west).told.length
          }
          assert.ok(events <= 10, `${speed} m/s, a fix in ${seconds} s, ${meters} m outside: ${events} in 10,000`)
        }
      }
    }
  }
})

test('who drives a route in a bend tells nothing; who leaves it and comes back tells that, and no more', () => {
  const route: FenceShape = { line: [at(-2000, 0), at(0, 0), at(0, 2000)], widthMeters: 60 }
  const speed = 8
  const along = (meters: number): readonly [number, number] => (meters < 2000 ? [meters - 2000, 0] : [0, Math.min(2000, meters - 2000)])
  for (let seed = 1; seed <= 20; seed++) {
    const noise = { accuracy: 6, truth: 0.7, memory: 30, reflections: false, tellsSpeed: seed % 2 === 0 }
    const kept = receive(seed, every(5, 95), (second) => along(speed * second), noise)
    assert.deepEqual(follow(kept, route).told.map(({ type }) => type), [], `seed ${seed}`)
    // 300 m off and back, half-way
    const off = receive(seed, every(5, 80), (second) => [speed * second - 1800, second < 100 ? 0 : Math.max(0, 300 - Math.abs(speed * (second - 100) - 300))], noise)
    assert.deepEqual(follow(off, { line: [at(-2000, 0), at(2000, 0)], widthMeters: 60 }).told.map(({ type }) => type), ['left', 'entered'], `seed ${seed}`)
  }
})

test('every true crossing is told, once each way, and soon', () => {
  // [m/s, seconds between fixes, told after at most so many seconds, nine times of ten]
  const cases: [number, number, number][] = [[1.4, 1, 120], [1.4, 10, 120], [5, 1, 30], [5, 10, 40], [5, 30, 100], [14, 1, 15], [14, 10, 30], [14, 30, 90]]
  for (const tellsSpeed of [true, false]) {
    for (const [speed, seconds, atMost] of cases) {
      const delays: number[] = []
      for (let seed = 1; seed <= 20; seed++) {
        // 400 m inside for 3 minutes, over the border to 600 m outside, and back
        const leg = 1000 / speed
        const x = (second: number) => (second < 180 ? -400 : second < 180 + leg ? -400 + speed * (second - 180) : second < 480 + leg ? 600 : Math.max(-400, 600 - speed * (second - 480 - leg)))
        const end = 480 + 2 * leg + 300
        const fixes = receive(seed, every(seconds, Math.ceil(end / seconds)), (second) => [x(second), 0], { accuracy: 6, truth: 0.7, memory: 30, reflections: true, tellsSpeed })
        const { told } = follow(fixes, west)
        assert.deepEqual(told.map(({ type }) => type), ['left', 'entered'], `${speed} m/s, ${seconds} s, seed ${seed}`)
        const truth = [180 + 400 / speed, 480 + leg + 600 / speed]
        for (const [i, passage] of told.entries()) {
          delays.push(passage.told / 1000 - truth[i]!)
          assert.ok(passage.type === 'left' || passage.type === 'entered')
          assert.ok(passage.since / 1000 - 30 <= truth[i]! && truth[i]! <= passage.at / 1000 + 30, `seed ${seed}: crossed at ${truth[i]}, said ${passage.since / 1000} to ${passage.at / 1000}`)
        }
      }
      delays.sort((a, b) => a - b)
      const p90 = delays[Math.floor(delays.length * 0.9)]!
      assert.ok(p90 <= atMost, `${speed} m/s, a fix in ${seconds} s, speed ${tellsSpeed}: ${p90.toFixed(0)} s`)
    }
  }
})

/** [seconds, metres inside, km/h, accuracy] */
type Row = readonly [second: number, inside: number, speed?: number | null, accuracy?: number | null]
function through(rows: readonly Row[], wants: Partial<FenceWants> = {}, start?: Presence) {
  let presence = start
  let last: number | undefined
  const told: Passage[] = []
  for (const [second, insideMeters, speedKmh = null, accuracyMeters = 5] of rows) {
    const sighting: Sighting = { at: second * 1000, insideMeters, accuracyMeters, speedKmh, movedMeters: Math.abs(insideMeters - (last ?? insideMeters)) }
    last = insideMeters
    const next = observe(presence, sighting, { ...crossingsOnly, ...wants })
    presence = next.presence
    told.push(...next.passages)
  }
  return { told, presence }
}
const rows = (from: number, to: number, step: number, inside: number, speed: number | null = null): Row[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => [from + i * step, inside, speed] as const)

test('who is first seen inside was not seen entering', () => {
  const { told, presence } = through(rows(0, 120, 10, 100))
  assert.deepEqual(told, [])
  assert.equal(presence?.side, 'inside')
})

test('a crossing says between which two fixes it was', () => {
  const { told } = through([...rows(0, 60, 10, -100), ...rows(70, 200, 10, 100)])
  assert.deepEqual(told, [{ type: 'entered', at: 70_000, since: 60_000, afterSilence: false }])
})

test('after a silence the other side has to be confirmed, and the event says that nothing was heard', () => {
  const one = through([...rows(0, 60, 10, -100), [1000, 100]])
  assert.deepEqual(one.told, [])
  const { told } = through([...rows(0, 60, 10, -100), ...rows(1000, 1120, 10, 100)])
  assert.deepEqual(told, [{ type: 'entered', at: 1000_000, since: 60_000, afterSilence: true }])
  assert.ok(940_000 > silenceMs)
})

test('one wild fix, or a few seconds of them, say nothing', () => {
  assert.deepEqual(through([...rows(0, 60, 10, 100), [70, -900], ...rows(80, 200, 10, 100)]).told, [])
  assert.deepEqual(through([...rows(0, 60, 1, 100), ...rows(61, 75, 1, -900), ...rows(76, 200, 1, 100)]).told, [])
})

test('old and repeated fixes change nothing', () => {
  const { presence } = through(rows(0, 120, 10, 100))
  for (const second of [120, 60, -5]) {
    const next = observe(presence, { at: second * 1000, insideMeters: -500, accuracyMeters: 5, speedKmh: null, movedMeters: 500 }, crossingsOnly)
    assert.equal(next.presence, presence)
    assert.deepEqual(next.passages, [])
  }
})

test('fixes of bad accuracy do not decide, however many', () => {
  const bad = rows(70, 2000, 10, -300).map(([second, inside]): Row => [second, inside, null, 150])
  assert.deepEqual(through([...rows(0, 60, 10, 100), ...bad]).told, [])
})

test('a stay is told once, after so long inside while fixes came, and again in the next stay', () => {
  const { told } = through([...rows(0, 100, 10, -100), ...rows(110, 1000, 10, 100), ...rows(1010, 1200, 10, -100), ...rows(1210, 1900, 10, 100)], { stayMs: 600_000 })
  assert.deepEqual(told.map(({ type, at, since }) => [type, at / 1000, since / 1000]), [
    ['entered', 110, 100], ['stayed', 710, 110], ['left', 1010, 1000], ['entered', 1210, 1200], ['stayed', 1810, 1210],
  ])
})

test('a silence does not count as staying', () => {
  const { told } = through([...rows(0, 100, 10, -100), ...rows(110, 300, 10, 100), ...rows(3000, 3300, 10, 100)], { stayMs: 600_000 })
  assert.deepEqual(told.map(({ type }) => type), ['entered'])
})

test('speeding is told once, after so long without a break, and anew only after the limit was kept for half a minute', () => {
  const inside = presenceOn('inside', 0)
  const fast = (from: number, to: number, speed = 75) => rows(from, to, 5, 200, speed)
  const wants = { speedLimitKmh: 60, overMs: 20_000 }
  const cases: [name: string, rows: Row[], told: number[]][] = [
    ['long enough', fast(5, 60), [25]],
    ['a moment only', [...fast(5, 15), ...fast(20, 60, 50)], []],
    ['with a break', [...fast(5, 20), ...fast(25, 25, 50), ...fast(30, 45)], []],
    ['just under the limit is no break', [...fast(5, 20), ...fast(25, 25, 58), ...fast(30, 45)], [30]],
    ['twice when the limit was kept between', [...fast(5, 60), ...fast(65, 120, 50), ...fast(125, 180)], [25, 145]],
    ['once when it was kept for some seconds only', [...fast(5, 60), ...fast(65, 75, 50), ...fast(80, 180)], [25]],
    ['at the limit', fast(5, 100, 60), []],
    ['not over a silence', [...fast(5, 10), ...fast(1000, 1010)], []],
    ['without a speed', fast(5, 100).map(([second, at]): Row => [second, at]), []],
  ]
  for (const [name, row, expected] of cases) assert.deepEqual(through(row, wants, inside).told.map(({ type, at }) => (type === 'speeding' ? at / 1000 : type)), expected, name)
  assert.deepEqual(through(rows(5, 100, 5, -200, 75), wants, presenceOn('outside', 0)).told, [], 'outside')
})

test('what becomes due outside the hours is not lost: a stay counts from when the hours begin, and so does speeding', () => {
  const random = seeded(17)
  for (let round = 0; round < 200; round++) {
    const spans = Array.from({ length: 3 }, (_, i) => [i * 4000 + Math.floor(random() * 1500), i * 4000 + 1500 + Math.floor(random() * 2000)] as const)
    const spanAt = (second: number) => spans.find(([from, until]) => second >= from && second < until)
    const tellsSince = (at: number) => ((span) => (span ? span[0] * 1000 : null))(spanAt(at / 1000))
    const step = 5 + Math.floor(random() * 50)
    const [staySeconds, overSeconds] = [60 + Math.floor(random() * 1500), 20 + Math.floor(random() * 200)]
    const track = rows(step, 12_000, step, 200, 75)
    const { told } = through(track, { stayMs: staySeconds * 1000, speedLimitKmh: 60, overMs: overSeconds * 1000, tellsSince }, presenceOn('inside', 0))

    // second by second, with nothing remembered: how long is it inside and too fast since the hours began
    const expected: [string, number][] = []
    for (const [from, until] of spans) {
      const seen = track.map(([second]) => second).filter((second) => second >= from && second < until)
      const stayed = seen.find((second) => second - from >= staySeconds)
      if (stayed !== undefined && !expected.some(([type]) => type === 'stayed')) expected.push(['stayed', stayed])
      const sped = seen.find((second) => second - seen[0]! >= overSeconds)
      if (sped !== undefined) expected.push(['speeding', sped])
    }
    const inOrder = (all: [string, number][]) => all.toSorted((a, b) => a[1] - b[1] || a[0].localeCompare(b[0]))
    assert.deepEqual(inOrder(told.map(({ type, at }) => [type, at / 1000])), inOrder(expected), `round ${round}`)
  }
})

test('the distance to a border agrees with a look at a thousand points of it, holes and all', () => {
  const random = seeded(11)
  for (let round = 0; round < 60; round++) {
    const ring = (radius: number, corners: number) => {
      const points = Array.from({ length: corners }, (_, i) => at(radius * (0.6 + 0.4 * random()) * Math.cos((2 * Math.PI * i) / corners), radius * (0.6 + 0.4 * random()) * Math.sin((2 * Math.PI * i) / corners)))
      return [...points, points[0]!]
    }
    const rings = [ring(800, 3 + Math.floor(random() * 9)), ring(150, 4)]
    const outline = outlineOf({ rings })
    const [px, py] = [(random() - 0.5) * 2000, (random() - 0.5) * 2000]
    let nearest = Infinity
    let turns = 0
    for (const points of rings) {
      let turned = 0
      for (let i = 0; i + 1 < points.length; i++) {
        const [ax, ay, bx, by] = [plane.toX(points[i]![0]) - px, plane.toY(points[i]![1]) - py, plane.toX(points[i + 1]![0]) - px, plane.toY(points[i + 1]![1]) - py]
        turned += Math.atan2(ax * by - ay * bx, ax * bx + ay * by)
        for (let k = 0; k <= 400; k++) nearest = Math.min(nearest, Math.hypot(ax + ((bx - ax) * k) / 400, ay + ((by - ay) * k) / 400))
      }
      turns += Math.abs(Math.round(turned / (2 * Math.PI)))
    }
    const found = outline.insideMeters(...at(px, py))
    assert.ok(Math.abs(Math.abs(found) - nearest) < 5, `round ${round}: ${found}, looked up ${nearest}`)
    if (nearest > 5) assert.equal(found > 0, turns === 1, `round ${round}`)
  }
})
