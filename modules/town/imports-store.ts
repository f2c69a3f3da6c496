/** Imports asked for over HTTP: the running one, and what became of earlier ones (`<folder>/imports.json`). */
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { refuse, sentence, type Refused } from '#kernel/decision.ts'
import type { Log } from '#platform/log.ts'
import type { ImportView } from './contract.ts'
import { importMap } from './import-jobs.ts'
import { asMapProblem, MapProblem } from './map-problem.ts'
import { refusals } from './refusals.ts'
import { uploadFile, type TownMeta } from './town-store.ts'

/** An import as it is kept: its problem as a code, told in each reader's language. */
type ImportRow = Omit<ImportView, 'problem'> & { problem: { code: string; params: Readonly<Record<string, string | number>> } | null }

export type Imports = {
  /** Take a file as it comes in and import it when it is whole. Answers when the upload is complete. */
  start(upload: { readonly stream: Readable; readonly file: string; readonly bytes: number | null; readonly timeZone?: string | undefined }, after?: (meta: TownMeta) => Promise<void>): Promise<ImportRow | Refused>
  list(): readonly ImportRow[]
  find(id: string): ImportRow | undefined
  /** Resolves when it has ended. */
  cancel(id: string): Promise<Refused | undefined>
  close(): Promise<void>
}

/** How many of the past are remembered. */
const KEPT = 50

export const importView = (row: ImportRow, language: 'zh' | 'en'): ImportView => ({
  ...row,
  problem: row.problem && { code: row.problem.code, because: sentence(refusals, { refused: row.problem.code, params: row.problem.params }, language) },
})

export async function openImports(deps: {
  readonly folder: string
  readonly now: () => number
  readonly newId: () => string
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Of the map that is replaced: a new one is of the same town unless it says otherwise. */
  readonly timeZone: () => string | null
  readonly onInstalled: () => Promise<void>
}): Promise<Imports> {
  const { folder, now, log } = deps
  const path = join(folder, 'imports.json')
  const rows: ImportRow[] = await readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as ImportRow[],
    () => [],
  )
  for (const row of rows) {
    if (row.status === 'running') Object.assign(row, { status: 'failed', endedAt: now(), problem: { code: 'import-interrupted', params: {} } })
  }
  let running: { id: string; abort: AbortController; ended: Promise<void> } | undefined
  let saving: Promise<void> = Promise.resolve()

  const save = () =>
    (saving = saving.catch(() => {}).then(async () => {
      rows.splice(0, Math.max(0, rows.length - KEPT))
      await writeFile(`${path}.tmp`, JSON.stringify(rows))
      await rename(`${path}.tmp`, path)
    }))
  /** The list is for people to look at: a full disk must not hide why an import failed. */
  const trySave = () => save().catch((error: unknown) => log.warn({ err: error }, 'the list of imports could not be saved'))

  function end(row: ImportRow, outcome: TownMeta | MapProblem): void {
    row.endedAt = now()
    if (outcome instanceof MapProblem) {
      row.status = outcome.code === 'import-cancelled' ? 'cancelled' : 'failed'
      row.problem = { code: outcome.code, params: outcome.params }
      log.warn({ import: row.id, code: outcome.code, because: outcome.message }, 'map import ended')
    } else {
      row.status = 'done'
      row.share = 1
      row.report = outcome.report
      log.info({ import: row.id, version: outcome.version, ...outcome.report }, 'map imported')
    }
  }

  return {
    async start({ stream, file, bytes, timeZone }, after) {
      if (running) {
        stream.resume()
        return refuse('import-running', { pid: process.pid })
      }
      const abort = new AbortController()
      const id = deps.newId()
      const source = uploadFile(folder, id)
      const row: ImportRow = { id, file, bytes: bytes ?? 0, status: 'running', step: 'reading', share: 0, startedAt: now(), endedAt: null, problem: null, report: null }
      rows.push(row)
      let ended = () => {}
      running = { id, abort, ended: new Promise((resolve) => (ended = resolve)) }
      const finish = async (outcome: TownMeta | MapProblem) => {
        await rm(source, { force: true }).catch(() => {})
        end(row, outcome)
        running = undefined
        await trySave()
        ended()
      }
      try {
        await mkdir(folder, { recursive: true })
        await pipeline(stream, createWriteStream(source, { flags: 'wx', mode: 0o600 }), { signal: abort.signal })
        row.bytes = (await stat(source)).size
        if (bytes !== null && row.bytes !== bytes) throw new MapProblem('upload-incomplete')
      } catch (error) {
        const code = (error as { code?: string }).code
        const problem =
          abort.signal.aborted ? new MapProblem('import-cancelled')
          : code === 'ENOSPC' || code === 'EDQUOT' ? new MapProblem('disk-full', {}, error)
          : error instanceof MapProblem ? error
          : new MapProblem('upload-incomplete', {}, error)
        await finish(problem)
        if (problem.code === 'disk-full' || problem.code === 'import-cancelled') return refuse(problem.code)
        throw error // the connection is gone, or the body was too large: the server has the words for it
      }
      await trySave()
      void importMap({
        folder,
        source,
        fileName: file,
        id,
        now: now(),
        timeZone: timeZone ?? deps.timeZone(),
        keep: [source],
        signal: abort.signal,
        onStep: (step, share) => Object.assign(row, { step, share }),
      })
        .then(async (meta) => {
          await deps.onInstalled()
          // the map is in use: nothing after this may call it failed
          await after?.(meta).catch((error: unknown) => log.error({ err: error }, 'the map import could not be recorded'))
          return meta
        })
        .then(finish, (error: unknown) => finish(asMapProblem(error)))
      return row
    },
    list: () => rows.toReversed(),
    find: (id) => rows.find((row) => row.id === id),
    async cancel(id) {
      const row = rows.find((each) => each.id === id)
      if (!row) return refuse('import-not-found')
      if (running?.id !== id) return refuse('import-not-running')
      const { ended } = running
      running.abort.abort()
      await ended
      return undefined
    },
    async close() {
      running?.abort.abort()
      await running?.ended
      await saving.catch(() => {})
    },
  }
}

