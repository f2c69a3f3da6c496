/** What one client sees of the moving units: its part of the map, its part of the tree, at its own pace. */
import { inScope } from '#kernel/actor.ts'
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { LivePosition, PositionSource } from './contract.ts'
import { delta, encodeFrame, fullView } from './frame.ts'

/** The newest position of every unit, read from the source once per change for all clients together. */
export type Snapshot = { readonly sequence: number; readonly byHandle: ReadonlyMap<number, LivePosition> }

export function snapshots(source: PositionSource): () => Snapshot {
  let newest: Snapshot | undefined
  return () => {
    const sequence = source.sequence()
    if (newest?.sequence !== sequence) {
      const byHandle = new Map<number, LivePosition>()
      for (const position of source.all()) byHandle.set(position.handle, position)
      newest = { sequence, byHandle }
    }
    return newest
  }
}

export type Box = readonly [west: number, south: number, east: number, north: number]

/** West beyond east: the box crosses the 180th meridian. */
const isInside = ([west, south, east, north]: Box, lon: number, lat: number): boolean =>
  lat >= south && lat <= north && (west <= east ? lon >= west && lon <= east : lon >= west || lon <= east)

export type UnitsInView = {
  /** Another part of the map; the next frame is a full view. */
  look(box: Box | null): void
  /** Other rights; the next frame is a full view. */
  limit(scope: readonly AgencyPath[]): void
  /** The next frame, or undefined when nothing is new. Calling it means that it will be sent. */
  frame(snapshot: Snapshot, now: Instant): Uint8Array | undefined
}

export function unitsInView(first: readonly AgencyPath[]): UnitsInView {
  let box: Box | null = null
  let scope = first
  let mayKnow = new Map<AgencyPath, boolean>() // few agencies, many units
  let shown = new Set<number>()
  let sentSequence = -1
  let isFull = true

  const isVisible = (position: LivePosition): boolean => {
    let known = mayKnow.get(position.agency)
    if (known === undefined) mayKnow.set(position.agency, (known = inScope(position.agency, scope)))
    return known && isInside(box!, position.lon, position.lat)
  }

  return {
    look(next) {
      box = next
      isFull = true
    },
    limit(next) {
      scope = next
      mayKnow = new Map()
      isFull = true
    },
    frame(snapshot, now) {
      if (!box) {
        if (!isFull) return undefined
        isFull = false
        const hadAny = shown.size > 0
        shown = new Set()
        return hadAny ? encodeFrame(fullView, [], [], now) : undefined
      }
      if (!isFull && snapshot.sequence === sentSequence) return undefined
      const records: LivePosition[] = []
      const left: number[] = []
      if (isFull) {
        shown = new Set()
        for (const position of snapshot.byHandle.values()) {
          if (!isVisible(position)) continue
          records.push(position)
          shown.add(position.handle)
        }
      } else {
        for (const handle of shown) {
          if (snapshot.byHandle.has(handle)) continue
          shown.delete(handle)
          left.push(handle)
        }
        for (const position of snapshot.byHandle.values()) {
          if (position.sequence <= sentSequence) continue
          if (isVisible(position)) {
            records.push(position)
            shown.add(position.handle)
          } else if (shown.delete(position.handle)) left.push(position.handle)
        }
      }
      const kind = isFull ? fullView : delta
      const isNew = isFull || records.length > 0 || left.length > 0
      isFull = false
      sentSequence = snapshot.sequence
      return isNew ? encodeFrame(kind, records, left, now) : undefined
    },
  }
}
