/** Positions in bulk: how they reach the screens, beside others. */
import type { Measure } from './measure.ts'
import { fanOut } from './positions-fan-out.ts'

export const positions = (): Promise<Measure[]> => fanOut((line) => void process.stdout.write(`${line}\n`))
