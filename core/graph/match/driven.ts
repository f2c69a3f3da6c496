/** Invented drives with their truth, for tests and benches: a random walk over the roads, which no router planned. */
import { METERS_PER_DEGREE } from '../../geo/distance.ts'
import { pointOnEdge } from '../grid.ts'
import type { Streets } from '../streets.ts'
import type { Fix } from './trellis.ts'

export type Drive = {
  /** The arcs driven, in order; the first and last as a whole. */
  readonly arcs: readonly number[]
  /** One a second, on the road. */
  readonly seconds: readonly { readonly arc: number; readonly lon: number; readonly lat: number }[]
}

/** Turn at random for some metres, never back on the spot, at 12 m/s, on a network whose vertices are its links. */
export function randomDrive(streets: Streets, random: () => number, meters: number): Drive {
  const { network, graph } = streets
  const isUsable = (link: number) => network.usable[network.pieceArc[network.linkStarts[link]!]! >>> 1] === 1
  const links = [...network.linkVertex.keys()].filter(isUsable)
  let link = links[Math.floor(random() * links.length)]!
  const arcs: number[] = []
  let left = meters * 1000
  while (left > 0) {
    for (let piece = network.linkStarts[link]!; piece < network.linkStarts[link + 1]!; piece++) {
      arcs.push(network.pieceArc[piece]!)
      left -= graph.edgeMillimeters[network.pieceArc[piece]! >>> 1]!
    }
    const vertex = network.linkVertex[link]!
    const steps = []
    for (let step = network.stepStarts[vertex]!; step < network.stepStarts[vertex + 1]!; step++) {
      if (network.stepLink[step] === link && isUsable(network.stepHead[step]!)) steps.push(step)
    }
    if (steps.length === 0) break
    link = network.stepHead[steps[Math.floor(random() * steps.length)]!]!
  }
  const seconds: { arc: number; lon: number; lat: number }[] = []
  let rest = 0
  for (const arc of arcs) {
    const whole = graph.edgeMillimeters[arc >>> 1]!
    let at = rest
    for (; at < whole; at += 12_000) {
      const { lon, lat } = pointOnEdge(graph, arc >>> 1, arc & 1 ? whole - at : at)
      seconds.push({ arc, lon, lat })
    }
    rest = at - whole
  }
  return { arcs, seconds }
}

/** What a receiver makes of a drive: every so many seconds, off by so many metres (each direction Gaussian). */
export function fixesOf({ seconds }: Drive, random: () => number, every: number, noiseMeters: number): Fix[] {
  const fixes: Fix[] = []
  for (let i = 0; i < seconds.length; i += every) {
    const { lon, lat } = seconds[i]!
    const [east, north] = gaussians(random)
    fixes.push({
      at: i * 1000,
      lon: lon + (east * noiseMeters) / (METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)),
      lat: lat + (north * noiseMeters) / METERS_PER_DEGREE,
    })
  }
  return fixes
}

/** Two at a time (Box & Muller 1958). */
export function gaussians(random: () => number): [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  const angle = 2 * Math.PI * random()
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}
