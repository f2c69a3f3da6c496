/** Going along a way as a vehicle does: it speeds up, slows for corners, stops at some crossings, and stops at the end. Pure. */
import { bearingDegrees, distanceMeters } from '#core/geo/distance.ts'
import { between } from './draw.ts'

export type Point = readonly [lon: number, lat: number]

/** Where somebody on a trip is. */
export type Moment = {
  readonly lon: number
  readonly lat: number
  readonly speedKmh: number
  /** Degrees clockwise from north. */
  readonly courseDeg: number
}

export type Trip = {
  readonly seconds: number
  readonly meters: number
  /** Before 0 at the start, after `seconds` at the end. O(log points). */
  at(seconds: number): Moment
}

export type Pace = {
  /** What it does on a straight. */
  readonly kmh: number
  /** Metres per second squared, speeding up and slowing down. */
  readonly acceleration: number
  /** Share of sharp corners (over 50°) at which it waits, and for how many seconds. */
  readonly waits: { readonly share: number; readonly seconds: readonly number[] }
}

const stepMeters = 15
const crawl = 0.5 // m/s: no piece takes for ever

/**
 * Plan a trip along a line.
 *
 * A limit is set at every point from how sharply the line turns there; then a pass forwards and one backwards
 * make every change of speed possible; what is left is the time at each point.
 *
 * @param line    lon, lat; one point (or none moved) is a trip of 0 seconds
 * @param random  for the waits
 */
export function planTrip(line: readonly Point[], pace: Pace, random: () => number): Trip {
  const points = resample(line)
  const count = points.length
  if (count === 0) throw new Error('A trip needs a place to be at')
  const top = Math.max(pace.kmh / 3.6, 2 * crawl)

  const meters = new Float64Array(count) // from the start
  const course = new Float64Array(count) // of the piece that leaves this point
  for (let i = 1; i < count; i++) {
    meters[i] = meters[i - 1] + distanceMeters(...points[i - 1], ...points[i])
    course[i - 1] = bearingDegrees(...points[i - 1], ...points[i])
  }
  if (count > 1) course[count - 1] = course[count - 2]

  const speed = new Float64Array(count).fill(top)
  const wait = new Float64Array(count)
  speed[0] = crawl
  speed[count - 1] = crawl
  for (let i = 1; i < count - 1; i++) {
    const turn = Math.abs(((course[i] - course[i - 1] + 540) % 360) - 180)
    // 90° at about 15 km/h for a car, 180° at walking pace
    if (turn > 15) speed[i] = Math.max(1.2, Math.min(top, (top * 25) / turn, 380 / turn))
    if (turn > 50 && random() < pace.waits.share) {
      wait[i] = between(random, pace.waits.seconds)
      speed[i] = crawl
    }
  }
  const reachable = (from: number, distance: number) => Math.sqrt(from * from + 2 * pace.acceleration * distance)
  for (let i = 1; i < count; i++) speed[i] = Math.min(speed[i], reachable(speed[i - 1], meters[i] - meters[i - 1]))
  for (let i = count - 2; i >= 0; i--) speed[i] = Math.min(speed[i], reachable(speed[i + 1], meters[i + 1] - meters[i]))

  const leaves = new Float64Array(count) // seconds from the start, after any wait
  const arrives = new Float64Array(count)
  for (let i = 1; i < count; i++) {
    arrives[i] = leaves[i - 1] + (2 * (meters[i] - meters[i - 1])) / (speed[i - 1] + speed[i])
    leaves[i] = arrives[i] + wait[i]
  }

  const standing = (i: number): Moment => ({ lon: points[i][0], lat: points[i][1], speedKmh: 0, courseDeg: course[i] })
  return {
    seconds: arrives[count - 1],
    meters: meters[count - 1],
    at(seconds) {
      if (!(seconds > 0)) return standing(0)
      if (seconds >= arrives[count - 1]) return standing(count - 1)
      // the last point left before now
      let low = 0
      let high = count - 1
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (arrives[middle] <= seconds) low = middle
        else high = middle
      }
      if (seconds < leaves[low]) return standing(low)
      const share = (seconds - leaves[low]) / (arrives[high] - leaves[low])
      const now = speed[low] + (speed[high] - speed[low]) * share
      // constant acceleration within the piece
      const along = (share * (speed[low] + now)) / (speed[low] + speed[high])
      const [fromLon, fromLat] = points[low]
      const [toLon, toLat] = points[high]
      return { lon: fromLon + (toLon - fromLon) * along, lat: fromLat + (toLat - fromLat) * along, speedKmh: now * 3.6, courseDeg: course[low] }
    },
  }
}

/** The same line with a point at least every `stepMeters`, repeated points dropped. */
function resample(line: readonly Point[]): Point[] {
  const points: Point[] = line.length > 0 ? [line[0]] : []
  for (const [lon, lat] of line.slice(1)) {
    const [fromLon, fromLat] = points.at(-1)!
    const meters = distanceMeters(fromLon, fromLat, lon, lat)
    if (meters < 0.1) continue
    const pieces = Math.ceil(meters / stepMeters)
    for (let piece = 1; piece <= pieces; piece++) {
      const share = piece / pieces
      points.push([fromLon + (lon - fromLon) * share, fromLat + (lat - fromLat) * share])
    }
  }
  return points
}
