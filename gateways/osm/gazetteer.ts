/** The names of a town: streets, crossings, places and points of interest, with how each name sounds. */
import { distanceMeters } from '#core/geo/distance.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import { CLOSED, type RoadGraph } from '#core/graph/road-graph.ts'
import { coordinatesOf, isClosed, labelPointOf, polygonsOf, squareMetersOf } from './areas.ts'
import { isArea } from './features.ts'
import { namesOf, otherNames, soundsOf } from './names.ts'
import { indexNodes, type NodeIndex } from './node-index.ts'
import type { OsmData, OsmWay, Tags } from './pbf.ts'
import { kindWords, placeZooms, poiOf } from './poi.ts'
import type { OsmRoads } from './roads.ts'

/** A way to say a name: `chars[i]` sounds like `sounds[i]`; letters and digits are their own sound. */
export type Spelling = { readonly text: string; readonly chars: readonly string[]; readonly sounds: readonly string[] }

export type GazetteerEntry = {
  readonly id: string
  readonly kind: 'street' | 'crossing' | 'place' | 'poi'
  readonly name: string
  readonly nameEn: string | null
  readonly detail: string | null
  readonly lon: number
  readonly lat: number
  /** 0 comes first among equals. */
  readonly rank: number
  readonly spellings: readonly Spelling[]
  /** What a thing of this kind is called in general: 学校, school. */
  readonly kindWords?: readonly Spelling[]
  /** A crossing's streets, as places in `streets`. */
  readonly streets?: readonly number[]
}

export type Gazetteer = {
  /** By the graph's `edgeStreet`. */
  readonly streets: readonly { readonly name: string; readonly nameEn: string | null; readonly spellings: readonly Spelling[] }[]
  readonly entries: readonly GazetteerEntry[]
  /** The settlement the map is of, as far as the map says. */
  readonly townName: string | null
}

const spellingsOf = (names: readonly (string | null | undefined)[]): Spelling[] =>
  [...new Set(names.filter((name): name is string => Boolean(name)))].map((text) => ({ text, ...soundsOf(text) }))

const spelledWords = new Map<string, readonly Spelling[]>()
function wordsSpelled(detail: string): readonly Spelling[] {
  let spelled = spelledWords.get(detail)
  if (!spelled) spelledWords.set(detail, (spelled = spellingsOf(kindWords[detail]!)))
  return spelled
}

/** Nodes of one crossing of wide roads lie within this of each other. */
const CROSSING_METERS = 60
/** A nameless piece of road up to this long does not part two streets. */
const LINK_METERS = 40
/** Parts of a street with one name count as one street up to this gap. */
const STREET_GAP_METERS = 400
/** A hamlet of the same name two streets on is the same thing mapped twice (a node and its area). */
const TWIN_METERS = 250

export function gazetteerOf(data: OsmData, roads: OsmRoads, graph: RoadGraph, index: NodeIndex = indexNodes(data.nodeIds)): Gazetteer {
  const streets = roads.streets.map(({ name, tags }) => {
    const names = namesOf({ ...tags, name })!
    return { name, nameEn: names.nameEn, spellings: spellingsOf([name, names.nameEn, names.nameZh, tags.ref, ...otherNames(tags)]) }
  })
  const entries: GazetteerEntry[] = [...streetEntries(streets, roads, graph, data), ...crossingEntries(streets, roads, graph, data)]
  entries.push(...placesAndPois(data, index))
  return { streets, entries, townName: townNameOf(data) }
}

function streetEntries(streets: Gazetteer['streets'], roads: OsmRoads, graph: RoadGraph, data: OsmData): GazetteerEntry[] {
  const edgesByName = new Map<string, number[]>()
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const street = graph.edgeStreet[edge]!
    if (street < 0 || !isOpen(graph, edge)) continue
    const { name } = streets[street]!
    const list = edgesByName.get(name)
    if (list) list.push(edge)
    else edgesByName.set(name, [edge])
  }
  const found: GazetteerEntry[] = []
  for (const edges of edgesByName.values()) {
    for (const part of partsOf(edges, graph)) {
      const first = part.reduce((a, b) => Math.min(a, b))
      const names = streets[graph.edgeStreet[part.find((edge) => streets[graph.edgeStreet[edge]!]!.nameEn) ?? first]!]!
      const [lon, lat] = middleOf(part, graph)
      // the most important class names the street, so that "residential" is not said of a main road with a short end
      const main = part.reduce((a, b) => (graph.edgeClass[b]! < graph.edgeClass[a]! ? b : a))
      const way = data.ways[roads.edgeWay[main]!]!
      const rank = Math.min(3, Math.floor(graph.edgeClass[main]! / 4))
      found.push({ id: `s${way.id}`, kind: 'street', name: names.name, nameEn: names.nameEn, detail: way.tags.highway ?? null, lon, lat, rank, spellings: names.spellings })
    }
  }
  return found
}

const isOpen = (graph: RoadGraph, edge: number) =>
  travelModes.some((mode) => graph.networks[mode].arcMs[2 * edge] !== CLOSED || graph.networks[mode].arcMs[2 * edge + 1] !== CLOSED)

/** Edges of one name in parts that hang together, gaps and second carriageways bridged. */
function partsOf(edges: readonly number[], graph: RoadGraph): number[][] {
  const parent = new Map<number, number>()
  const root = (node: number): number => {
    let at = node
    while (parent.get(at) !== at) at = parent.get(at)!
    return at
  }
  for (const edge of edges) {
    for (const node of [graph.edgeFrom[edge]!, graph.edgeTo[edge]!]) if (!parent.has(node)) parent.set(node, node)
    parent.set(root(graph.edgeFrom[edge]!), root(graph.edgeTo[edge]!))
  }
  const nodes = [...parent.keys()].sort((a, b) => graph.nodes[2 * a + 1]! - graph.nodes[2 * b + 1]!)
  const reach = (STREET_GAP_METERS / 111_195) * 1e7
  for (const [i, a] of nodes.entries()) {
    for (let k = i + 1; k < nodes.length; k++) {
      const b = nodes[k]!
      if (graph.nodes[2 * b + 1]! - graph.nodes[2 * a + 1]! > reach) break
      if (root(a) !== root(b) && nodeMeters(graph, a, b) <= STREET_GAP_METERS) parent.set(root(a), root(b))
    }
  }
  const parts = new Map<number, number[]>()
  for (const edge of edges) {
    const key = root(graph.edgeFrom[edge]!)
    const part = parts.get(key)
    if (part) part.push(edge)
    else parts.set(key, [edge])
  }
  return [...parts.values()]
}

const nodeMeters = (graph: RoadGraph, a: number, b: number) =>
  distanceMeters(graph.nodes[2 * a]! / 1e7, graph.nodes[2 * a + 1]! / 1e7, graph.nodes[2 * b]! / 1e7, graph.nodes[2 * b + 1]! / 1e7)

/** The point of a street nearest to the middle of all its points: it lies on the street. */
function middleOf(edges: readonly number[], graph: RoadGraph): [number, number] {
  let [lon, lat, weight] = [0, 0, 0]
  const points: [number, number][] = []
  for (const edge of edges) {
    const length = graph.edgeMillimeters[edge]!
    const [a, b] = [graph.shapeStarts[edge]!, graph.shapeStarts[edge + 1]! - 1]
    const middle = (a + b) >>> 1
    for (let p = a; p <= b; p++) points.push([graph.shape[2 * p]! / 1e7, graph.shape[2 * p + 1]! / 1e7])
    lon += (graph.shape[2 * middle]! / 1e7) * length
    lat += (graph.shape[2 * middle + 1]! / 1e7) * length
    weight += length
  }
  const [x, y] = [lon / weight, lat / weight]
  return points.reduce((best, point) => (distanceMeters(x, y, ...point) < distanceMeters(x, y, ...best) ? point : best))
}

function crossingEntries(streets: Gazetteer['streets'], roads: OsmRoads, graph: RoadGraph, data: OsmData): GazetteerEntry[] {
  const meeting = new Map<number, Set<number>>()
  const rings: number[] = []
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const street = graph.edgeStreet[edge]!
    if (!isOpen(graph, edge)) continue
    // a roundabout's own name, if it has one, is not that of a street which crosses another
    if (isRoundabout(data.ways[roads.edgeWay[edge]!]!.tags)) rings.push(edge)
    else if (street >= 0) {
      for (const node of [graph.edgeFrom[edge]!, graph.edgeTo[edge]!]) {
        const set = meeting.get(node)
        if (set) set.add(street)
        else meeting.set(node, new Set([street]))
      }
    }
  }
  // Streets that reach one roundabout cross there, wherever on it they reach it.
  const ringOf = new Map<number, number>()
  for (const [ring, nodes] of ringsOf(rings, graph).entries()) {
    const reached = nodes.filter((node) => meeting.has(node))
    const all = new Set(reached.flatMap((node) => [...meeting.get(node)!]))
    for (const node of reached) {
      ringOf.set(node, ring)
      meeting.set(node, all)
    }
  }
  // Two streets may be joined by a few metres of road with no name, as where carriageways part.
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    if (graph.edgeStreet[edge]! >= 0 || graph.edgeMillimeters[edge]! > LINK_METERS * 1000 || !isOpen(graph, edge)) continue
    if (isRoundabout(data.ways[roads.edgeWay[edge]!]!.tags)) continue
    const [a, b] = [graph.edgeFrom[edge]!, graph.edgeTo[edge]!]
    const [atA, atB] = [meeting.get(a), meeting.get(b)]
    if (atA && atB) meeting.set(a, new Set([...atA, ...atB]))
  }
  // one crossing for each pair of names; wide roads meet in several nodes
  type Group = { nodes: number[]; streets: [number, number] }
  const groups = new Map<string, Group[]>()
  for (const [node, set] of [...meeting].sort(([a], [b]) => a - b)) {
    const list = [...set].sort((a, b) => a - b)
    for (const [i, a] of list.entries()) {
      for (const b of list.slice(i + 1)) {
        const [nameA, nameB] = [streets[a]!.name, streets[b]!.name]
        if (nameA === nameB) continue
        const key = nameA < nameB ? `${nameA}\n${nameB}` : `${nameB}\n${nameA}`
        const same = groups.get(key) ?? []
        const ring = ringOf.get(node)
        const near = same.find((group) => group.nodes.some((other) => (ring !== undefined && ringOf.get(other) === ring) || nodeMeters(graph, node, other) <= CROSSING_METERS))
        if (near) {
          if (!near.nodes.includes(node)) near.nodes.push(node)
        } else same.push({ nodes: [node], streets: importance(graph, a) <= importance(graph, b) ? [a, b] : [b, a] })
        groups.set(key, same)
      }
    }
  }
  const found: GazetteerEntry[] = []
  for (const same of groups.values()) {
    for (const { nodes, streets: pair } of same) {
      const lon = nodes.reduce((sum, node) => sum + graph.nodes[2 * node]!, 0) / nodes.length / 1e7
      const lat = nodes.reduce((sum, node) => sum + graph.nodes[2 * node + 1]!, 0) / nodes.length / 1e7
      const [a, b] = pair.map((street) => streets[street]!) as [Gazetteer['streets'][number], Gazetteer['streets'][number]]
      found.push({
        id: `x${roads.nodeIds[nodes[0]!]}-${pair[0]}-${pair[1]}`,
        kind: 'crossing',
        name: `${a.name}/${b.name}`,
        nameEn: a.nameEn || b.nameEn ? `${a.nameEn ?? a.name} & ${b.nameEn ?? b.name}` : null,
        detail: null,
        lon,
        lat,
        rank: 1,
        spellings: [],
        streets: pair,
      })
    }
  }
  return found
}

const isRoundabout = (tags: Tags) => tags.junction === 'roundabout' || tags.junction === 'circular'

/** The nodes of each roundabout: its edges hang together. */
function ringsOf(edges: readonly number[], graph: RoadGraph): number[][] {
  const around = new Map<number, number[]>()
  for (const edge of edges) {
    const [a, b] = [graph.edgeFrom[edge]!, graph.edgeTo[edge]!]
    for (const [node, other] of [[a, b], [b, a]] as const) around.set(node, [...(around.get(node) ?? []), other])
  }
  const rings: number[][] = []
  const seen = new Set<number>()
  for (const start of around.keys()) {
    if (seen.has(start)) continue
    seen.add(start)
    const ring = [start]
    for (let i = 0; i < ring.length; i++) {
      for (const other of around.get(ring[i]!)!) {
        if (seen.has(other)) continue
        seen.add(other)
        ring.push(other)
      }
    }
    rings.push(ring)
  }
  return rings
}

const importanceOf = new WeakMap<RoadGraph, Map<number, number>>()
/** The best class any edge of a street has: the more important street is named first. */
function importance(graph: RoadGraph, street: number): number {
  let table = importanceOf.get(graph)
  if (!table) {
    table = new Map()
    for (let edge = 0; edge < graph.edgeCount; edge++) {
      const own = graph.edgeStreet[edge]!
      table.set(own, Math.min(table.get(own) ?? 99, graph.edgeClass[edge]!))
    }
    importanceOf.set(graph, table)
  }
  return table.get(street) ?? 99
}

function placesAndPois(data: OsmData, index: NodeIndex): GazetteerEntry[] {
  const found: GazetteerEntry[] = []
  const byName = new Map<string, GazetteerEntry[]>()
  const add = (id: string, tags: Tags, lon: number, lat: number) => {
    const names = namesOf(tags)
    if (!names) return
    const poi = poiOf(tags)
    const isPlace = tags.place !== undefined && placeZooms[tags.place] !== undefined
    if (!isPlace && !poi) return
    const twins = byName.get(names.name) ?? []
    if (twins.some((other) => distanceMeters(other.lon, other.lat, lon, lat) < TWIN_METERS)) return
    const entry: GazetteerEntry = {
      id,
      kind: isPlace ? 'place' : 'poi',
      name: names.name,
      nameEn: names.nameEn,
      detail: isPlace ? `place=${tags.place}` : poi!.detail,
      lon,
      lat,
      rank: isPlace ? (placeZooms[tags.place!]! <= 8 ? 0 : tags.place === 'locality' ? 2 : 1) : poi!.rank,
      spellings: spellingsOf([names.name, names.nameEn, names.nameZh, tags.operator && poi?.rank === 0 ? tags.operator : null, ...otherNames(tags)]),
      ...(poi && !isPlace && kindWords[poi.detail] ? { kindWords: wordsSpelled(poi.detail) } : {}),
    }
    byName.set(names.name, [...twins, entry])
    found.push(entry)
  }
  for (const [node, tags] of data.nodeTags) {
    add(`n${data.nodeIds[node]}`, tags, data.nodeLonLat[2 * node]! / 1e7, data.nodeLonLat[2 * node + 1]! / 1e7)
  }
  const points = coordinatesOf(data, index)
  for (const way of data.ways) {
    if (!way.tags.name || !isClosed(way) || !isArea(way.tags)) continue
    const ring = points(way.refs)
    if (ring.length >= 4) add(`w${way.id}`, way.tags, ...labelPointOf(ring))
  }
  const wayById = new Map<number, OsmWay>(data.ways.map((way) => [way.id, way]))
  for (const relation of data.relations) {
    if (!relation.tags.name || relation.tags.type !== 'multipolygon') continue
    const outers = polygonsOf(relation, wayById, points).map(([outer]) => outer!)
    if (outers.length === 0) continue
    const largest = outers.reduce((a, b) => (squareMetersOf(b) > squareMetersOf(a) ? b : a))
    add(`r${relation.id}`, relation.tags, ...labelPointOf(largest))
  }
  return found
}

/** The settlement that matters most among those inside the file. */
function townNameOf(data: OsmData): string | null {
  const order = ['city', 'town', 'borough', 'suburb', 'village', 'quarter', 'neighbourhood', 'hamlet']
  let best: Tags | undefined
  const weight = (tags: Tags) => order.indexOf(tags.place!) - Math.min(0.99, Number(tags.population ?? 0) / 1e8)
  for (const tags of data.nodeTags.values()) {
    if (!tags.name || !order.includes(tags.place ?? '')) continue
    if (!best || weight(tags) < weight(best)) best = tags
  }
  return best?.name ?? null
}
