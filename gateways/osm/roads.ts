/** From a map file's ways and restriction relations to what `core/graph` builds a graph of. */
import { travelModes, type GraphInput, type ModeInput, type TravelMode } from '#core/graph/graph-input.ts'
import { GrowingList } from '#core/graph/grow.ts'
import { accessOf, classOf, whyNobody, type BothWays } from './access.ts'
import { builtUpOf, type BuiltUp } from './built-up.ts'
import { dropReport, type Dropped, type DropReason } from './dropped.ts'
import { nameOf } from './names.ts'
import { indexNodes, type NodeIndex } from './node-index.ts'
import type { OsmData, OsmWay, Tags } from './pbf.ts'
import { permissionOf } from './permission.ts'
import { turnCostsOf, usualProfile, type Profile } from './profile.ts'
import { restrictionsOf } from './restrictions.ts'
import { crossingsOf, ENTRANCES_MAX, squaresOf, type Square } from './squares.ts'

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
  /** Turn restrictions that concern vehicles and whose roads are all in the file. */
  readonly turnRestrictions: number
  /** What was not used, and why. */
  readonly dropped: Dropped
  /** How it was told where a place is built up. */
  readonly builtUpBy: BuiltUp['by']
}

/** A way as each traveller may use it. */
type Road = { readonly way: Pick<OsmWay, 'id' | 'refs' | 'tags'>; readonly place: number; readonly speeds: readonly BothWays[]; readonly isCrossing: boolean }

/**
 * @param profile  how each kind of traveller uses the roads
 *
 * O(points of the ways), plus what lies around squares.
 */
export function roadsOf(data: OsmData, index: NodeIndex = indexNodes(data.nodeIds), profile: Profile = usualProfile): OsmRoads {
  const report = dropReport()
  const access = travelModes.map((mode) => accessOf(profile, mode))
  const candidates = data.ways.flatMap((way, place) => (isCandidate(way.tags) ? [{ way, place }] : []))
  const uses = usesOf(candidates.map(({ way }) => way), data, index)
  const builtUp = builtUpOf(data, index, placesWhere(uses, (count) => count >= 2))

  // which ways count, and for whom
  const roads: Road[] = []
  for (const { way, place } of candidates) {
    const nobody = whyNobody(way.tags)
    if (nobody) {
      report.add(nobody, way.id)
      continue
    }
    const inside = builtUp.isBuiltUp(way.refs)
    const speeds = access.map((each) => each.speeds(way.tags, inside))
    if (speeds.every(([along, against]) => along === 0 && against === 0)) report.add('closed-to-all', way.id)
    else roads.push({ way, place, speeds, isCrossing: false })
    for (const reason of doubtsOf(way.tags)) report.add(reason, way.id)
  }

  const places = cornersOf(roads, data, index, access)
  roads.push(...walksAcross(squaresOf(data, index), data, index, places, access[travelModes.indexOf('foot')]!.speeds, (id) => report.add('area-too-complex', id)))

  const edges = edgesOf(roads, places, data, index, report.add)
  const { places: nodePlaces } = edges
  const nodes = new Int32Array(2 * nodePlaces.length)
  const nodeIds = new Float64Array(nodePlaces.length)
  const passages = travelModes.map(() => ({ nodeBlocked: new Uint8Array(nodePlaces.length), nodeDelayMs: new Uint32Array(nodePlaces.length) }))
  nodePlaces.forEach((place, node) => {
    nodes[2 * node] = data.nodeLonLat[2 * place]!
    nodes[2 * node + 1] = data.nodeLonLat[2 * place + 1]!
    nodeIds[node] = data.nodeIds[place]!
    const tags = data.nodeTags.get(place)
    if (!tags) return
    for (const [i, { passage }] of access.entries()) {
      const { blocked, delayMs } = passage(tags)
      passages[i]!.nodeBlocked[node] = blocked ? 1 : 0
      passages[i]!.nodeDelayMs[node] = delayMs
    }
  })
  const { byMode, understood } = restrictionsOf(data.relations, edges, (id) => edges.nodeOf(index.find(id)), report.add)

  const inputOf = (mode: TravelMode, i: number): ModeInput => ({
    arcKmh: edges.arcKmh[i]!,
    ...passages[i]!,
    restrictions: mode === 'foot' || profile.modes[mode].restrictions === 'ignore' ? [] : byMode[mode],
    turns: mode === 'foot' ? undefined : turnCostsOf(profile, mode),
  })
  const { edgeFrom, edgeTo, edgeStreet, edgeClass, edgeLevel, shapeStarts, shape } = edges
  return {
    input: {
      nodes,
      edgeFrom,
      edgeTo,
      edgeStreet,
      edgeClass,
      edgeLevel,
      shapeStarts,
      shape,
      modes: Object.fromEntries(travelModes.map((mode, i) => [mode, inputOf(mode, i)])) as Record<TravelMode, ModeInput>,
    },
    streets: edges.streets,
    nodeIds,
    edgeWay: edges.edgeWay,
    turnRestrictions: understood,
    dropped: report.finished(),
    builtUpBy: builtUp.by,
  }
}

const isCandidate = (tags: Tags) =>
  tags.highway !== undefined || tags.railway === 'platform' || tags.public_transport === 'platform' || tags.man_made === 'pier' || tags.route === 'ferry'

/** What a tag says that we do not follow. */
function doubtsOf(tags: Tags): Set<DropReason> {
  const doubts = new Set<DropReason>()
  for (const key in tags) {
    if (key.endsWith(':conditional')) {
      if (key.startsWith('maxspeed')) doubts.add('conditional-speed')
      else if (/^(access|vehicle|motor_vehicle|motorcar|motorcycle|bicycle|foot|oneway|psv|bus|emergency)\b/.test(key)) doubts.add('conditional-access')
    } else if ((key === 'access' || key === 'vehicle' || key === 'motor_vehicle' || key === 'motorcar') && isUnknown(tags[key]!)) doubts.add('unknown-access')
  }
  if (tags.oneway === 'reversible' || tags.oneway === 'alternating') doubts.add('reversible-road')
  return doubts
}
const isUnknown = (value: string) => permissionOf(value, []) === undefined

/** How often each place is on a road: 2 and more where roads meet or end. */
function usesOf(ways: readonly Pick<OsmWay, 'refs'>[], data: OsmData, index: NodeIndex): Uint8Array {
  const uses = new Uint8Array(data.nodeIds.length)
  for (const { refs } of ways) {
    // where a ring begins is no corner: nothing else need meet it there
    const isRing = refs.length > 2 && refs[0] === refs.at(-1)
    let before = -1
    for (let i = 0; i < refs.length - (isRing ? 1 : 0); i++) {
      const node = index.find(refs[i]!)
      if (node < 0) {
        if (before >= 0) uses[before] = 2 // the extract was cut here
        before = -1
        continue
      }
      if (node === before) continue
      const isEnd = !isRing && (before < 0 || i === refs.length - 1)
      uses[node] = Math.min(2, uses[node]! + (isEnd ? 2 : 1))
      before = node
    }
  }
  return uses
}

function* placesWhere(uses: Uint8Array, wanted: (count: number) => boolean): Generator<number> {
  for (let place = 0; place < uses.length; place++) if (wanted(uses[place]!)) yield place
}

/** [places] 2 where an edge ends: roads meet or end there, somebody is stopped or delayed, or a sign stands. */
function cornersOf(roads: readonly Road[], data: OsmData, index: NodeIndex, access: readonly { readonly passage: (tags: Tags) => { blocked: boolean; delayMs: number } }[]): Uint8Array {
  const uses = usesOf(roads.map(({ way }) => way), data, index)
  for (const [node, tags] of data.nodeTags) {
    if (uses[node] !== 1) continue
    if (access.some(({ passage }) => ((found) => found.blocked || found.delayMs > 0)(passage(tags)))) uses[node] = 2
  }
  for (const { tags, members } of data.relations) {
    if (!tags.type?.startsWith('restriction')) continue
    for (const { type, role, ref } of members) {
      if (type !== 'node' || role !== 'via') continue
      const node = index.find(ref)
      if (node >= 0 && uses[node] === 1) uses[node] = 2
    }
  }
  return uses
}

/** Straight ways over squares, between the places where other ways reach them. Those places become corners. */
function walksAcross(
  squares: readonly Square[],
  data: OsmData,
  index: NodeIndex,
  corners: Uint8Array,
  speedsOf: (tags: Tags, builtUp: boolean) => BothWays,
  onTooComplex: (way: number) => void,
): Road[] {
  const walks: Road[] = []
  for (const square of squares) {
    const { id, tags } = data.ways[square.way]!
    const entrances = [...new Set(square.refs)].filter((ref) => ((place) => place >= 0 && corners[place] === 2)(index.find(ref)))
    if (entrances.length > ENTRANCES_MAX) {
      onTooComplex(id)
      continue
    }
    const at = entrances.map((ref): [number, number] => ((place) => [data.nodeLonLat[2 * place]! / 1e7, data.nodeLonLat[2 * place + 1]! / 1e7] as [number, number])(index.find(ref)))
    const walked = speedsOf({ highway: 'pedestrian', ...(tags['oneway:foot'] ? { 'oneway:foot': tags['oneway:foot'] } : {}) }, true)
    for (const [a, b] of crossingsOf(square, at)) {
      const speeds = travelModes.map((mode): BothWays => (mode === 'foot' ? walked : [0, 0]))
      walks.push({ way: { id, refs: Float64Array.of(entrances[a]!, entrances[b]!), tags }, place: square.way, speeds, isCrossing: true })
    }
  }
  return walks
}

type Edges = Pick<GraphInput, 'edgeFrom' | 'edgeTo' | 'edgeStreet' | 'edgeClass' | 'edgeLevel' | 'shapeStarts' | 'shape'> & {
  readonly edgeWay: Uint32Array
  readonly streets: readonly StreetNames[]
  /** By mode, [2 × edges]. */
  readonly arcKmh: readonly Float64Array[]
  /** [graph nodes] place in the file's columns. */
  readonly places: Uint32Array
  /** The graph node at a place, −1 where there is none. */
  readonly nodeOf: (place: number) => number
  /** First edge of each way and one past its last, by OpenStreetMap's id. */
  readonly wayEdges: ReadonlyMap<number, readonly [first: number, end: number]>
}

/** The pieces of road between corners. */
function edgesOf(roads: readonly Road[], corners: Uint8Array, data: OsmData, index: NodeIndex, drop: (reason: DropReason, id: number) => void): Edges {
  const nodeOf = new Int32Array(data.nodeIds.length).fill(-1)
  const places = new GrowingList()
  const nodeAt = (place: number) => {
    if (nodeOf[place]! < 0) {
      nodeOf[place] = places.length
      places.push(place)
    }
    return nodeOf[place]!
  }
  const [from, to, street, kind, level, edgeWay, edgeRoad, shapeStarts, shape] = Array.from({ length: 9 }, () => new GrowingList()) as [
    GrowingList, GrowingList, GrowingList, GrowingList, GrowingList, GrowingList, GrowingList, GrowingList, GrowingList,
  ]
  const wayEdges = new Map<number, [first: number, end: number]>()
  const { streets, streetOf } = streetList()

  shapeStarts.push(0)
  let piece: number[] = []
  for (const [roadPlace, { way, place, isCrossing }] of roads.entries()) {
    const first = from.length
    const streetPlace = streetOf(way.tags)
    const wayClass = classOf(way.tags)
    const wayLevel = levelOf(way.tags)
    const endPiece = () => {
      if (piece.length >= 2) {
        from.push(nodeAt(piece[0]!))
        to.push(nodeAt(piece.at(-1)!))
        street.push(streetPlace)
        kind.push(wayClass)
        level.push(wayLevel)
        edgeWay.push(place)
        edgeRoad.push(roadPlace)
        for (const node of piece) {
          shape.push(data.nodeLonLat[2 * node]!)
          shape.push(data.nodeLonLat[2 * node + 1]!)
        }
        shapeStarts.push(shape.length / 2)
      }
      piece = []
    }
    let missing = false
    for (const ref of way.refs) {
      const node = index.find(ref)
      if (node < 0) {
        missing = true
        endPiece() // the extract was cut here
        continue
      }
      if (node === piece.at(-1)) continue
      piece.push(node)
      if (corners[node] === 2 && piece.length > 1) {
        endPiece()
        piece.push(node)
      }
    }
    endPiece()
    if (missing) drop('node-missing', way.id)
    if (from.length === first) drop('way-without-points', way.id)
    else if (!isCrossing && !wayEdges.has(way.id)) wayEdges.set(way.id, [first, from.length])
  }
  const roadOf = edgeRoad.finished()
  const arcKmh = roads.length === 0 ? travelModes.map(() => new Float64Array(0)) : travelModes.map((_, mode) => {
    const kmh = new Float64Array(2 * roadOf.length)
    for (let edge = 0; edge < roadOf.length; edge++) {
      const [along, against] = roads[roadOf[edge]!]!.speeds[mode]!
      kmh[2 * edge] = along
      kmh[2 * edge + 1] = against
    }
    return kmh
  })
  return {
    edgeFrom: from.finished(),
    edgeTo: to.finished(),
    edgeStreet: Int32Array.from(street.finished()),
    edgeClass: Uint8Array.from(kind.finished()),
    edgeLevel: Int8Array.from(level.finished()),
    edgeWay: edgeWay.finished(),
    shapeStarts: shapeStarts.finished(),
    shape: Int32Array.from(shape.finished()),
    streets,
    arcKmh,
    places: places.finished(),
    nodeOf: (place) => (place < 0 ? -1 : nodeOf[place]!),
    wayEdges,
  }
}

function streetList() {
  const streets: StreetNames[] = []
  const placeOf = new Map<string, number>()
  return {
    streets,
    streetOf(tags: Tags): number {
      const name = nameOf(tags) ?? (tags.highway && tags.highway !== 'service' ? tags.ref : undefined)
      if (!name) return -1
      const key = `${name}\n${tags['name:en'] ?? ''}`
      let place = placeOf.get(key)
      if (place === undefined) {
        place = streets.length
        placeOf.set(key, place)
        streets.push({ name, tags })
      }
      return place
    },
  }
}

/** Storey or layer. "0;1" is a ramp: its lower end counts. */
function levelOf(tags: Tags): number {
  const said = Number.parseInt(tags.level ?? tags.layer ?? '', 10)
  if (Number.isFinite(said)) return Math.max(-100, Math.min(100, said))
  if (tags.bridge && tags.bridge !== 'no') return 1
  return tags.tunnel && tags.tunnel !== 'no' && tags.tunnel !== 'building_passage' ? -1 : 0
}
