/**
 * Speeds learned from drives: by road and hour of the week, drawn to the profile where drives are few, with how sure that is.
 *
 * ln(time taken / profile's time) is taken as a sum of four random effects: the road's class, the class at the hour, the arc, the arc
 * at the hour. All are found together, by the mixed model equations (Henderson 1975), each drawn to zero by how much effects of its kind
 * differ from each other; how much that is comes from the drives (Fellner 1986, Schall 1991), with what is usual as some groups' worth. So a class is not what its busiest road is, and what is known of no drive is zero: the profile.
 */

export const HOURS_OF_WEEK = 168

/** Sums of drives, each row an arc at an hour of the week. Any order; an arc and hour may come more than once. */
export type Sums = {
  readonly arc: Uint32Array
  /** 0 is Monday 00:00–01:00 by the town's clock. */
  readonly hour: Uint8Array
  /** Drives. Old ones may count for less than one. */
  readonly drives: Float64Array
  /** Σ weight, Σ weight × ln ratio, Σ weight × (ln ratio)². */
  readonly weight: Float64Array
  readonly sum: Float64Array
  readonly squares: Float64Array
}

/** An effect with its standard error, both of ln(time / profile's time). */
export type Effect = { readonly value: number; readonly error: number }
/** Of an arc over all hours: its own and its class's. */
export type ArcFactor = Effect & { readonly drives: number }

export type Factors = {
  /** ln ratio of an arc at an hour. Anything that was never driven is its class's. */
  readonly at: (arc: number, hour: number) => Effect
  /** Of an arc over the week; undefined where nobody drove. */
  readonly of: (arc: number) => ArcFactor | undefined
  /** What is the arc's own and not its class's: where the map is wrong. Undefined where nobody drove. */
  readonly own: (arc: number) => ArcFactor | undefined
  readonly ofClass: (roadClass: number, hour: number) => Effect
  /** Arcs that were driven, ascending. */
  readonly arcs: Uint32Array
  /** Drives at an arc by hour of the week. */
  readonly drivesAt: (arc: number, hour: number) => number
  /** Variances: of one drive per unit of weight; between classes, hours of a class, arcs, hours of an arc. */
  readonly model: { readonly noise: number; readonly spreads: readonly number[] }
}

/** What one drive differs from the next, as a variance of ln ratio per unit of weight, before there are drives enough to know; it counts as so many drives. */
const NOISE_USUAL = 0.12
const NOISE_DRIVES = 30
const NOISE_MIN = 0.01
/** How much effects differ, as variances of ln ratio, before there are groups enough to know; they count as so many groups. */
const SPREAD_USUAL = { class: 0.04, classHour: 0.01, arc: 0.06, arcHour: 0.01 } as const
const SPREAD_GROUPS = 10

/** Rounds in which how much effects differ is learned; then they are solved for until nothing changes by more than this. */
const ROUNDS = 25
const ROUNDS_MAX = 400
const CHANGE_MIN = 1e-9

/** One kind of effect, by group of rows. */
type Level = {
  readonly groupOf: Uint32Array
  readonly places: ReadonlyMap<number, number>
  readonly weight: Float64Array
  readonly drives: Float64Array
  readonly value: Float64Array
  readonly usual: number
  spread: number
}

/**
 * @param arcClass  the class of an arc's road
 *
 * O(rows × rounds): some three seconds for a million rows.
 */
export function factorsOf(sums: Sums, arcClass: (arc: number) => number): Factors {
  const noise = noiseOf(sums)
  const classKey = (arc: number, _hour: number) => arcClass(arc)
  const classHourKey = (arc: number, hour: number) => arcClass(arc) * HOURS_OF_WEEK + hour
  const arcKey = (arc: number, _hour: number) => arc
  const arcHourKey = (arc: number, hour: number) => arc * HOURS_OF_WEEK + hour
  const levels = [
    levelOf(sums, classKey, SPREAD_USUAL.class),
    levelOf(sums, classHourKey, SPREAD_USUAL.classHour),
    levelOf(sums, arcKey, SPREAD_USUAL.arc),
    levelOf(sums, arcHourKey, SPREAD_USUAL.arcHour),
  ] as const
  const [byClass, byClassHour, byArc, byArcHour] = levels
  const doubts = solve(sums, levels, noise)

  const valueOf = (level: Level, key: number): number => {
    const group = level.places.get(key)
    return group === undefined ? 0 : level.value[group]!
  }
  const drivesOf = (level: Level, key: number): number => {
    const group = level.places.get(key)
    return group === undefined ? 0 : level.drives[group]!
  }
  /** Of class and arc together; what is not known of the class matters less the more drives there are on the arc itself. */
  const arcVariance = (arc: number): number => {
    const [group, ofClass] = [byArc.places.get(arc), varianceAt(doubts.class, byClass, arcClass(arc))]
    return group === undefined ? byArc.spread + ofClass : doubts.arcAlone[group]! + (1 - doubts.arcTrust[group]!) ** 2 * ofClass
  }
  const known = (arc: number) => byArc.places.has(arc)
  return {
    at(arc, hour) {
      const [roadClass, cell] = [arcClass(arc), byArcHour.places.get(arcHourKey(arc, hour))]
      const value = valueOf(byClass, roadClass) + valueOf(byClassHour, classHourKey(arc, hour)) + valueOf(byArc, arc) + valueOf(byArcHour, arcHourKey(arc, hour))
      const rest = arcVariance(arc) + varianceAt(doubts.classHour, byClassHour, classHourKey(arc, hour))
      const variance = cell === undefined ? byArcHour.spread + rest : doubts.cellAlone[cell]! + (1 - doubts.cellTrust[cell]!) ** 2 * rest
      return { value, error: Math.sqrt(variance) }
    },
    of: (arc) => (known(arc) ? { value: valueOf(byClass, arcClass(arc)) + valueOf(byArc, arc), error: Math.sqrt(arcVariance(arc)), drives: drivesOf(byArc, arc) } : undefined),
    own: (arc) => (known(arc) ? { value: valueOf(byArc, arc), error: Math.sqrt(varianceAt(doubts.arc, byArc, arc)), drives: drivesOf(byArc, arc) } : undefined),
    ofClass: (roadClass, hour) => ({
      value: valueOf(byClass, roadClass) + valueOf(byClassHour, roadClass * HOURS_OF_WEEK + hour),
      error: Math.sqrt(varianceAt(doubts.class, byClass, roadClass) + varianceAt(doubts.classHour, byClassHour, roadClass * HOURS_OF_WEEK + hour)),
    }),
    arcs: Uint32Array.from(byArc.places.keys()).sort(),
    drivesAt: (arc, hour) => drivesOf(byArcHour, arcHourKey(arc, hour)),
    model: { noise, spreads: levels.map(({ spread }) => spread) },
  }
}

const varianceAt = (variances: Float64Array, level: Level, key: number): number => {
  const group = level.places.get(key)
  return group === undefined ? level.spread : variances[group]!
}

function levelOf({ arc, hour, weight, drives }: Sums, keyOf: (arc: number, hour: number) => number, usual: number): Level {
  const places = new Map<number, number>()
  const groupOf = new Uint32Array(arc.length)
  for (let row = 0; row < arc.length; row++) {
    const key = keyOf(arc[row]!, hour[row]!)
    let place = places.get(key)
    if (place === undefined) places.set(key, (place = places.size))
    groupOf[row] = place
  }
  const level = { groupOf, places, weight: new Float64Array(places.size), drives: new Float64Array(places.size), value: new Float64Array(places.size), usual, spread: usual }
  for (let row = 0; row < arc.length; row++) {
    level.weight[groupOf[row]!]! += weight[row]!
    level.drives[groupOf[row]!]! += drives[row]!
  }
  return level
}

const varianceOf = ({ weight, spread }: Level, group: number, noise: number): number => 1 / (weight[group]! / noise + 1 / spread)

/** Gauss and Seidel: each effect anew from what the others leave, in turn. */
function solve(sums: Sums, levels: Levels, noise: number): Doubts {
  const { sum, weight } = sums
  const left = Float64Array.from(sum)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let change = 0
    for (const level of levels) {
      const { groupOf, value } = level
      const rest = new Float64Array(value.length)
      for (let row = 0; row < left.length; row++) rest[groupOf[row]!]! += left[row]!
      const step = new Float64Array(value.length)
      for (let group = 0; group < value.length; group++) {
        const next = ((rest[group]! + level.weight[group]! * value[group]!) / noise) * varianceOf(level, group, noise)
        step[group] = next - value[group]!
        value[group] = next
        change = Math.max(change, Math.abs(step[group]!))
      }
      for (let row = 0; row < left.length; row++) left[row]! -= weight[row]! * step[groupOf[row]!]!
    }
    if (round < ROUNDS) {
      const doubts = doubtsOf(sums, levels, noise)
      for (const [i, variances] of [doubts.class, doubts.classHour, doubts.arc, doubts.cell].entries()) levels[i]!.spread = spreadOf(levels[i]!, variances)
    } else if (change < CHANGE_MIN) break
  }
  return doubtsOf(sums, levels, noise)
}

type Levels = readonly [byClass: Level, byClassHour: Level, byArc: Level, byArcHour: Level]
/** Variances by group of the four kinds of effect; and how an arc and a cell are told apart from what lies above them. */
type Doubts = {
  readonly class: Float64Array
  readonly classHour: Float64Array
  readonly arc: Float64Array
  readonly cell: Float64Array
  /** What is not known of an arc (a cell) when everything above it is; and the share of what is seen there that is laid to it. */
  readonly arcAlone: Float64Array
  readonly arcTrust: Float64Array
  readonly cellAlone: Float64Array
  readonly cellTrust: Float64Array
}

/**
 * What drives tell of each effect, the more particular ones summed out: a mean over an hour tells of its arc as much as hours of an arc are
 * alike, an arc of its class as much as arcs are. Exact for arcs within classes and hours within arcs; hours of a class are taken by themselves.
 */
function doubtsOf(sums: Sums, [byClass, byClassHour, byArc, byArcHour]: Levels, noise: number): Doubts {
  const told = (level: Level) => new Float64Array(level.value.length)
  const [ofArc, ofClassHour, ofClass] = [told(byArc), told(byClassHour), told(byClass)]
  // rows of one cell are one cell
  const [cellAlone, cellTrust, seen] = [told(byArcHour), told(byArcHour), new Uint8Array(byArcHour.value.length)]
  const classOfArc = new Uint32Array(byArc.value.length)
  for (let row = 0; row < sums.arc.length; row++) {
    const cell = byArcHour.groupOf[row]!
    classOfArc[byArc.groupOf[row]!] = byClass.groupOf[row]!
    if (seen[cell] === 1) continue
    seen[cell] = 1
    const certainty = byArcHour.weight[cell]! / noise
    cellAlone[cell] = 1 / (certainty + 1 / byArcHour.spread)
    cellTrust[cell] = cellAlone[cell]! * certainty
    const tells = certainty > 0 ? 1 / (byArcHour.spread + 1 / certainty) : 0
    ofArc[byArc.groupOf[row]!]! += tells
    ofClassHour[byClassHour.groupOf[row]!]! += tells
  }
  const arcAlone = ofArc.map((tells) => 1 / (tells + 1 / byArc.spread))
  const arcTrust = arcAlone.map((variance, arc) => variance * ofArc[arc]!)
  for (let arc = 0; arc < ofArc.length; arc++) ofClass[classOfArc[arc]!]! += ofArc[arc]! > 0 ? 1 / (byArc.spread + 1 / ofArc[arc]!) : 0
  const classes = ofClass.map((tells) => 1 / (tells + 1 / byClass.spread))
  const classHours = ofClassHour.map((tells) => 1 / (tells + 1 / byClassHour.spread))
  const arcs = arcAlone.map((variance, arc) => variance + arcTrust[arc]! ** 2 * classes[classOfArc[arc]!]!)
  const cells = cellAlone.slice()
  for (let row = 0; row < sums.arc.length; row++) {
    const [cell, arc] = [byArcHour.groupOf[row]!, byArc.groupOf[row]!]
    const above = arcAlone[arc]! + (1 - arcTrust[arc]!) ** 2 * classes[classOfArc[arc]!]! + classHours[byClassHour.groupOf[row]!]!
    cells[cell] = cellAlone[cell]! + cellTrust[cell]! ** 2 * above
  }
  return { class: classes, classHour: classHours, arc: arcs, cell: cells, arcAlone, arcTrust, cellAlone, cellTrust }
}

/** How much effects of one kind differ from zero: their squares, by as many of them as the drives tell anything of. */
function spreadOf(level: Level, variances: Float64Array): number {
  let [squares, told] = [SPREAD_GROUPS * level.usual, SPREAD_GROUPS]
  for (let group = 0; group < level.value.length; group++) {
    squares += level.value[group]! ** 2
    told += Math.max(0, 1 - variances[group]! / level.spread)
  }
  return Math.max(level.usual / 50, squares / told)
}

/** What one drive differs from the next on the same arc at the same hour, pooled over all of them. */
function noiseOf(sums: Sums): number {
  const cells = new Map<number, { weight: number; sum: number; squares: number; drives: number }>()
  for (let row = 0; row < sums.arc.length; row++) {
    const key = sums.arc[row]! * HOURS_OF_WEEK + sums.hour[row]!
    let cell = cells.get(key)
    if (!cell) cells.set(key, (cell = { weight: 0, sum: 0, squares: 0, drives: 0 }))
    cell.weight += sums.weight[row]!
    cell.sum += sums.sum[row]!
    cell.squares += sums.squares[row]!
    cell.drives += sums.drives[row]!
  }
  let [squares, free] = [NOISE_DRIVES * NOISE_USUAL, NOISE_DRIVES]
  for (const { weight, sum, squares: all, drives } of cells.values()) {
    if (drives <= 1 || weight <= 0) continue
    squares += Math.max(0, all - (sum * sum) / weight)
    free += drives - 1
  }
  return Math.max(NOISE_MIN, squares / free)
}

/** A road is never believed faster than this much of the profile's time, nor slower than that. */
const FACTOR_MIN = 0.6
const FACTOR_MAX = 4
/** Closer than this to the profile, as ln ratio, the profile's milliseconds stay as they are. */
const LOG_SAME = 0.01

/**
 * [2 × edges] milliseconds on each arc at an hour, as engines take them; undefined where that is the profile throughout.
 *
 * @param profileMs  `Network.arcMs`
 */
export function driveMsAt(factors: Factors, profileMs: Uint32Array, hour: number): Uint32Array<SharedArrayBuffer> | undefined {
  let differs = false
  const learned = new Uint32Array(new SharedArrayBuffer(profileMs.byteLength))
  for (let arc = 0; arc < profileMs.length; arc++) {
    const profile = profileMs[arc]!
    learned[arc] = profile
    if (profile === 0xffff_ffff) continue
    const { value } = factors.at(arc, hour)
    if (Math.abs(value) < LOG_SAME) continue
    const milliseconds = Math.max(1, Math.round(profile * Math.max(FACTOR_MIN, Math.min(FACTOR_MAX, Math.exp(value)))))
    if (milliseconds !== profile) differs = true
    learned[arc] = milliseconds
  }
  return differs ? learned : undefined
}
