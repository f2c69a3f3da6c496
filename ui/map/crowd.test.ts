import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { Tone } from '../state.ts'
import { arrange, clusterRadius, locate, locatedNobody, look as lookAt, mercatorY, nameCorner, nameSides, placeNames, seenNobody, signsMax, type Camera, type NameSide, type Seen } from './crowd.ts'
import { glideTo, placeAt, type Glide } from './glide.ts'
import type { MapUnit } from './things.ts'

const camera: Camera = { lon: 117.2, lat: 28.3, zoom: 13, x: 300, y: 250, width: 600, height: 500 }
const tones: readonly Tone[] = ['free', 'free', 'free', 'busy', 'en-route', 'on-scene', 'rest']

/** Found and looked at in one. */
function look(units: readonly MapUnit[], glides: ReadonlyMap<number, Glide>, now: number, from: Camera, seen: Seen): number {
  const located = locatedNobody()
  locate(units, glides, now, located)
  return lookAt(located, from, seen)
}

/** Units around the middle of the camera, some driving, some stale. */
function crowd(count: number, seed: number, degrees: number, toneOf: (n: number) => Tone = () => 'free') {
  const random = seeded(seed)
  const units: MapUnit[] = []
  const glides = new Map<number, Glide>()
  for (let n = 0; n < count; n++) {
    units.push({ id: `u${n}`, handle: n + 1, callSign: `P${n}`, kind: 'car', tone: toneOf(n), incident: null })
    const fix = { lon: 117.2 + (random() - 0.5) * degrees, lat: 28.3 + (random() - 0.5) * degrees, fixAt: 0, courseDeg: 0, speedKmh: 30, stale: random() < 0.1 }
    const first = glideTo(undefined, fix, 0)
    glides.set(n + 1, random() < 0.5 ? first : glideTo(first, { ...fix, lon: fix.lon + 0.0004, fixAt: 1000 }, 1000))
  }
  return { units, glides }
}

test('whoever is on the screen is seen, where the map would put them, and nobody else', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { units, glides } = crowd(300, seed, 0.3)
    const seen = seenNobody()
    look(units, glides, 1400, camera, seen)
    const world = 512 * 2 ** camera.zoom
    const height = (lat: number) => ((1 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / Math.PI) / 2) * world
    const found = new Map(Array.from({ length: seen.count }, (_, k) => [seen.unit[k]!, [seen.x[k]!, seen.y[k]!]] as const))
    for (const [n, { handle }] of units.entries()) {
      const [lon, lat] = placeAt(glides.get(handle)!, 1400)
      const [x, y] = [((lon - camera.lon) / 360) * world + camera.x, height(lat) - height(camera.lat) + camera.y]
      const spot = found.get(n)
      if (x > 0 && y > 0 && x < camera.width && y < camera.height) assert.ok(spot && Math.hypot(spot[0]! - x, spot[1]! - y) < 0.01, `seed ${seed}, unit ${n}: ${spot} is not ${x}, ${y}`)
      else if (x < -60 || y < -60 || x > camera.width + 60 || y > camera.height + 60) assert.equal(spot, undefined, `seed ${seed}, unit ${n}`)
    }
  }
})

test('nobody who stands is a reason to draw again; who drives is, by how fast it is seen', () => {
  const { units, glides } = crowd(1, 3, 0)
  const still = new Map([[1, { ...glides.get(1)!, durationMs: 0 }]])
  assert.equal(look(units, still, 1400, camera, seenNobody()), 0)
  const driving = new Map([[1, { ...still.get(1)!, fromLon: 117.2, lon: 117.2004, startedAt: 1000, durationMs: 1000 }]])
  const speed = look(units, driving, 1400, camera, seenNobody())
  assert.ok(Math.abs(speed - ((0.0004 / 1000) * 512 * 2 ** 13) / 360) < 1e-9)
  assert.ok(Math.abs(look(units, driving, 1400, { ...camera, zoom: 14 }, seenNobody()) - speed * 2) < 1e-9)
  assert.equal(look(units, driving, 1400, { ...camera, lon: 100 }, seenNobody()), 0, 'out of sight')
})

test('few are signs; many are dots, but for those at work and the one that is selected', () => {
  for (const [count, wereDots, areDots] of [[100, false, false], [signsMax, false, false], [signsMax + 1, false, true], [signsMax, true, true], [250, true, false]] as const) {
    const { units, glides } = crowd(count, 5, 0.02, (n) => (n % 50 === 0 ? 'en-route' : 'free'))
    const seen = seenNobody()
    look(units, glides, 1400, camera, seen)
    assert.equal(seen.count, count)
    const { dots, signs, clusters } = arrange(units, seen, camera, 'u7', wereDots)
    assert.equal(clusters.length, 0)
    assert.equal(dots.length + signs.length, count, 'everybody once')
    const atWork = Math.ceil(count / 50)
    assert.equal(signs.length, areDots ? atWork + 1 : count, `${count} after ${wereDots ? 'dots' : 'signs'}`)
    assert.ok([...signs].some((k) => units[seen.unit[k]!]!.id === 'u7'))
    const lastTones = [...signs].map((k) => units[seen.unit[k]!]!.tone).slice(-atWork)
    assert.ok(lastTones.every((tone) => tone === 'en-route'), 'who is at work is painted last')
  }
})

test('more at work than can be signs are dots over the other dots', () => {
  const { units, glides } = crowd(2000, 8, 0.02, (n) => (n % 2 === 0 ? 'busy' : 'free'))
  const seen = seenNobody()
  look(units, glides, 1400, camera, seen)
  const { dots, signs } = arrange(units, seen, camera, null, false)
  assert.equal(signs.length, 0)
  assert.deepEqual([...dots].map((k) => units[seen.unit[k]!]!.tone), [...Array<Tone>(1000).fill('free'), ...Array<Tone>(1000).fill('busy')])
})

test('from afar everybody is counted once, in a cluster or alone, by state; clusters do not cover each other', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { units, glides } = crowd(50 + seed * 40, seed, 8, (n) => tones[n % tones.length]!)
    const seen = seenNobody()
    const far = { ...camera, zoom: 6 + (seed % 10) * 0.4 }
    look(units, glides, 1400, far, seen)
    const { clusters, signs, dots } = arrange(units, seen, far, null, false)
    assert.equal(clusters.reduce((sum, { count }) => sum + count, 0) + signs.length, seen.count, `seed ${seed}`)
    assert.ok(dots.length === 0 || dots.length === seen.count)
    for (const { count, stale, tones: by } of clusters) {
      assert.ok(count > 1)
      assert.equal(stale + Object.values(by).reduce((sum, one) => sum + one, 0), count, `seed ${seed}`)
    }
    const isStale = (k: number) => glides.get(units[seen.unit[k]!]!.handle)!.stale
    const inClusters = Array.from({ length: seen.count }, (_, k) => k).filter((k) => !signs.includes(k))
    assert.equal(clusters.reduce((sum, { stale }) => sum + stale, 0), inClusters.filter(isStale).length, `seed ${seed}`)
    assert.equal(clusters.reduce((sum, { tones: { busy } }) => sum + busy, 0), inClusters.filter((k) => !isStale(k) && units[seen.unit[k]!]!.tone === 'busy').length, `seed ${seed}`)
    let covered = 0
    for (const [n, a] of clusters.entries()) for (const b of clusters.slice(n + 1)) if (Math.hypot(a.x - b.x, a.y - b.y) < Math.min(clusterRadius(a.count), clusterRadius(b.count))) covered++
    assert.equal(covered, 0, `seed ${seed}: a cluster hides another`)
  }
})

test('clusters stay where they are while the map is moved', () => {
  const { units, glides } = crowd(500, 12, 8)
  const at = (x: number) => {
    const seen = seenNobody()
    const moved = { ...camera, zoom: 6.3, x, width: 4000, height: 4000, y: 2000 }
    look(units, glides, 1400, moved, seen)
    return arrange(units, seen, moved, null, false).clusters.map((cluster) => `${(cluster.x - x).toFixed(1)} ${cluster.y.toFixed(1)} ${cluster.count}`).sort()
  }
  assert.deepEqual(at(2000), at(2031))
})

test('names lie neither on each other nor on signs, and stay on their side while they can', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { units, glides } = crowd(200, seed, 0.05)
    const seen = seenNobody()
    look(units, glides, 1400, camera, seen)
    const signs = Uint32Array.from({ length: seen.count }, (_, k) => k)
    const width = (k: number) => 24 + (k % 5) * 8
    const before = new Map<number, NameSide>()
    const placed = placeNames(signs, seen, (k) => seen.unit[k]! + 1, width, before)
    assert.ok(placed.size > 0 && placed.size < seen.count, `seed ${seed}: ${placed.size} of ${seen.count}`)
    const boxes = [...placed].map(([k, side]) => [k, ...nameCorner(side, seen.x[k]!, seen.y[k]!, width(k))] as const)
    for (const [k, left, top] of boxes) {
      for (const [other, otherLeft, otherTop] of boxes) {
        if (other === k) continue
        assert.ok(left + width(k) <= otherLeft || otherLeft + width(other) <= left || top + 14 <= otherTop || otherTop + 14 <= top, `seed ${seed}: the names of ${k} and ${other} lie on each other`)
      }
      for (const sign of signs) {
        const [x, y] = [seen.x[sign]!, seen.y[sign]!]
        assert.ok(x + 7 <= left || x - 7 >= left + width(k) || y + 7 <= top || y - 7 >= top + 14, `seed ${seed}: the name of ${k} lies on ${sign}`)
      }
    }
    assert.deepEqual(placeNames(signs, seen, (k) => seen.unit[k]! + 1, width, before), placed, 'nothing moved, so no name does')
  }
  assert.equal(new Set(nameSides).size, 4)
})

test('the middle of the world is the equator', () => {
  assert.equal(mercatorY(0), 0.5)
  assert.ok(Math.abs(mercatorY(85.0511287798) - 0) < 1e-9)
})
