/** From a map file's ways and restriction relations to what `core/graph` builds a graph of. */
import type { GraphInput, ModeInput, TurnCosts, TurnRestriction } from '#core/graph/graph-input.ts'
import { carPassage, carSpeeds, classOf, footPassage, footSpeeds } from './access.ts'
import { nameOf } from './names.ts'
import { indexNodes, type NodeIndex } from './node-index.ts'
import type { OsmData, OsmRelation, OsmWay, Tags } from './pbf.ts'

/** A street's names as the map has them. `name` falls back to the road's number. */
export type StreetNames = { readonly name: string; readonly tags: Tags }

export type OsmRoads = {
  readonly input: GraphInput
  /** By `edgeStreet`. */
  readonly streets: readonly StreetNames[]
  /** [graph nodes] OpenStreetMap's id of each. */
  readonly nodeIds: Float64Array
  /** [edges] place of its way in `OsmData.ways`. */
  readonly edgeWay: Uint32Array
  /** Turn restrictions that concern cars and whose roads are all in the file. */
  readonly turnRestrictions: number
}

const DRIVEN_TURNS: TurnCosts = { uTurnMs: 10_000, leftMs: 6_000, rightMs: 6_000, freeDegrees: 30 }

/** Numbers that grow. */
class List {
  values = new Int32Array(1024)
  length = 0
  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Int32Array(2 * this.length)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length++] = value
  }
  signed = () => this.values.slice(0, this.length)
  unsigned = () => Uint32Array.from(this.signed())
}

export function roadsOf(data: OsmData, index: NodeIndex = indexNodes(data.nodeIds)): OsmRoads {
  // which ways count, and for whom
  const routable: { way: OsmWay; place: number; car: readonly [number, number]; foot: readonly [number, number] }[] = []
  for (const [place, way] of data.ways.entries()) {
    const car = carSpeeds(way.tags)
    const foot = footSpeeds(way.tags)
    if (car[0] + car[1] + foot[0] + foot[1] > 0) routable.push({ way, place, car, foot })
  }

  // where ways meet, end, are stopped or are named by a restriction
  const uses = new Uint8Array(data.nodeIds.length)
  for (const { way } of routable) {
    let before = -1
    way.refs.forEach((ref, i) => {
      const node = index.find(ref)
      if (node < 0) return
      const isEnd = i === 0 || i === way.refs.length - 1 || index.find(way.refs[i - 1]!) < 0 || index.find(way.refs[i + 1]!) < 0
      if (node !== before) uses[node] = Math.min(2, uses[node]! + (isEnd ? 2 : 1))
      before = node
    })
  }
  for (const [node, tags] of data.nodeTags) {
    const [car, foot] = [carPassage(tags), footPassage(tags)]
    if (car.blocked || car.delayMs > 0 || foot.blocked || foot.delayMs > 0) if (uses[node]! > 0) uses[node] = 2
  }
  for (const relation of data.relations) {
    if (!restrictionOf(relation.tags)) continue
    for (const member of relation.members) {
      if (member.type !== 'node' || member.role !== 'via') continue
      const node = index.find(member.ref)
      if (node >= 0 && uses[node]! > 0) uses[node] = 2
    }
  }

  // edges between those places
  const nodeOf = new Int32Array(data.nodeIds.length).fill(-1)
  const graphNodes = new List() // place in the file of each graph node
  const nodeAt = (place: number) => {
    if (nodeOf[place]! < 0) {
      nodeOf[place] = graphNodes.length
      graphNodes.push(place)
    }
    return nodeOf[place]!
  }
  const [from, to, street, kind, edgeWay, shapeStarts, shape] = Array.from({ length: 7 }, () => new List()) as [List, List, List, List, List, List, List]
  const carKmh: number[] = []
  const footKmh: number[] = []
  const wayEdges = new Map<number, [first: number, end: number]>()
  const streets: StreetNames[] = []
  const streetPlaces = new Map<string, number>()
  const streetOf = (tags: Tags): number => {
    const name = nameOf(tags) ?? (tags.highway && tags.highway !== 'service' ? tags.ref : undefined)
    if (!name) return -1
    const key = `${name}\n${tags['name:en'] ?? ''}`
    let place = streetPlaces.get(key)
    if (place === undefined) {
      place = streets.length
      streetPlaces.set(key, place)
      streets.push({ name, tags })
    }
    return place
  }

  shapeStarts.push(0)
  for (const { way, place, car, foot } of routable) {
    const first = from.length
    const streetPlace = streetOf(way.tags)
    const wayClass = classOf(way.tags)
    let piece: number[] = []
    const endPiece = () => {
      if (piece.length >= 2) {
        from.push(nodeAt(piece[0]!))
        to.push(nodeAt(piece.at(-1)!))
        street.push(streetPlace)
        kind.push(wayClass)
        edgeWay.push(place)
        for (const node of piece) {
          shape.push(data.nodeLonLat[2 * node]!)
          shape.push(data.nodeLonLat[2 * node + 1]!)
        }
        shapeStarts.push(shape.length / 2)
        carKmh.push(...car)
        footKmh.push(...foot)
      }
      piece = []
    }
    for (const ref of way.refs) {
      const node = index.find(ref)
      if (node < 0) {
        endPiece() // the extract was cut here
        continue
      }
      if (node === piece.at(-1)) continue
      piece.push(node)
      if (uses[node] === 2 && piece.length > 1) {
        endPiece()
        piece.push(node)
      }
    }
    endPiece()
    if (from.length > first && !wayEdges.has(way.id)) wayEdges.set(way.id, [first, from.length])
  }

  // the graph's nodes and what stands on them
  const places = graphNodes.signed()
  const nodes = new Int32Array(2 * places.length)
  const nodeIds = new Float64Array(places.length)
  const passages = { car: emptyPassages(places.length), foot: emptyPassages(places.length) }
  places.forEach((place, node) => {
    nodes[2 * node] = data.nodeLonLat[2 * place]!
    nodes[2 * node + 1] = data.nodeLonLat[2 * place + 1]!
    nodeIds[node] = data.nodeIds[place]!
    const tags = data.nodeTags.get(place)
    if (!tags) return
    for (const [mode, passage] of [['car', carPassage(tags)], ['foot', footPassage(tags)]] as const) {
      passages[mode].nodeBlocked[node] = passage.blocked ? 1 : 0
      passages[mode].nodeDelayMs[node] = passage.delayMs
    }
  })

  const edges = { from: from.unsigned(), to: to.unsigned() }
  const { restrictions, understood } = restrictionsOf(data.relations, wayEdges, edges, carKmh, (id) => {
    const place = index.find(id)
    return place < 0 ? -1 : nodeOf[place]!
  })
  const car: ModeInput = { arcKmh: Float64Array.from(carKmh), ...passages.car, restrictions, turns: DRIVEN_TURNS }
  const foot: ModeInput = { arcKmh: Float64Array.from(footKmh), ...passages.foot, restrictions: [], turns: undefined }
  return {
    input: {
      nodes,
      edgeFrom: edges.from,
      edgeTo: edges.to,
      edgeStreet: street.signed(),
      edgeClass: Uint8Array.from(kind.signed()),
      shapeStarts: shapeStarts.unsigned(),
      shape: shape.signed(),
      edgeLevel: new Int8Array(edges.from.length),
      modes: { car, emergency: car, bike: car, foot },
    },
    streets,
    nodeIds,
    edgeWay: edgeWay.unsigned(),
    turnRestrictions: understood,
  }
}

const emptyPassages = (count: number) => ({ nodeBlocked: new Uint8Array(count), nodeDelayMs: new Uint32Array(count) })

const kinds = /^(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)$/

/** What a restriction relation says to a car at all hours; undefined when it says nothing. */
export function restrictionOf(tags: Tags): { only: boolean; uTurn: boolean } | undefined {
  if (tags.type !== 'restriction') return undefined
  // Limits by the hour are left out: a car that obeys them at the wrong hour is sent round for nothing.
  if (tags.hour_on || tags.day_on || tags.date_on) return undefined
  const exceptions = (tags.except ?? '').split(';').map((word) => word.trim())
  if (exceptions.some((word) => ['motorcar', 'motor_vehicle', 'vehicle', 'emergency'].includes(word))) return undefined
  const said =
    tags['restriction:motorcar'] ?? tags['restriction:motor_vehicle'] ?? tags['restriction:vehicle'] ?? tags.restriction
  const found = kinds.exec(said ?? '')
  return found ? { only: found[1] === 'only', uTurn: found[2] === 'u_turn' } : undefined
}

type Edges = { readonly from: Uint32Array; readonly to: Uint32Array }

/** Relations as sequences of arcs. Where a way runs through the via node both of its sides are meant. */
function restrictionsOf(
  relations: readonly OsmRelation[],
  wayEdges: ReadonlyMap<number, readonly [number, number]>,
  edges: Edges,
  arcKmh: readonly number[],
  nodeOf: (id: number) => number,
) {
  const head = (arc: number) => (arc & 1 ? edges.from[arc >>> 1]! : edges.to[arc >>> 1]!)
  const tail = (arc: number) => head(arc ^ 1)
  const isOpen = (arc: number) => arcKmh[arc]! > 0
  const arcsOf = (way: number): number[] => {
    const range = wayEdges.get(way)
    return range ? Array.from({ length: 2 * (range[1] - range[0]) }, (_, i) => 2 * range[0] + i) : []
  }
  const restrictions: TurnRestriction[] = []
  let understood = 0
  for (const relation of relations) {
    const rule = restrictionOf(relation.tags)
    if (!rule) continue
    const members = (role: string) => relation.members.filter((member) => member.role === role)
    const fromWays = members('from').filter((member) => member.type === 'way')
    const toWays = members('to').filter((member) => member.type === 'way')
    const via = members('via')
    const found: number[][] = []
    for (const fromWay of fromWays) {
      for (const toWay of toWays) {
        if (via.length === 1 && via[0]!.type === 'node') {
          const node = nodeOf(via[0]!.ref)
          for (const a of arcsOf(fromWay.ref)) {
            if (head(a) !== node) continue
            for (const b of arcsOf(toWay.ref)) {
              if (tail(b) !== node) continue
              if ((a ^ 1) === b && !rule.uTurn) continue
              if (rule.uTurn && fromWay.ref === toWay.ref && (a ^ 1) !== b) continue
              found.push([a, b])
            }
          }
        } else if (via.length > 0 && via.every((member) => member.type === 'way')) {
          const steps = [fromWay, ...via, toWay].map((member) => arcsOf(member.ref))
          const path = pathThrough(steps, head, tail, isOpen) ?? pathThrough(steps, head, tail, () => true)
          if (path) found.push(path)
        }
      }
    }
    if (found.length > 0) understood++
    for (const arcs of found) restrictions.push({ only: rule.only, arcs })
  }
  return { restrictions, understood }
}

/**
 * The shortest run of arcs that begins on the first way, goes along all the ways between in their order, and ends on the
 * last: one arc of the first and the last, at least one of each between. Breadth first.
 */
function pathThrough(
  steps: readonly (readonly number[])[],
  head: (arc: number) => number,
  tail: (arc: number) => number,
  isOpen: (arc: number) => boolean,
): number[] | undefined {
  type Step = { readonly arc: number; readonly way: number; readonly before: Step | undefined }
  const queue: Step[] = steps[0]!.filter(isOpen).map((arc) => ({ arc, way: 0, before: undefined }))
  const seen = new Set<string>()
  for (let i = 0; i < queue.length; i++) {
    const here = queue[i]!
    const onward = here.way === 0 ? [1] : [here.way, here.way + 1]
    for (const way of onward) {
      for (const arc of steps[way] ?? []) {
        if (tail(arc) !== head(here.arc) || (arc ^ 1) === here.arc || !isOpen(arc)) continue
        const step: Step = { arc, way, before: here }
        if (way === steps.length - 1) {
          const path: number[] = []
          for (let at: Step | undefined = step; at; at = at.before) path.unshift(at.arc)
          return path
        }
        const key = `${way} ${arc}`
        if (seen.has(key)) continue
        seen.add(key)
        queue.push(step)
      }
    }
  }
  return undefined
}
