/** Where pieces of road end: where roads meet or end, where somebody is stopped or delayed, and where a sign stands. */
import type { NodeIndex } from './node-index.ts'
import type { OsmRelation } from './pbf.ts'

/** Count how often each place is on a road, up to 2: there roads meet or end. */
export function addUses(uses: Uint8Array, roads: Iterable<{ readonly points: Int32Array }>): void {
  for (const { points } of roads) {
    const last = points.length - 1
    // where a ring begins is no corner: nothing else need meet it there
    const isRing = last > 1 && points[0]! >= 0 && points[0] === points[last]
    for (let i = isRing ? 1 : 0; i <= last; i++) {
      const place = points[i]!
      if (place < 0 || uses[place] === 2) continue
      // where the extract was cut a road ends, too
      const isEnd = isRing ? points[i - 1]! < 0 || (i < last && points[i + 1]! < 0) : i === 0 || i === last || points[i - 1]! < 0 || points[i + 1]! < 0
      uses[place]! += isEnd && uses[place] === 0 ? 2 : 1
    }
  }
}

/** Turn places on some road into corners where a turn sign stands. */
export function addSigns(uses: Uint8Array, relations: readonly OsmRelation[], index: NodeIndex): void {
  for (const { tags, members } of relations) {
    if (!tags.type?.startsWith('restriction')) continue
    for (const { type, role, ref } of members) {
      if (type !== 'node' || role !== 'via') continue
      const node = index.find(ref)
      if (node >= 0 && uses[node] === 1) uses[node] = 2
    }
  }
}
