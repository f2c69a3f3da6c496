/**
 * Where ways begin or end, when that is not at a vertex: each point has some vertices, each with an offset.
 *
 * The way from point `s` to point `t` costs the least `offset of s's end + S(its vertex, t's vertex) + offset of t's end`
 * over all pairs of ends; S(v, v) = 0. Offsets are whole numbers and may be negative. A point without ends is nowhere.
 */
export type Ends = {
  /** [points + 1] Point `p` has the ends `starts[p]` up to, not including, `starts[p + 1]`. */
  readonly starts: Uint32Array
  readonly vertices: Uint32Array
  readonly offsets: Float64Array
}

/** The ends of one point, or the seeds of a tree. */
export type Seeds = { readonly vertices: Uint32Array; readonly offsets: Float64Array }
