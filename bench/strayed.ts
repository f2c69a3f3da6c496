/** How much of a drawing lies away from another: what was drawn and never driven, or driven and not drawn. */

export type Point = { readonly lon: number; readonly lat: number }

/** Nearer than this to a road, a drawing is on it, metres. */
const NEAR_METERS = 8
const CELL_METERS = 50
const STEP_METERS = 5
const METERS_PER_DEGREE = 111_195

/**
 * Metres of the lines farther than 8 m from all of the others, looked at every five metres.
 *
 * @param latitude  of the town: the map is flat around it
 */
export function strayedMeters(lines: readonly (readonly Point[])[], from: readonly (readonly Point[])[], latitude: number): number {
  const perLon = METERS_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
  const segments = (drawing: readonly (readonly Point[])[]) =>
    drawing.flatMap((line) => line.slice(1).map((b, i) => [line[i]!.lon * perLon, line[i]!.lat * METERS_PER_DEGREE, b.lon * perLon, b.lat * METERS_PER_DEGREE] as const))
  const cellOf = (meters: number) => Math.floor(meters / CELL_METERS)
  const cells = new Map<string, (readonly [number, number, number, number])[]>()
  for (const segment of segments(from)) {
    const [ax, ay, bx, by] = segment
    for (let x = cellOf(Math.min(ax, bx) - NEAR_METERS); x <= cellOf(Math.max(ax, bx) + NEAR_METERS); x++) {
      for (let y = cellOf(Math.min(ay, by) - NEAR_METERS); y <= cellOf(Math.max(ay, by) + NEAR_METERS); y++) {
        const key = `${x},${y}`
        const there = cells.get(key)
        if (there) there.push(segment)
        else cells.set(key, [segment])
      }
    }
  }
  const isNear = (x: number, y: number) =>
    (cells.get(`${cellOf(x)},${cellOf(y)}`) ?? []).some(([ax, ay, bx, by]) => {
      const [dx, dy] = [bx - ax, by - ay]
      const share = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)))
      return Math.hypot(ax + share * dx - x, ay + share * dy - y) < NEAR_METERS
    })
  let strayed = 0
  for (const [ax, ay, bx, by] of segments(lines)) {
    const meters = Math.hypot(bx - ax, by - ay)
    const count = Math.max(1, Math.ceil(meters / STEP_METERS))
    for (let k = 0; k < count; k++) {
      const share = (k + 0.5) / count
      if (!isNear(ax + share * (bx - ax), ay + share * (by - ay))) strayed += meters / count
    }
  }
  return strayed
}
