/**
 * Travel prepared in advance: a contraction hierarchy and hub labels over the streets as they are at one moment.
 *
 * A point on the road has *ends*: vertices with offsets. Where one stands on a link that is its vertex's only one, the end is that
 * vertex and the offset is minus what was already travelled; else the vertices the link leads to, and what it takes to get there.
 */
import { COST_PER_MS } from './cost.ts'
import type { TravelMode } from './graph-input.ts'
import type { Snap } from './grid.ts'
import type { Digraph } from './hierarchy/digraph.ts'
import type { Ends, Seeds } from './hierarchy/ends.ts'
import { contract, hierarchySections, type Hierarchy } from './hierarchy/hierarchy.ts'
import { buildLabels } from './hierarchy/build-labels.ts'
import { labelDistance, labelSections, type Labels } from './hierarchy/labels.ts'
import { bucketMatrix, labelMatrix } from './hierarchy/matrix.ts'
import { shortestPath } from './hierarchy/path.ts'
import { tree } from './hierarchy/sweep.ts'
import type { Extras, FileArray } from './graph-file.ts'
import { vertexCountOf } from './road-graph.ts'
import { aheadCost, entriesOf, exitsOf, type LinkPoint, type Streets } from './streets.ts'
import { wayOf, type Leg, type Way } from './way.ts'

/** Above so many vertices labels cost more memory than they are worth, and the hierarchy answers alone. */
export const LABELLED_VERTICES_MAX = 300_000

export type Plan = {
  readonly hierarchy: Hierarchy
  readonly labels: Labels | undefined
}

/** The steps that are open, as a plain digraph: vertex numbers stay. */
export function digraphOf({ network, stepCost }: Streets): Digraph {
  const count = vertexCountOf(network)
  const { stepStarts, stepHead } = network
  const starts = new Uint32Array(count + 1)
  const heads = new Uint32Array(stepHead.length)
  const costs = new Float64Array(stepHead.length)
  let used = 0
  for (let vertex = 0; vertex < count; vertex++) {
    for (let step = stepStarts[vertex]!; step < stepStarts[vertex + 1]!; step++) {
      if (stepCost[step] === Infinity) continue
      heads[used] = stepHead[step]!
      costs[used++] = stepCost[step]!
    }
    starts[vertex + 1] = used
  }
  return { count, starts, heads: heads.slice(0, used), costs: costs.slice(0, used) }
}

/** Whose labels are kept: what plans ask for by the million are patrol cars. The others' matrices come from the hierarchy, at a fifth of the memory. */
const labelledModes: readonly TravelMode[] = ['car']

/** Prepare. Seconds for a town: done aside, while live searches answer. */
export function buildPlan(streets: Streets, onShare?: (share: number) => void): Plan {
  const hierarchy = contract(digraphOf(streets), onShare)
  const isLabelled = labelledModes.includes(streets.mode) && hierarchy.count <= LABELLED_VERTICES_MAX
  return { hierarchy, labels: isLabelled ? buildLabels(hierarchy) : undefined }
}

/** A plan's arrays by name, to be kept in the graph's file. */
export function planExtras(plan: Plan, prefix: string): Extras {
  const extras: Record<string, FileArray> = {}
  for (const [name] of hierarchySections) extras[`${prefix}.hierarchy.${name}`] = plan.hierarchy[name]
  if (plan.labels) for (const [name] of labelSections) extras[`${prefix}.labels.${name}`] = plan.labels[name]
  return extras
}

/** The plan kept under a prefix, undefined where there is none. */
export function planFrom(extras: Extras, prefix: string): Plan | undefined {
  const part = (names: readonly (readonly [string, string])[], of: string) => {
    const entries = names.map(([name]) => [name, extras[`${prefix}.${of}.${name}`]] as const)
    return entries.every(([, array]) => array !== undefined) ? Object.fromEntries(entries) : undefined
  }
  // `planExtras` wrote them, and the file's checksum says that nobody else did
  const hierarchy = part(hierarchySections, 'hierarchy') as Omit<Hierarchy, 'count'> | undefined
  const labels = part(labelSections, 'labels') as Omit<Labels, 'count'> | undefined
  if (!hierarchy) return undefined
  const count = hierarchy.rankOf.length
  return { hierarchy: { count, ...hierarchy }, labels: labels && { count, ...labels } }
}

/** A way to set out: how the road is left by an end, for those who want the way and not only its cost. */
type Departure = { readonly exit: LinkPoint; readonly vertex: number; readonly offset: number; /** −1: along the vertex's own link. */ readonly step: number }

/** @param own  whether ends may stand on their link's own vertex */
function departuresOf(streets: Streets, exits: readonly LinkPoint[], own: boolean): Departure[] {
  const { linkVertex, stepStarts, stepHead, stepLink, stepTurnMs } = streets.network
  const departures: Departure[] = []
  for (const exit of exits) {
    const vertex = linkVertex[exit.link]!
    const [first, end] = [stepStarts[vertex]!, stepStarts[vertex + 1]!]
    if (own && streets.linkCost[exit.link] !== Infinity && stepLink[first] === exit.link && stepLink[end - 1] === exit.link && first < end) {
      departures.push({ exit, vertex, offset: -exit.sinceStart, step: -1 })
      continue
    }
    if (exit.untilEnd === Infinity) continue
    for (let step = first; step < end; step++) {
      if (stepLink[step] === exit.link) departures.push({ exit, vertex: stepHead[step]!, offset: exit.untilEnd + stepTurnMs[step]! * COST_PER_MS, step })
    }
  }
  return departures
}

const reachable = (streets: Streets, snap: Snap) => entriesOf(streets, snap).filter((entry) => entry.sinceStart !== Infinity)

const seedsOf = (ends: readonly { readonly vertex: number; readonly offset: number }[]): Seeds => ({
  vertices: Uint32Array.from(ends, ({ vertex }) => vertex),
  offsets: Float64Array.from(ends, ({ offset }) => offset),
})
const arrivalsAt = ({ network }: Streets, entries: readonly LinkPoint[]) =>
  entries.map((entry) => ({ vertex: network.linkVertex[entry.link]!, offset: entry.sinceStart }))

/**
 * Least cost from each point to each other.
 *
 * @returns [from × to] row by row, Infinity where there is no way
 *
 * O(entries of all labels + pairs of entries that meet); without labels, a climb for each point instead.
 */
export function planMatrix(plan: Plan, streets: Streets, from: readonly Snap[], to: readonly Snap[]): Float64Array {
  const exits = from.map((snap) => exitsOf(streets, snap))
  const entries = to.map((snap) => reachable(streets, snap))
  const sources = rowsOf(exits.map((each) => departuresOf(streets, each, true)))
  const targets = rowsOf(entries.map((each) => arrivalsAt(streets, each)))
  const costs = plan.labels ? labelMatrix(plan.labels, sources, targets) : bucketMatrix(plan.hierarchy, sources, targets)

  // Who stands on the link on which he wants to be is told apart: straight ahead, or all the way round.
  const targetsOn = new Map<number, number[]>()
  for (const [j, snap] of to.entries()) {
    for (const { link } of entriesOf(streets, snap)) {
      const here = targetsOn.get(link)
      if (here) here.push(j)
      else targetsOn.set(link, [j])
    }
  }
  for (const [i, each] of exits.entries()) {
    const shared = new Set(each.flatMap(({ link }) => targetsOn.get(link) ?? []))
    for (const j of shared) costs[i * to.length + j] = sharedLinkCost(plan, streets, each, entriesOf(streets, to[j]!))
  }
  return costs
}

function rowsOf(points: readonly (readonly { readonly vertex: number; readonly offset: number }[])[]): Ends {
  const starts = new Uint32Array(points.length + 1)
  for (const [i, ends] of points.entries()) starts[i + 1] = starts[i]! + ends.length
  const vertices = new Uint32Array(starts[points.length]!)
  const offsets = new Float64Array(starts[points.length]!)
  let k = 0
  for (const ends of points) {
    for (const { vertex, offset } of ends) {
      vertices[k] = vertex
      offsets[k++] = offset
    }
  }
  return { starts, vertices, offsets }
}

function straightAhead(streets: Streets, exits: readonly LinkPoint[], entries: readonly LinkPoint[]) {
  let best: { cost: number; exit: LinkPoint; entry: LinkPoint } | undefined
  for (const exit of exits) {
    for (const entry of entries) {
      const cost = aheadCost(streets, exit, entry)
      if (cost < (best?.cost ?? Infinity)) best = { cost, exit, entry }
    }
  }
  return best
}

function sharedLinkCost({ labels, hierarchy }: Plan, streets: Streets, exits: readonly LinkPoint[], entries: readonly LinkPoint[]): number {
  const departures = departuresOf(streets, exits, false)
  const places = arrivalsAt(streets, entries.filter((entry) => entry.sinceStart !== Infinity))
  let best = straightAhead(streets, exits, entries)?.cost ?? Infinity
  if (!labels) return Math.min(best, shortestPath(hierarchy, seedsOf(departures), seedsOf(places))?.cost ?? Infinity)
  for (const departure of departures) {
    for (const place of places) {
      // most often straight ahead is less than getting onto the network and off it
      const least = departure.offset + place.offset
      if (least < best) best = Math.min(best, least + labelDistance(labels, departure.vertex, place.vertex))
    }
  }
  return best
}

/** The fastest way from one point to another; its time and length are what `planMatrix` says. Undefined when there is none. */
export function planRoute(plan: Plan, streets: Streets, from: Snap, to: Snap): Way | undefined {
  const exits = exitsOf(streets, from)
  const all = entriesOf(streets, to)
  const entries = all.filter((entry) => entry.sinceStart !== Infinity)
  const sharesLink = exits.some((exit) => all.some((entry) => entry.link === exit.link))
  const departures = departuresOf(streets, exits, !sharesLink)
  const path = shortestPath(plan.hierarchy, seedsOf(departures), seedsOf(arrivalsAt(streets, entries)))
  const ahead = sharesLink ? straightAhead(streets, exits, all) : undefined
  if (ahead && ahead.cost <= (path?.cost ?? Infinity)) return wayOf(streets, from, to, ahead.cost, [{ point: ahead.exit, until: ahead.entry }])
  if (!path) return undefined
  const departure = departures[path.fromEnd]!
  const legs: Leg[] = departure.step >= 0 ? [{ point: departure.exit, step: departure.step }] : []
  for (let i = 0; i + 1 < path.vertices.length; i++) {
    const step = cheapestStep(streets, path.vertices[i]!, path.vertices[i + 1]!)
    legs.push(i === 0 && departure.step < 0 ? { point: departure.exit, step } : { step })
  }
  legs.push({ until: entries[path.toEnd]! })
  return wayOf(streets, from, to, path.cost, legs)
}

/** Of the steps between two neighbours, the one that a least-cost way takes. */
function cheapestStep({ network, stepCost }: Streets, from: number, to: number): number {
  let best = -1
  for (let step = network.stepStarts[from]!; step < network.stepStarts[from + 1]!; step++) {
    if (network.stepHead[step] === to && (best < 0 || stepCost[step]! < stepCost[best]!)) best = step
  }
  return best
}

/**
 * Least cost from the nearest of some points to every vertex, or from every vertex to the nearest of them: whole trees, for
 * maps and layouts. By vertex, at the beginning of its links.
 *
 * O(vertices + arcs of the hierarchy), whatever the distance.
 */
export function planTree(plan: Plan, streets: Streets, points: readonly Snap[], direction: 'from' | 'to'): Float64Array {
  const ends =
    direction === 'from'
      ? points.flatMap((snap) => departuresOf(streets, exitsOf(streets, snap), false))
      : points.flatMap((snap) => arrivalsAt(streets, reachable(streets, snap)))
  return tree(plan.hierarchy, seedsOf(ends), direction)
}
