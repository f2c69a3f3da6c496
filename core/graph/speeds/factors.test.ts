import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '../../random.ts'
import { driveMsAt, factorsOf, HOURS_OF_WEEK, type Sums } from './factors.ts'

const CLASSES = 4
const classOf = (arc: number) => arc % CLASSES

type Drive = { arc: number; hour: number; logRatio: number; weight: number }
function sumsOf(drives: readonly Drive[]): Sums {
  const cells = new Map<number, number[]>()
  for (const { arc, hour, logRatio: r, weight: w } of drives) {
    const cell = cells.get(arc * HOURS_OF_WEEK + hour) ?? [arc, hour, 0, 0, 0, 0]
    cells.set(arc * HOURS_OF_WEEK + hour, [arc, hour, cell[2]! + 1, cell[3]! + w, cell[4]! + w * r, cell[5]! + w * r * r])
  }
  const rows = [...cells.values()]
  const column = (i: number) => Float64Array.from(rows, (row) => row[i]!)
  return { arc: Uint32Array.from(rows, (row) => row[0]!), hour: Uint8Array.from(rows, (row) => row[1]!), drives: column(2), weight: column(3), sum: column(4), squares: column(5) }
}

/** Normal, by Box and Muller. */
const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** A town whose roads are known: what each arc takes at each hour, and drives over some of them, most over few. */
function town(seed: number, driveCount: number) {
  const random = seeded(seed)
  const arcs = 300
  const byClass = Array.from({ length: CLASSES }, () => 0.15 * normal(random))
  const rush = Array.from({ length: CLASSES }, () => 0.1 + 0.1 * random())
  const byArc = Array.from({ length: arcs }, () => 0.2 * normal(random))
  const truth = (arc: number, hour: number) => byClass[classOf(arc)]! + byArc[arc]! + (hour % 24 >= 17 && hour % 24 < 19 ? rush[classOf(arc)]! : 0)
  const drives: Drive[] = []
  for (let i = 0; i < driveCount; i++) {
    const arc = Math.floor(arcs * random() ** 3)
    const hour = Math.floor(random() * HOURS_OF_WEEK)
    const weight = 0.3 + 0.7 * random()
    drives.push({ arc, hour, weight, logRatio: truth(arc, hour) + (0.3 * normal(random)) / Math.sqrt(weight) })
  }
  return { arcs, truth, drives }
}

test('learned times are nearer to the truth than the profile and than plain means, and as sure as they say', () => {
  for (const [seed, driveCount] of [[1, 300], [2, 3_000], [3, 30_000]] as const) {
    const { arcs, truth, drives } = town(seed, driveCount)
    const factors = factorsOf(sumsOf(drives), classOf)
    const means = new Map<number, { sum: number; weight: number }>()
    for (const { arc, logRatio, weight } of drives) {
      const mean = means.get(arc) ?? { sum: 0, weight: 0 }
      means.set(arc, { sum: mean.sum + weight * logRatio, weight: mean.weight + weight })
    }
    let [learned, profile, plain, claimed, within, count] = [0, 0, 0, 0, 0, 0]
    for (let arc = 0; arc < arcs; arc++) {
      for (let hour = 0; hour < HOURS_OF_WEEK; hour += 5) {
        const { value, error } = factors.at(arc, hour)
        const mean = means.get(arc)
        learned += (value - truth(arc, hour)) ** 2
        plain += ((mean ? mean.sum / mean.weight : 0) - truth(arc, hour)) ** 2
        profile += truth(arc, hour) ** 2
        claimed += error ** 2
        within += Math.abs(value - truth(arc, hour)) <= 1.96 * error ? 1 : 0
        count++
      }
    }
    assert.ok(learned < 0.8 * profile, `seed ${seed}: ${learned} against the profile's ${profile}`)
    assert.ok(learned < plain, `seed ${seed}: ${learned} against plain means' ${plain}`)
    assert.ok(within / count > 0.93, `seed ${seed}: ${within / count} of the intervals hold the truth`)
    assert.ok(claimed < 4 * learned, `seed ${seed}: errors of ${claimed} claimed for ${learned}`)
  }
})

test('the effects solve the mixed model equations, written out drive by drive', () => {
  const { drives } = town(7, 120)
  const factors = factorsOf(sumsOf(drives), classOf)
  const { noise, spreads } = factors.model
  const keys = ({ arc, hour }: { arc: number; hour: number }) => [`class ${classOf(arc)}`, `class ${classOf(arc)} at ${hour}`, `arc ${arc}`, `arc ${arc} at ${hour}`]
  const names = [...new Set(drives.flatMap(keys))]
  const kind = (name: string) => (name.startsWith('class') ? 0 : 2) + (name.includes('at') ? 1 : 0)
  // (Zᵀ W Z / noise + 1 / spread) u = Zᵀ W y / noise
  const matrix = names.map((a) => names.map((b) => drives.reduce((sum, drive) => sum + (keys(drive).includes(a) && keys(drive).includes(b) ? drive.weight / noise : 0), a === b ? 1 / spreads[kind(a)]! : 0)))
  const right = names.map((a) => drives.reduce((sum, drive) => sum + (keys(drive).includes(a) ? (drive.weight * drive.logRatio) / noise : 0), 0))
  const effects = new Map(solved(matrix, right).map((value, i) => [names[i]!, value]))
  for (const { arc, hour } of [...drives, { arc: 299, hour: 1 }]) {
    const expected = keys({ arc, hour }).reduce((sum, name) => sum + (effects.get(name) ?? 0), 0)
    assert.ok(Math.abs(factors.at(arc, hour).value - expected) < 1e-6, `arc ${arc} at ${hour}: ${factors.at(arc, hour).value} and ${expected}`)
  }
})

/** Gauss, with the largest first. */
function solved(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows.slice(i).reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(rows[best]![i]!) ? i + k : best), i)
    ;[rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!]
    for (let k = 0; k < rows.length; k++) {
      if (k === i || rows[k]![i] === 0) continue
      const share = rows[k]![i]! / rows[i]![i]!
      for (let j = i; j < rows[k]!.length; j++) rows[k]![j]! -= share * rows[i]![j]!
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!)
}

test('nothing driven is the profile, to the millisecond; what is closed stays closed; nothing is believed beyond reason', () => {
  const profile = Uint32Array.of(1000, 0xffff_ffff, 2000, 3000)
  assert.equal(driveMsAt(factorsOf(sumsOf([]), classOf), profile, 5), undefined)
  const wild = factorsOf(sumsOf(Array.from({ length: 500 }, () => ({ arc: 0, hour: 5, logRatio: 6, weight: 1 }))), classOf)
  const learned = driveMsAt(wild, profile, 5)!
  assert.equal(learned[0], 4000)
  assert.equal(learned[1], 0xffff_ffff)
  assert.equal(learned[2], 2000, 'a class that nobody drove')
})

test('a single drive moves a road little, fifty move it far', () => {
  const one = factorsOf(sumsOf([{ arc: 9, hour: 30, logRatio: 0.7, weight: 1 }]), classOf)
  const fifty = factorsOf(sumsOf(Array.from({ length: 50 }, (_, i) => ({ arc: 9, hour: 30, logRatio: 0.7 + (i % 2 ? 0.1 : -0.1), weight: 1 }))), classOf)
  assert.ok(one.at(9, 30).value < 0.45, String(one.at(9, 30).value))
  assert.ok(Math.abs(fifty.at(9, 30).value - 0.7) < 0.05, String(fifty.at(9, 30).value))
  assert.ok(fifty.of(9)!.error < one.of(9)!.error)
  assert.equal(one.of(13), undefined)
})
