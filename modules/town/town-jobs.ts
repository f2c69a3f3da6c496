/** The town in memory: loaded at start, loaded again when a new map is installed by whomever, asked through threads. */
import { unwatchFile, watchFile } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readGraph, RoadFileBroken } from '#core/graph/graph-file.ts'
import type { FileReply } from '#platform/http/route.ts'
import type { Log } from '#platform/log.ts'
import { workerPool } from '#platform/workers/pool.ts'
import type { PlaceView, SpokenPlace, TownView } from './contract.ts'
import { openImports, type Imports } from './imports-store.ts'
import type { Near } from './search.ts'
import { ATTRIBUTION, currentVersion, fileNames, readMeta, readShared, type Gazetteer, type TownMeta } from './town-store.ts'
import type { TownAnswers, TownData, TownTask } from './town-worker.ts'

export type TownOptions = {
  /** `<data>/town`. Made when it is not there. */
  readonly folder: string
  readonly now: () => number
  readonly newId: () => string
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Where the map does not say: an IANA name. */
  readonly timeZone: string
  /** Patrol districts that belong to a demo's map: a GeoJSON file. */
  readonly districts?: { readonly demo: string; readonly file: string }
  /** Threads for search; one when absent. */
  readonly threads?: number
  /** How often to look whether another process installed a new map, ms. */
  readonly watchMs?: number
}

export type Town = {
  view(): TownView
  /** The current map's roads and how its streets are called, for the roads room; undefined before the first import. */
  roads(): TownRoads | undefined
  search(text: string, limit: number, near?: Near): Promise<readonly PlaceView[]>
  /** A point in words; undefined while there is no map. */
  spokenPlace(lon: number, lat: number): Promise<SpokenPlace | undefined>
  /** The tiles of the current version, or of the one before while it is kept. */
  basemap(version: string): FileReply | undefined
  /** Patrol districts of the current map, where there are any. */
  districts(): FileReply | undefined
  timeZone(): string
  readonly imports: Imports
  /** Look now whether there is a new version. */
  reload(): Promise<void>
  /** Told after another version has been loaded. Returns how to stop listening. */
  onChange(listener: (view: TownView) => void): () => void
  close(): Promise<void>
}

/** The graph's file in memory that threads share, checked; streets by number; and the folder of this version. */
type TownRoads = {
  readonly version: string
  readonly graph: Uint8Array<SharedArrayBuffer>
  readonly streets: readonly { readonly name: string; readonly nameEn: string | null }[]
  readonly folder: string
}

type Loaded = { readonly meta: TownMeta; readonly roads: TownRoads; readonly pool: ReturnType<typeof workerPool>; running: number; retired: boolean }

/** A damaged file is refused by its name, and the town stays as it was. @throws RoadFileBroken */
function checkRoads(graph: Uint8Array, path: string): void {
  try {
    readGraph(graph)
  } catch (error) {
    throw error instanceof RoadFileBroken ? new RoadFileBroken(`${path}: ${error.message}`, { cause: error }) : error
  }
}

export async function openTown(options: TownOptions): Promise<Town> {
  const { folder, log } = options
  await mkdir(folder, { recursive: true })
  let loaded: Loaded | undefined
  let before: TownMeta | undefined
  const listeners = new Set<(view: TownView) => void>()

  /** A pool goes when it has been replaced and its last answer is out. */
  const stopIfIdle = (town: Loaded) => {
    if (town.retired && town.running === 0) void town.pool.stop().catch((error: unknown) => log.warn({ err: error }, 'a worker pool did not stop'))
  }

  async function load(): Promise<void> {
    const version = await currentVersion(folder)
    if (version === undefined || version === loaded?.meta.version) return
    const meta = await readMeta(folder, version)
    const [graph, gazetteer] = await Promise.all([readShared(join(folder, version, fileNames.graph)), readShared(join(folder, version, fileNames.gazetteer))])
    checkRoads(graph, join(folder, version, fileNames.graph))
    const data: TownData = { graph, gazetteer }
    const pool = workerPool({ file: new URL('./town-worker.ts', import.meta.url), workerData: data, threads: Math.max(1, options.threads ?? 1) })
    const old = loaded
    before = old?.meta ?? before
    const { streets } = JSON.parse(new TextDecoder().decode(gazetteer.slice())) as Gazetteer
    loaded = { meta, roads: { version, graph, streets, folder: join(folder, version) }, pool, running: 0, retired: false }
    if (old) {
      old.retired = true
      stopIfIdle(old)
    }
    log.info({ version, nodes: meta.report.nodes, edges: meta.report.edges }, 'town loaded')
    for (const listener of listeners) listener(view())
  }

  // one load after another, so that two wake-ups do not race
  let queue: Promise<void> = Promise.resolve()
  const reload = () => (queue = queue.catch(() => {}).then(load))

  async function ask<Kind extends TownTask['do']>(task: TownTask & { readonly do: Kind }): Promise<TownAnswers[Kind] | undefined> {
    const town = loaded
    if (!town) return undefined
    town.running++
    try {
      return await town.pool.run<TownAnswers[Kind]>(task)
    } finally {
      town.running--
      stopIfIdle(town)
    }
  }

  function view(): TownView {
    const meta = loaded?.meta
    return {
      ready: meta !== undefined,
      name: meta?.name ?? null,
      version: meta?.version ?? null,
      bounds: meta ? [...meta.bounds] : null,
      importedAt: meta?.importedAt ?? null,
      dataAt: meta?.dataAt ?? null,
      attribution: ATTRIBUTION,
      nodes: meta?.report.nodes ?? null,
      edges: meta?.report.edges ?? null,
      places: meta?.report.places ?? null,
      demo: meta?.demo ?? null,
      timeZone: meta?.timeZone ?? options.timeZone,
      districts: districts() !== undefined,
    }
  }

  function districts(): FileReply | undefined {
    const meta = loaded?.meta
    if (!meta || !options.districts || meta.demo !== options.districts.demo) return undefined
    return { path: options.districts.file, type: 'application/geo+json', etag: `"districts-${meta.version}"` }
  }

  await reload().catch((error: unknown) => log.error({ err: error }, 'the town’s map cannot be loaded; import it again'))
  const pointer = join(folder, 'current.json')
  const onPointer = () => void reload().catch((error: unknown) => log.error({ err: error }, 'the new map cannot be loaded; the old one stays'))
  // Polling: notification of renames differs between file systems, and a map changes once a month.
  watchFile(pointer, { interval: options.watchMs ?? 2_000, persistent: false }, onPointer)
  const imports = await openImports({ folder, now: options.now, newId: options.newId, log, timeZone: () => loaded?.meta.timeZone ?? null, onInstalled: reload })

  return {
    view,
    roads: () => loaded?.roads,
    search: async (text, limit, near) => (await ask({ do: 'search', text, limit, near })) ?? [],
    spokenPlace: (lon, lat) => ask({ do: 'say', lon, lat }),
    basemap(version) {
      if (version !== loaded?.meta.version && version !== before?.version) return undefined
      return { path: join(folder, version, fileNames.basemap), type: 'application/vnd.pmtiles', etag: `"${version}"` }
    },
    districts,
    timeZone: () => loaded?.meta.timeZone ?? options.timeZone,
    imports,
    reload,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      unwatchFile(pointer, onPointer)
      await imports.close()
      await queue.catch(() => {})
      const last = loaded
      loaded = undefined
      await last?.pool.stop()
    },
  }
}
