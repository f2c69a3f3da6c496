/** Positions in bulk: how they come in and are kept, and how they reach the screens, beside others. */
import type { Measure } from './measure.ts'
import { fanOut } from './positions-fan-out.ts'
import { ingest } from './positions-ingest.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)

export const positionsOut = (): Promise<Measure[]> => fanOut(say)
/** @param minutes  of load */
export const positionsIn = (minutes: number): Promise<Measure[]> => ingest(say, minutes)
