/**
 * The roads of a town as numbers.
 *
 * Words. A *node* is a place where roads meet or end. An *edge* is a piece of road between two nodes, with its shape. An
 * *arc* is an edge in one direction: `2 × edge` along the shape, `2 × edge + 1` against it. A *link* is a run of arcs with no
 * choice between them: chains through crossings where nothing branches off, dead ends with the turning round at their end.
 * A *vertex* is a place at which a search stands: the beginning of a link (where turns cost or are restricted, so that
 * what comes next depends on where one came from), or a node (where turning is free, as on foot).
 *
 * Time is in whole milliseconds, length in whole decimetres in searches: sums are exact, so all ways of adding agree.
 */
import type { GraphInput, TravelMode } from './graph-input.ts'

/** An arc that may not be travelled; a piece that is none. */
export const CLOSED = 0xffff_ffff
export const NONE = 0xffff_ffff

/** The streets as one kind of traveller may use them. */
export type Network = {
  /** [2 × edges] milliseconds to travel the arc at the profile's speeds, `CLOSED` where one may not. */
  readonly arcMs: Uint32Array
  /** [edges] 1 where a point may be put on this edge: it belongs to a part of the network worth the name. */
  readonly usable: Uint8Array

  /** [links + 1] Link `l` runs over the pieces `linkStarts[l]` up to, not including, `linkStarts[l + 1]`. */
  readonly linkStarts: Uint32Array
  /** [pieces] the arc of each piece. */
  readonly pieceArc: Uint32Array
  /** [pieces] milliseconds that the turn into this piece costs; 0 for the first of a link. */
  readonly pieceTurnMs: Uint32Array
  /** [pieces] the link each piece belongs to. */
  readonly pieceLink: Uint32Array
  /** [2 × edges] the piece on which somebody is who sets out on this arc, `NONE` where it is closed. */
  readonly arcPiece: Uint32Array
  /**
   * Arcs that have further pieces, "on this arc, having come that way" (turn restrictions over several edges make them), in
   * ascending order, once for each such piece; and the pieces.
   */
  readonly copyArc: Uint32Array
  readonly copyPiece: Uint32Array

  /** [links] the vertex at the beginning of each link. */
  readonly linkVertex: Uint32Array
  /** [vertices + 1] From vertex `v` go the steps `stepStarts[v]` up to, not including, `stepStarts[v + 1]`. */
  readonly stepStarts: Uint32Array
  /** [steps] the vertex each step leads to, the link it travels (all of it), and what the turn at its end costs. */
  readonly stepHead: Uint32Array
  readonly stepLink: Uint32Array
  readonly stepTurnMs: Uint32Array
  /** [steps] the vertex each step comes from. */
  readonly stepTail: Uint32Array
  /** [vertices + 1] Into vertex `v` lead the steps `priorSteps[priorStarts[v]]` up to, not including, `priorSteps[priorStarts[v + 1]]`. */
  readonly priorStarts: Uint32Array
  readonly priorSteps: Uint32Array
}

export type RoadGraph = Omit<GraphInput, 'modes'> & {
  readonly nodeCount: number
  readonly edgeCount: number
  /** [edges] length, at least 1. */
  readonly edgeMillimeters: Uint32Array
  readonly networks: Readonly<Record<TravelMode, Network>>
  /** West, south, cell width, cell height (degrees), columns, rows. */
  readonly gridFrame: Float64Array
  /** [cells + 1] The segments in each cell, row by row from the south-west. */
  readonly gridStarts: Uint32Array
  /** A segment is named by its first shape point. */
  readonly gridSegments: Uint32Array
}

export const headOf = (roads: Pick<RoadGraph, 'edgeFrom' | 'edgeTo'>, arc: number): number =>
  arc & 1 ? roads.edgeFrom[arc >>> 1]! : roads.edgeTo[arc >>> 1]!
export const tailOf = (roads: Pick<RoadGraph, 'edgeFrom' | 'edgeTo'>, arc: number): number => headOf(roads, arc ^ 1)

export const linkCountOf = (network: Network): number => network.linkStarts.length - 1
export const vertexCountOf = (network: Network): number => network.stepStarts.length - 1

/** West, south, east, north of all roads, degrees. */
export function boundsOf(graph: Pick<RoadGraph, 'shape'>): [number, number, number, number] {
  let [west, south, east, north] = [180e7, 90e7, -180e7, -90e7]
  for (let i = 0; i < graph.shape.length; i += 2) {
    const lon = graph.shape[i]!
    const lat = graph.shape[i + 1]!
    if (lon < west) west = lon
    if (lon > east) east = lon
    if (lat < south) south = lat
    if (lat > north) north = lat
  }
  return [west / 1e7, south / 1e7, east / 1e7, north / 1e7]
}
