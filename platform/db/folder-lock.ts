import { link, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DataFolderInUse } from './fault.ts'

type Holder = { readonly pid: number; readonly host: string; readonly born: string; readonly beat: number }

const beatMs = 4_000

/**
 * Hold `<folder>/lock` until released: one process per data folder.
 *
 * The file says who holds it. A lock whose process is gone is taken over: on the same machine by looking for the
 * process (and its birth, as process ids come round again), from another machine or container by waiting for a
 * heartbeat that does not come. The file is rewritten every 4 s as that heartbeat.
 *
 * @returns the release; releasing twice is harmless
 * @throws DataFolderInUse naming the holder
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock')
  const mine = { pid: process.pid, host: hostname(), born: await bornOf(process.pid) }
  const text = (beat: number) => `${JSON.stringify({ ...mine, beat } satisfies Holder)}\n`

  for (;;) {
    if (await created(path, text(0))) break
    const found = await readFile(path, 'utf8').catch(() => undefined)
    if (found === undefined) continue // released between our two looks
    const holder = parse(found)
    if (holder && (await isAlive(holder, path, found))) {
      const { birthtime } = await stat(path)
      throw new DataFolderInUse(folder, holder.pid, birthtime.toISOString(), holder.host)
    }
    await takeAway(path, found)
  }

  let beat = 0
  const timer = setInterval(() => void writeFile(path, text(++beat)).catch(() => {}), beatMs)
  timer.unref()
  let released = false
  return async () => {
    if (released) return
    released = true
    clearInterval(timer)
    const found = parse(await readFile(path, 'utf8').catch(() => ''))
    if (found?.pid === mine.pid && found.host === mine.host && found.born === mine.born) await rm(path, { force: true })
  }
}

/** Who holds the folder now, if anybody alive does. */
export async function holderOf(folder: string): Promise<number | undefined> {
  const path = join(folder, 'lock')
  const found = await readFile(path, 'utf8').catch(() => undefined)
  const holder = found === undefined ? undefined : parse(found)
  return holder && found && (await isAlive(holder, path, found)) ? holder.pid : undefined
}

/** Appears whole or not at all, and only where nothing was: a link of a finished file. */
async function created(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.${performance.now()}`
  await writeFile(draft, text, { mode: 0o644 })
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  } finally {
    await unlink(draft)
  }
}

/** Remove a stale lock; if another process replaced it meanwhile, its lock is put back. */
async function takeAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.stale.${process.pid}`
  try {
    await rename(path, aside)
  } catch {
    return // somebody else took it away
  }
  const taken = await readFile(aside, 'utf8')
  if (taken !== stale) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

async function isAlive(holder: Holder, path: string, text: string): Promise<boolean> {
  if (holder.host !== hostname()) {
    await sleep(2.5 * beatMs)
    const now = await readFile(path, 'utf8').catch(() => undefined)
    return now !== undefined && now !== text
  }
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const born = await bornOf(holder.pid)
  return born === holder.born // another process may have got the same number since
}

/** The kernel's start time of a process, so that a number used again is not mistaken; '' where the system does not say. */
async function bornOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const boot = line && (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''))
  // the name in brackets may hold spaces and brackets; what follows the last one does not
  return line ? `${boot.trim()}/${line.slice(line.lastIndexOf(')') + 2).split(' ')[19]}` : ''
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder
    return Number.isInteger(holder.pid) ? holder : undefined
  } catch {
    return undefined
  }
}
