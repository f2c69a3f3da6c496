/**
 * The town's files: `<folder>/<version>/{town.json, graph.bin, gazetteer.json, basemap.pmtiles}`, and `<folder>/current.json` that says
 * which version counts. A version is built aside and becomes current by one rename: there is never half a town.
 */
import { readFileSync } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MapProblem } from './map-problem.ts'

export type { Gazetteer, GazetteerEntry, Spelling } from '#gateways/osm/gazetteer.ts'

/** What `town.json` says of a version. */
export type TownMeta = {
  readonly version: string
  readonly name: string | null
  /** The imported file's name. */
  readonly file: string
  readonly bounds: readonly [number, number, number, number]
  readonly importedAt: number
  readonly dataAt: number | null
  readonly timeZone: string | null
  readonly demo: 'guixi' | 'portland' | null
  readonly report: ImportReport
}
export type ImportReport = {
  readonly nodes: number
  readonly edges: number
  readonly turnRestrictions: number
  readonly largestComponentShare: number
  readonly places: number
  readonly seconds: number
}

export const fileNames = { meta: 'town.json', graph: 'graph.bin', gazetteer: 'gazetteer.json', basemap: 'basemap.pmtiles' } as const
export const ATTRIBUTION = '© OpenStreetMap contributors'

/** Writes one whole file, durable when it returns. Tests give one that fails. */
export type WriteFile = (path: string, bytes: Uint8Array | string) => Promise<void>

export const writeDurably: WriteFile = async (path, bytes) => {
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

const safeVersion = /^[A-Za-z0-9_-]{1,80}$/

/** The current version's folder; undefined before the first import. */
export async function currentVersion(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'current.json'), 'utf8').catch(absent)
  if (text === undefined) return undefined
  const version: unknown = (JSON.parse(text) as { version?: unknown }).version
  return typeof version === 'string' && safeVersion.test(version) ? version : undefined
}

export async function readMeta(folder: string, version: string): Promise<TownMeta> {
  return JSON.parse(await readFile(join(folder, version, fileNames.meta), 'utf8')) as TownMeta
}

/** A file's bytes in memory that workers share. */
export async function readShared(path: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const bytes = new Uint8Array(new SharedArrayBuffer(size))
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, size - at, at)
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`)
      at += bytesRead
    }
    return bytes
  } finally {
    await file.close()
  }
}

export const buildingFolder = (folder: string, id: string): string => join(folder, `.building-${id}`)
export const uploadFile = (folder: string, id: string): string => join(folder, `.upload-${id}.osm.pbf`)

/** Make a built version the current one. Older versions but the last go: somebody may still be reading that one's tiles. */
export async function install(folder: string, built: string, version: string, write: WriteFile): Promise<void> {
  const before = await currentVersion(folder)
  await syncFolder(built)
  await rename(built, join(folder, version))
  const pointer = join(folder, `.current-${version}.json`)
  try {
    await write(pointer, `${JSON.stringify({ version })}\n`)
    await rename(pointer, join(folder, 'current.json'))
  } catch (error) {
    await rm(pointer, { force: true })
    await rm(join(folder, version), { recursive: true, force: true })
    throw error
  }
  await syncFolder(folder)
  for (const name of await readdir(folder)) {
    if (name === version || name === before || name.startsWith('.')) continue
    if (await stat(join(folder, name, fileNames.meta)).catch(absent)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Take away what an import that was killed left behind. Call with the import lock held. */
export async function sweep(folder: string, keep: readonly string[] = []): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (!/^\.(building|upload|current)-/.test(name) || keep.includes(join(folder, name))) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

/** Locks that this very process holds: after a restart our own number in an old lock means nothing. */
const held = new Set<string>()
let drafts = 0

/**
 * One import at a time in a folder, over all processes.
 *
 * @returns how to let go
 * @throws MapProblem `import-running` while a living process holds it
 */
export async function lockImports(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'import.lock')
  for (let attempt = 0; ; attempt++) {
    const draft = `${path}.${process.pid}.${++drafts}`
    try {
      await writeFile(draft, `${process.pid} ${startOf(process.pid)}\n`, { mode: 0o644 })
      await link(draft, path) // whole or not at all: an empty one looks like nobody's, and a full disk must not leave one
      held.add(path)
      return async () => {
        held.delete(path)
        await rm(path, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const [pid = '', start = ''] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ')
      const isOurs = Number(pid) === process.pid
      if (attempt > 2 || (isOurs ? held.has(path) : isAlive(Number(pid), start))) throw new MapProblem('import-running', { pid: Number(pid) })
      await rm(path, { force: true }) // its holder is gone
    } finally {
      await rm(draft, { force: true })
    }
  }
}

function isAlive(pid: number, start: string): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return start === startOf(pid)
}

/** When a process began, in the system's own ticks: numbers come back, a number with its beginning does not. "?" where the system does not tell. */
function startOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[19] ?? '?'
  } catch {
    return '?'
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
