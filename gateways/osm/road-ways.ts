/** The ways of a map that may be roads, with their points found. */
import type { NodeIndex } from './node-index.ts'
import type { OsmData, OsmWay, Tags } from './pbf.ts'

/** Whether a way is one that somebody may travel, as far as its kind says. */
const isCandidate = (tags: Tags) =>
  tags.highway !== undefined || tags.railway === 'platform' || tags.public_transport === 'platform' || tags.man_made === 'pier' || tags.route === 'ferry'

export type RoadWay = {
  readonly way: OsmWay
  /** Of the way in `OsmData.ways`. */
  readonly place: number
  /** Places of its points in the file's columns, −1 where the file lacks one; none twice in a row. */
  readonly points: Int32Array
}

/** @param onTwice  told the id of a way that the file has again: the first counts */
export function roadWaysOf(data: OsmData, index: NodeIndex, onTwice: (id: number) => void): RoadWay[] {
  const found: { way: OsmWay; place: number }[] = []
  const seen = new Set<number>()
  let most = 0
  for (let place = 0; place < data.ways.length; place++) {
    const way = data.ways[place]!
    if (!isCandidate(way.tags)) continue
    if (seen.has(way.id)) {
      onTwice(way.id)
      continue
    }
    seen.add(way.id)
    found.push({ way, place })
    most += way.refs.length
  }
  // one large array: each way's points are a part of it
  const all = new Int32Array(most)
  let used = 0
  return found.map(({ way, place }) => {
    const points = pointsInto(all.subarray(used, used + way.refs.length), way.refs, index)
    used += way.refs.length
    return { way, place, points }
  })
}

export const pointsOf = (refs: Float64Array, index: NodeIndex): Int32Array => pointsInto(new Int32Array(refs.length), refs, index)

function pointsInto(points: Int32Array, refs: Float64Array, index: NodeIndex): Int32Array {
  let count = 0
  for (let i = 0; i < refs.length; i++) {
    const place = index.find(refs[i]!)
    if (count === 0 || points[count - 1] !== place) points[count++] = place
  }
  return count === refs.length ? points : points.subarray(0, count)
}
