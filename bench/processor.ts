/** What a process has cost, from /proc: Linux only, no word from the process itself. */
import { readdirSync, readFileSync } from 'node:fs'

/** Kernel ticks are hundredths of a second wherever Linux runs today (sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100

/** Processor seconds of a process so far, its threads and the kernel's work for it included. */
export function processorSeconds(pid: number): number {
  const fields = fieldsOf(pid)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Memory of a process that is in use now, MiB. */
export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}

/** The first process of this name, if one runs. */
export function processNamed(name: string): number | undefined {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).map(Number)) {
    try {
      if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name) return pid
    } catch {
      // it ended while we looked
    }
  }
  return undefined
}

/** One clock for all processes of a machine, ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6

/** Processor seconds of a process, of all below it now, and of those that it has seen end. */
export function processorSecondsBelow(pid: number): number {
  const stats = new Map<number, { parent: number; own: number; ended: number }>()
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)) {
    try {
      const fields = fieldsOf(entry)
      stats.set(entry, { parent: Number(fields[1]), own: Number(fields[11]) + Number(fields[12]), ended: Number(fields[13]) + Number(fields[14]) })
    } catch {
      // it ended while we looked
    }
  }
  const sum = (of: number): number => {
    const stat = stats.get(of)!
    return stat.own + stat.ended + [...stats].filter(([, { parent }]) => parent === of).reduce((total, [child]) => total + sum(child), 0)
  }
  return sum(pid) / ticksPerSecond
}

/** The fields of a process's line, from its state on. The name may hold spaces and brackets: they are counted from behind it. */
function fieldsOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
