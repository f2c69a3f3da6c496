/** Two engines asked the same in the same run, neither colder than the other. */
import { percentile } from './measure.ts'

export type Sample = { readonly p50: number; readonly min: number }
export type Beside = { readonly ours: Sample; readonly theirs: Sample; readonly ratio: Sample }

/**
 * One round that is not counted, then `rounds` of ours, theirs, theirs, ours: what the machine does meanwhile falls on both.
 *
 * @param ours    one sample; asked `share` times for each of theirs
 * @param theirs  one sample; absent where the peer is
 */
export async function beside(rounds: number, share: number, ours: () => number | Promise<number>, theirs?: () => number | Promise<number>): Promise<Beside> {
  const [a, b]: [number[], number[]] = [[], []]
  const many = async () => {
    for (let k = 0; k < share; k++) a.push(await ours())
  }
  await many()
  if (theirs) await theirs()
  a.length = 0
  for (let round = 0; round < rounds; round++) {
    await many()
    if (theirs) {
      b.push(await theirs())
      b.push(await theirs())
    }
    await many()
  }
  const [mine, yours] = [sampleOf(a), b.length > 0 ? sampleOf(b) : { p50: NaN, min: NaN }]
  return { ours: mine, theirs: yours, ratio: { p50: mine.p50 / yours.p50, min: mine.min / yours.min } }
}

const sampleOf = (values: readonly number[]): Sample => ({ p50: percentile(values, 0.5), min: Math.min(...values) })
