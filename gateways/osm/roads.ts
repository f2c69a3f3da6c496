/** From a map file's ways and restriction relations to what `core/graph` builds a graph of. */
import { travelModes, type GraphInput, type ModeInput, type TravelMode } from '#core/graph/graph-input.ts'
import { accessOf, type Access } from './access.ts'
import { builtUpOf, type BuiltUp } from './built-up.ts'
import { addSigns, addUses } from './corners.ts'
import { dropReport, type Dropped } from './dropped.ts'
import { edgesOf, type Road, type StreetNames } from './edges.ts'
import { indexNodes, type NodeIndex } from './node-index.ts'
import type { Passage } from './passage.ts'
import type { OsmData } from './pbf.ts'
import { turnCostsOf, usualProfile, type Profile } from './profile.ts'
import { readingsOf } from './readings.ts'
import { restrictionsOf } from './restrictions.ts'
import { roadWaysOf } from './road-ways.ts'
import { squaresOf, walksOver } from './squares.ts'

export type { StreetNames } from './edges.ts'

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

/**
 * @param profile  how each kind of traveller uses the roads
 *
 * O(points of the ways), plus what lies around squares.
 */
export function roadsOf(data: OsmData, index: NodeIndex = indexNodes(data.nodeIds), profile: Profile = usualProfile): OsmRoads {
  const report = dropReport()
  const readings = readingsOf(profile)
  const candidates = roadWaysOf(data, index, (id) => report.add('way-twice', id))
  const builtUp = builtUpOf(data, index, candidates)

  // which ways count, and for whom
  const roads: Road[] = []
  for (let i = 0; i < candidates.length; i++) {
    const { way, place, points } = candidates[i]!
    const { id, tags } = way
    const reading = readings.of(tags)
    if (reading.nobody) {
      report.add(reading.nobody, id)
      continue
    }
    const speeds = reading.speeds(reading.builtUp ?? builtUp.isBuiltUp(points))
    if (speeds) roads.push({ id, tags, place, points, speeds, isWay: true })
    else report.add('closed-to-all', id)
    for (const reason of reading.doubts) report.add(reason, id)
  }

  const access = travelModes.map((mode) => accessOf(profile, mode))
  const corners = new Uint8Array(data.nodeIds.length)
  addUses(corners, roads)
  const walks = walksOver(squaresOf(data, index), roads, data, index, corners, (tags) => readings.of(tags).speeds(true)?.[travelModes.indexOf('foot')] ?? [0, 0], (id) => report.add('area-too-complex', id))
  roads.push(...walks)
  const passages = passagesOf(data, corners, access)
  addSigns(corners, data.relations, index)

  const edges = edgesOf(roads, corners, data.nodeLonLat, travelModes.length, report.add)
  const nodes = new Int32Array(2 * edges.places.length)
  const nodeIds = new Float64Array(edges.places.length)
  for (let node = 0; node < nodeIds.length; node++) {
    const place = edges.places[node]!
    nodes[2 * node] = data.nodeLonLat[2 * place]!
    nodes[2 * node + 1] = data.nodeLonLat[2 * place + 1]!
    nodeIds[node] = data.nodeIds[place]!
  }
  const { byMode, understood } = restrictionsOf(data.relations, edges, (id) => edges.nodeOf(index.find(id)), report.add)

  const inputOf = (mode: TravelMode, i: number): ModeInput => {
    const nodeBlocked = new Uint8Array(nodeIds.length)
    const nodeDelayMs = new Uint32Array(nodeIds.length)
    for (const [place, passage] of passages) {
      const node = edges.nodeOf(place)
      if (node < 0) continue
      nodeBlocked[node] = passage[i]!.blocked ? 1 : 0
      nodeDelayMs[node] = passage[i]!.delayMs
    }
    return {
      arcKmh: edges.arcKmh[i]!,
      nodeBlocked,
      nodeDelayMs,
      restrictions: mode === 'foot' || profile.modes[mode].restrictions === 'ignore' ? [] : byMode[mode],
      turns: mode === 'foot' ? undefined : turnCostsOf(profile, mode),
    }
  }
  const { edgeFrom, edgeTo, edgeStreet, edgeClass, edgeLevel, shapeStarts, shape } = edges
  const modes = Object.fromEntries(travelModes.map((mode, i) => [mode, inputOf(mode, i)])) as Record<TravelMode, ModeInput>
  return {
    input: { nodes, edgeFrom, edgeTo, edgeStreet, edgeClass, edgeLevel, shapeStarts, shape, modes },
    streets: edges.streets,
    nodeIds,
    edgeWay: edges.edgeWay,
    turnRestrictions: understood,
    dropped: report.finished(),
    builtUpBy: builtUp.by,
  }
}

/** By place in the file's columns and mode: what stops or delays somebody on a road. Those places become corners. */
function passagesOf(data: OsmData, uses: Uint8Array, access: readonly Access[]): Map<number, readonly Passage[]> {
  const found = new Map<number, readonly Passage[]>()
  for (const [place, tags] of data.nodeTags) {
    if (uses[place] === 0) continue
    const passages = access.map(({ passage }) => passage(tags))
    if (!passages.some(({ blocked, delayMs }) => blocked || delayMs > 0)) continue
    found.set(place, passages)
    uses[place] = 2
  }
  return found
}
