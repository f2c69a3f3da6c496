/** Fences laid over recorded drives: standing at a light tells nothing, and driving through is told. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { planeAround, type Plane } from '#core/geo/distance.ts'
import { outlineOf, type FenceShape } from '#core/geo/fence-shape.ts'
import { sight, type Watched, type WatchedFence, type WatchedFix } from '#core/geo/fence-watch.ts'
import { seeded } from '#core/random.ts'
import { readTrack } from './read.ts'

const folder = process.env.GENGFU_MAPS && join(process.env.GENGFU_MAPS, 'gps-kubicka')
const skip = folder && existsSync(folder) ? false : 'GENGFU_MAPS has no gps-kubicka'

/** A recorded drive, and where the car truly was: the mean of the fixes seven seconds before and after. */
type Drive = { readonly name: string; readonly fixes: readonly WatchedFix[]; readonly plane: Plane; readonly smooth: readonly { readonly ms: number; readonly x: number; readonly y: number }[] }

function* drives(): Generator<Drive> {
  for (const name of readdirSync(folder!).filter((each) => /^\d+$/.test(each))) {
    const track = readTrack(name, readFileSync(join(folder!, name, `${name}.track`), 'utf8'))
    const plane = planeAround(track[0]!.lon, track[0]!.lat)
    const smooth = track.map(({ ms }) => {
      const around = track.filter((fix) => Math.abs(fix.ms - ms) <= 7000)
      const mean = (of: (fix: (typeof track)[number]) => number) => around.reduce((sum, fix) => sum + of(fix), 0) / around.length
      return { ms, x: mean(({ lon }) => plane.toX(lon)), y: mean(({ lat }) => plane.toY(lat)) }
    })
    yield { name, plane, smooth, fixes: track.map(({ ms, lon, lat }) => ({ at: ms, lon, lat, accuracyMeters: null, speedKmh: null })) }
  }
}

function thinned(fixes: readonly WatchedFix[], everySeconds: number): WatchedFix[] {
  let last = -Infinity
  return fixes.filter(({ at }) => {
    if (at - last < 1000 * everySeconds - 1) return false
    last = at
    return true
  })
}

function told(fixes: readonly WatchedFix[], shape: FenceShape) {
  const fence: WatchedFence = { id: 'f', outline: outlineOf(shape), wants: { stayMs: null, speedLimitKmh: null, overMs: 0 } }
  let watched: Watched | undefined
  return fixes.flatMap((fix) => {
    const next = sight(watched, fix, [fence])
    watched = next.watched
    return next.passages.map(({ type, at }) => ({ type, at, saidAt: fix.at }))
  })
}

/** Runs of fixes of which none is farther than 15 m from the middle of them. */
function standing({ fixes, plane }: Drive): WatchedFix[][] {
  const found: WatchedFix[][] = []
  for (let from = 0; from < fixes.length; ) {
    let [to, x, y] = [from, 0, 0]
    for (; to < fixes.length; to++) {
      const fix = fixes[to]!
      if (to > from && Math.hypot(plane.toX(fix.lon) - x, plane.toY(fix.lat) - y) > 15) break
      const share = 1 / (to - from + 1)
      x += (plane.toX(fix.lon) - x) * share
      y += (plane.toY(fix.lat) - y) * share
    }
    if (fixes[to - 1]!.at - fixes[from]!.at >= 30_000) found.push(fixes.slice(from, to))
    from = to
  }
  return found
}

test('cars that stand still at a border on recorded tracks cause no event', { skip }, (t) => {
  let [stands, seconds, trials, events] = [0, 0, 0, 0]
  for (const drive of drives()) {
    for (const stand of standing(drive)) {
      stands++
      seconds += (stand.at(-1)!.at - stand[0]!.at) / 1000
      const x = drive.plane.toX(stand[stand.length >> 1]!.lon)
      const y = drive.plane.toY(stand[stand.length >> 1]!.lat)
      for (let direction = 0; direction < 8; direction++) {
        for (const meters of [0, 2, 5, 10, 20]) {
          const angle = (direction * Math.PI) / 4
          const away = 300 + meters
          const centre = [drive.plane.toLon(x + away * Math.cos(angle)), drive.plane.toLat(y + away * Math.sin(angle))] as const
          trials++
          events += told(stand, { centre, radiusMeters: 300 }).length
        }
      }
    }
  }
  t.diagnostic(`${stands} stands of ${seconds.toFixed(0)} s together, ${trials} borders laid through them`)
  assert.ok(stands >= 10, `only ${stands} stands`)
  assert.equal(events, 0)
})

test('recorded drives through a fence are told, once each way, and nothing else is', { skip }, (t) => {
  for (const everySeconds of [1, 5, 10, 30]) {
    const random = seeded(7)
    const longMs = Math.max(90_000, 4000 * everySeconds)
    let [crossings, found, extra] = [0, 0, 0]
    const delays: number[] = []
    for (const drive of drives()) {
      for (let round = 0; round < 40; round++) {
        const near = drive.smooth[Math.floor(random() * drive.smooth.length)]!
        const radius = 150 + 350 * random()
        const [cx, cy] = [near.x + (random() - 0.5) * radius, near.y + (random() - 0.5) * radius]
        const inside = ({ x, y }: { x: number; y: number }) => radius - Math.hypot(x - cx, y - cy)
        // Surely a crossing: more than 60 m over the border, on either side long enough for four fixes, 90 s at least.
        const truth: { readonly at: number; readonly into: boolean; readonly clear: boolean }[] = []
        let side = Math.sign(inside(drive.smooth[0]!))
        for (let i = 1; i < drive.smooth.length; i++) {
          const now = Math.sign(inside(drive.smooth[i]!))
          if (now === side || now === 0) continue
          const stay = drive.smooth.slice(i).findIndex((place) => Math.sign(inside(place)) === -now)
          const after = drive.smooth.slice(i, stay < 0 ? undefined : i + stay)
          const before = drive.smooth.slice(0, i).filter(({ ms }) => ms > drive.smooth[i]!.ms - longMs)
          const clearAfter = after.at(-1)!.ms - after[0]!.ms >= longMs && after.some((place) => Math.abs(inside(place)) > 60)
          const clearBefore = i > 0 && before.every((place) => Math.sign(inside(place)) === side) && drive.smooth[i]!.ms - drive.smooth[0]!.ms >= longMs
          truth.push({ at: drive.smooth[i]!.ms, into: now > 0, clear: clearAfter && clearBefore })
          side = now
        }
        const events = told(thinned(drive.fixes, everySeconds), { centre: [drive.plane.toLon(cx), drive.plane.toLat(cy)], radiusMeters: radius })
        for (const crossing of truth.filter(({ clear }) => clear)) {
          crossings++
          const event = events.find(({ type, at }) => (type === 'entered') === crossing.into && Math.abs(at - crossing.at) <= 1000 * Math.max(30, 2 * everySeconds))
          if (!event) continue
          found++
          delays.push((event.saidAt - crossing.at) / 1000)
        }
        extra += events.filter(({ type, at }) => !truth.some((crossing) => crossing.into === (type === 'entered') && Math.abs(crossing.at - at) <= 1000 * Math.max(60, 2 * everySeconds))).length
      }
    }
    delays.sort((a, b) => a - b)
    const rank = (share: number) => delays[Math.floor(share * (delays.length - 1))]!.toFixed(0)
    t.diagnostic(`a fix in ${everySeconds} s: ${found} of ${crossings} crossings told, after ${rank(0.5)} s (median), ${rank(0.9)} s (nine of ten), ${rank(1)} s (all); ${extra} that nobody made`)
    assert.ok(crossings >= 100, `only ${crossings} crossings`)
    assert.ok(found >= 0.95 * crossings, `${found} of ${crossings} at ${everySeconds} s`)
    assert.ok(extra <= 0.01 * crossings, `${extra} events that nobody made at ${everySeconds} s`)
  }
})
