/** Importing a map: the one way in for the routes, the command line and the demo towns. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Worker } from 'node:worker_threads'
import type { BuildMessage, BuildRequest, OnStep } from './import-worker.ts'
import { asMapProblem, MapProblem } from './map-problem.ts'
import { buildingFolder, install, lockImports, sweep, writeDurably, type TownMeta, type WriteFile } from './town-store.ts'

export type ImportOptions = {
  /** The town's folder: `<data>/town`. */
  readonly folder: string
  /** The .osm.pbf file. */
  readonly source: string
  /** What to call the file; its own name when absent. */
  readonly fileName?: string
  readonly id: string
  readonly now: number
  readonly name?: string | null
  readonly timeZone?: string | null
  readonly demo?: 'guixi' | 'portland' | null
  readonly onStep?: OnStep
  readonly signal?: AbortSignal
  /** Files of `folder` that the sweep of left-overs must leave alone: an upload that is this import's own source. */
  readonly keep?: readonly string[]
  /** For tests: how to build and how to write the pointer. */
  readonly build?: (request: BuildRequest, onStep: OnStep, signal: AbortSignal | undefined) => Promise<TownMeta>
  readonly write?: WriteFile
}

/**
 * Build a version from a file and make it current. Whatever goes wrong, the folder is as it was.
 *
 * @throws MapProblem with a code of `refusals.ts`
 */
export async function importMap(options: ImportOptions): Promise<TownMeta> {
  const { folder, source, id, signal, onStep = () => {} } = options
  const unlock = await lockImports(folder).catch((error) => {
    throw asMapProblem(error)
  })
  const building = buildingFolder(folder, id)
  try {
    signal?.throwIfAborted()
    await sweep(folder, options.keep)
    const digest = await digestOf(source)
    const version = `${new Date(options.now).toISOString().replace(/\D/g, '').slice(0, 14)}-${digest}`
    const about = {
      version: `${version}-${id.replace(/[^A-Za-z0-9]/g, '').slice(0, 6)}`,
      file: options.fileName ?? source.split(/[/\\]/).at(-1)!,
      importedAt: options.now,
      timeZone: options.timeZone ?? null,
      demo: options.demo ?? null,
      ...(options.name === undefined ? {} : { name: options.name }),
    }
    const meta = await (options.build ?? buildInWorker)({ source, building, about }, onStep, signal)
    signal?.throwIfAborted()
    await install(folder, building, meta.version, options.write ?? writeDurably)
    onStep('installing', 1)
    return meta
  } catch (error) {
    throw signal?.aborted ? new MapProblem('import-cancelled') : asMapProblem(error)
  } finally {
    await rm(building, { recursive: true, force: true })
    await unlock()
  }
}

/** The first letters of the file's SHA-256: a version says which file it came from. */
async function digestOf(source: string): Promise<string> {
  if (!(await stat(source)).isFile()) throw new MapProblem('map-file-missing', { what: source })
  const hash = createHash('sha256')
  await pipeline(createReadStream(source), hash)
  return hash.digest('hex').slice(0, 8)
}

/** The thread is ended when the signal says so, wherever it is. */
function buildInWorker(request: BuildRequest, onStep: OnStep, signal: AbortSignal | undefined): Promise<TownMeta> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./import-worker.ts', import.meta.url), { workerData: { buildTown: request }, stdin: false })
    const cancel = () => void worker.terminate()
    signal?.addEventListener('abort', cancel, { once: true })
    worker.on('message', (message: BuildMessage) => {
      if (message.type === 'step') onStep(message.step, message.share)
      else if (message.type === 'built') resolve(message.meta)
      else reject(new MapProblem(message.code, message.params))
    })
    worker.on('error', reject)
    worker.on('exit', () => {
      signal?.removeEventListener('abort', cancel)
      reject(new MapProblem('import-failed', { what: 'the import thread ended' })) // no effect after an answer
    })
  })
}
