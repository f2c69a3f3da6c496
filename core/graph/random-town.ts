/** Invented street grids for tests and benches: bent, one-way here, blocked there, with signs at the corners. */
import { seeded } from '../random.ts'
import type { GraphInput, ModeInput, TravelMode, TurnRestriction } from './graph-input.ts'

/** A town of about `side` × `side` corners, some 100 m apart, near 117° E 28° N. Same seed, same town. */
export function randomTown(seed: number, side: number, restrictionCount = side): GraphInput {
  const random = seeded(seed)
  const at = (i: number) => Math.round(i)
  const nodes = new Int32Array(2 * side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      nodes[2 * (y * side + x)] = at(117e7 + (x + 0.5 * random()) * 10_000)
      nodes[2 * (y * side + x) + 1] = at(28e7 + (y + 0.5 * random()) * 9_000)
    }
  }
  const from: number[] = []
  const to: number[] = []
  const shape: number[] = []
  const shapeStarts = [0]
  const carKmh: number[] = []
  const emergencyKmh: number[] = []
  const footKmh: number[] = []
  const join = (a: number, b: number) => {
    from.push(a)
    to.push(b)
    shape.push(nodes[2 * a]!, nodes[2 * a + 1]!)
    // some streets bend
    if (random() < 0.3) shape.push(at((nodes[2 * a]! + nodes[2 * b]!) / 2 + (random() - 0.5) * 4_000), at((nodes[2 * a + 1]! + nodes[2 * b + 1]!) / 2 + (random() - 0.5) * 4_000))
    shape.push(nodes[2 * b]!, nodes[2 * b + 1]!)
    shapeStarts.push(shape.length / 2)
    const kmh = [15, 30, 30, 50, 70][Math.floor(random() * 5)]!
    const kind = random()
    carKmh.push(kind < 0.12 ? 0 : kmh, kind > 0.75 || kind < 0.12 ? 0 : kmh)
    // an emergency goes against one-ways, slowly; some stairs lead only down
    emergencyKmh.push(kind < 0.12 ? 0 : 1.3 * kmh, kind < 0.12 ? 0 : kind > 0.75 ? 10 : 1.3 * kmh)
    footKmh.push(5, random() < 0.04 ? 0 : 5)
  }
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (x + 1 < side && random() < 0.9) join(y * side + x, y * side + x + 1)
      if (y + 1 < side && random() < 0.9) join(y * side + x, (y + 1) * side + x)
      // a loop from a corner back to itself, and a second road between two corners, now and then
      if (random() < 0.02 && y + 1 < side) join(y * side + x, (y + 1) * side + x)
    }
  }
  const head = (arc: number) => (arc & 1 ? from[arc >>> 1]! : to[arc >>> 1]!)
  const open = [...carKmh.keys()].filter((arc) => carKmh[arc]! > 0)
  const restrictions: TurnRestriction[] = []
  for (let i = 0; i < restrictionCount; i++) {
    const arcs = [open[Math.floor(random() * open.length)]!]
    const length = 2 + Math.floor(random() * 3)
    while (arcs.length < length) {
      const last = arcs.at(-1)!
      const onward = open.filter((arc) => head(arc ^ 1) === head(last) && (arc !== (last ^ 1) || random() < 0.1))
      if (onward.length === 0) break
      arcs.push(onward[Math.floor(random() * onward.length)]!)
    }
    if (arcs.length >= 2) restrictions.push({ only: random() < 0.35, arcs })
  }
  const nodeBlocked = Uint8Array.from({ length: side * side }, () => (random() < 0.02 ? 1 : 0))
  const nodeDelayMs = Uint32Array.from({ length: side * side }, () => (random() < 0.1 ? 4_000 : 0))
  const nobody = new Uint8Array(side * side)
  const turns = { uTurnMs: 10_000, leftMs: 6_000, rightMs: 4_000, freeDegrees: 30 }
  const driven = { nodeBlocked, nodeDelayMs, restrictions, turns }
  const modes: Record<TravelMode, ModeInput> = {
    car: { ...driven, arcKmh: Float64Array.from(carKmh) },
    emergency: { ...driven, arcKmh: Float64Array.from(emergencyKmh), restrictions: restrictions.filter((_, i) => i % 4 === 0), turns: { ...turns, uTurnMs: 6_000 } },
    bike: { ...driven, arcKmh: Float64Array.from(carKmh, (kmh) => Math.min(25, kmh)), nodeBlocked: nobody },
    foot: { arcKmh: Float64Array.from(footKmh), nodeBlocked: nodeBlocked.map((value, i) => (i % 3 === 0 ? value : 0)), nodeDelayMs: nodeDelayMs.map((ms) => 2 * ms), restrictions: [], turns: undefined },
  }
  return {
    nodes,
    edgeFrom: Uint32Array.from(from),
    edgeTo: Uint32Array.from(to),
    edgeStreet: new Int32Array(from.length).fill(-1),
    edgeClass: new Uint8Array(from.length),
    edgeLevel: new Int8Array(from.length),
    shapeStarts: Uint32Array.from(shapeStarts),
    shape: Int32Array.from(shape),
    modes,
  }
}
