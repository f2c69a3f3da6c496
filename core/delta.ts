/** Rows of whole numbers that change little, as their differences: few digits each, and exact. */

/** The first value, then what each adds to the one before it. */
export function differences(values: readonly number[]): number[] {
  const steps: number[] = []
  let before = 0
  for (const value of values) {
    steps.push(value - before)
    before = value
  }
  return steps
}

/** The values again. Exact for whole numbers up to 2⁵³. */
export function sums(steps: readonly number[]): Float64Array {
  const values = new Float64Array(steps.length)
  let value = 0
  for (let i = 0; i < steps.length; i++) values[i] = value += steps[i]!
  return values
}
