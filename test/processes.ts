/** The processes of a running program, as Linux shows them under /proc. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A process, told apart from a later one with the same number by when it was born. */
export type Process = { readonly pid: number; readonly parent: number; readonly born: string; readonly words: string }

export function listProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const line = readFileSync(`/proc/${name}/stat`, 'utf8')
        // the name in brackets may hold spaces; what follows the last one does not
        const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
        if (fields[0] === 'Z') return [] // dead, and not yet buried by its parent
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return [{ pid: Number(name), parent: Number(fields[1]), born: fields[19]!, words }]
      } catch {
        return [] // it has just ended
      }
    })
}

/** A process and everything it started that still hangs on it. */
export function familyOf(pid: number, among = listProcesses()): Process[] {
  const self = among.filter((each) => each.pid === pid)
  return [...self, ...among.filter((each) => each.parent === pid && each.pid !== pid).flatMap((each) => familyOf(each.pid, among))]
}

/** Those of them that still run. */
export function stillAlive(family: readonly Process[]): Process[] {
  const now = listProcesses()
  return family.filter((one) => now.some((each) => each.pid === one.pid && each.born === one.born))
}

/** The built-in database of a data folder with all its sessions; empty when it does not run. */
export function databaseProcesses(data: string): Process[] {
  const file = join(data, 'postgres', 'postmaster.pid')
  if (!existsSync(file)) return []
  return familyOf(Number(readFileSync(file, 'utf8').split('\n')[0]))
}
