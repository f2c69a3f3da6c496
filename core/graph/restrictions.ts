/** Turn restrictions as an automaton, so that no search ever needs to look back. */
import type { TurnRestriction } from './graph-input.ts'

export type Automaton = {
  /** Beginnings, of two arcs and more, of something forbidden: each is a state of its own, "on the last arc, having come that way". */
  readonly paths: readonly (readonly number[])[]
  /** Whether any restriction begins or runs over this arc. */
  readonly concerns: (arc: number) => boolean
  /** Whether somebody who came this way may not go `onto`. */
  readonly isForbidden: (path: readonly number[], onto: number) => boolean
  /** The place in `paths` of the state after going `onto`, −1 for the arc's ordinary state. */
  readonly stateAfter: (path: readonly number[], onto: number) => number
}

/**
 * The restrictions as an automaton (Aho & Corasick 1975, over arcs for letters): a state remembers the longest part of the
 * way just travelled that is the beginning of something forbidden. A beginning of one arc is that arc's ordinary state.
 *
 * @param turnsFrom  the arcs one may go on to where no restriction speaks
 */
export function automatonOf(
  restrictions: readonly TurnRestriction[],
  isOpen: (arc: number) => boolean,
  turnsFrom: (arc: number) => readonly number[],
): Automaton {
  const forbidden = new Map<string, readonly number[]>()
  const forbid = (path: readonly number[]) => forbidden.set(path.join(' '), path)
  const travelable = restrictions.filter(({ arcs }) => arcs.length >= 2 && arcs.every(isOpen))
  // Two "only" signs on one approach allow both ways on.
  const allowed = new Map<string, Set<number>>()
  for (const { only, arcs } of travelable) {
    if (!only) continue
    for (let i = 1; i < arcs.length; i++) {
      const key = arcs.slice(0, i).join(' ')
      allowed.set(key, (allowed.get(key) ?? new Set()).add(arcs[i]!))
    }
  }
  for (const { only, arcs } of travelable) if (!only) forbid(arcs)
  for (const [key, onward] of allowed) {
    const path = key.split(' ').map(Number)
    for (const onto of turnsFrom(path.at(-1)!)) if (!onward.has(onto)) forbid([...path, onto])
  }

  const paths: number[][] = []
  const states = new Map<string, number>()
  for (const path of forbidden.values()) {
    for (let length = 2; length < path.length; length++) {
      const key = path.slice(0, length).join(' ')
      if (states.has(key) || forbidden.has(key)) continue
      states.set(key, paths.length)
      paths.push(path.slice(0, length))
    }
  }
  const concerned = new Set([...forbidden.values()].flatMap((path) => path.slice(0, -1)))
  const suffixes = function* (path: readonly number[], onto: number) {
    for (let start = 0; start < path.length; start++) yield [...path.slice(start), onto].join(' ')
  }
  return {
    paths,
    concerns: (arc) => concerned.has(arc),
    isForbidden(path, onto) {
      for (const key of suffixes(path, onto)) if (forbidden.has(key)) return true
      return false
    },
    stateAfter(path, onto) {
      for (const key of suffixes(path, onto)) {
        const state = states.get(key)
        if (state !== undefined) return state
      }
      return -1
    },
  }
}
