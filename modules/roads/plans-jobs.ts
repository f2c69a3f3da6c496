/** Plans of one map for the moment, prepared in the background: those of the profile are kept on the disk beside the map. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packArrays, RoadFileBroken, unpackArrays, type Extras } from '#core/graph/graph-file.ts'
import { travelModes } from '#core/graph/graph-input.ts'
import type { Log } from '#platform/log.ts'
import { workerPool, type WorkerPool } from '#platform/workers/pool.ts'
import type { TravelMode } from './contract.ts'
import type { TownRoads } from './deps.ts'
import { nowOf, versionOf, type Moment, type MomentPlan } from './moment.ts'
import type { PlanTask } from './plan-worker.ts'

/** A change is often followed by another: plans wait for so long. */
const PLAN_AFTER_MS = 2_000

export type Plans = {
  /** The plan for this moment, where it is ready. */
  at(mode: TravelMode, moment: Moment): MomentPlan | undefined
  /** Prepare for this moment, and for no other any more. */
  prepare(moment: Moment): void
  stop(): Promise<void>
}

export function openPlans(map: TownRoads, log: Pick<Log, 'warn'>): Plans {
  const ready = new Map<TravelMode, MomentPlan>()
  let wanted: Moment | undefined
  let timer: NodeJS.Timeout | undefined
  let preparing: Promise<void> = Promise.resolve()
  let pool: WorkerPool | undefined
  let stopped = false

  const at = (mode: TravelMode, moment: Moment) => {
    const plan = ready.get(mode)
    return plan?.version === versionOf(moment, mode) ? plan : undefined
  }

  async function prepareAll(moment: Moment): Promise<void> {
    for (const mode of travelModes) {
      if (stopped || moment !== wanted) return
      if (at(mode, moment)) continue
      try {
        const path = join(map.folder, `plan-${mode}.bin`)
        const version = versionOf(moment, mode)
        const kept = version === 0 ? await readPlan(path, map.graph, log) : undefined
        const extras = kept ?? (await planFor(mode, moment))
        if (stopped || moment !== wanted) return
        ready.set(mode, { version, extras })
        if (!kept && version === 0) await writePlan(path, map.graph, extras)
      } catch (error) {
        if (!stopped) log.warn({ err: error, mode }, 'a plan could not be prepared; searches answer')
      }
    }
    await pool?.stop()
    pool = undefined
  }
  function planFor(mode: TravelMode, moment: Moment): Promise<Extras> {
    pool ??= workerPool({ file: new URL('./plan-worker.ts', import.meta.url), threads: 1 })
    const task: PlanTask = { graph: map.graph, mode, now: nowOf(moment, mode) }
    return pool.run<Extras>(task)
  }

  return {
    at,
    prepare(moment) {
      if (stopped) return
      wanted = moment
      clearTimeout(timer)
      // plans for the profile lie on the disk, or are made at once; those for a change wait for the next one
      timer = setTimeout(() => (preparing = preparing.then(() => prepareAll(moment))), moment.version === 0 ? 0 : PLAN_AFTER_MS).unref()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await pool?.stop()
      await preparing.catch(() => {})
      await pool?.stop() // one that was opened meanwhile
    },
  }
}

/** The head of a graph's file, checksum and all: a plan is of use with that very file alone. */
const headOf = (graph: Uint8Array) => Uint32Array.from(new Uint32Array(graph.buffer, graph.byteOffset, 8))

/** A plan that was kept beside its map, in memory that threads share; undefined where there is none that can be used, and then it is made again. */
async function readPlan(path: string, graph: Uint8Array, log: Pick<Log, 'warn'>): Promise<Extras | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (!bytes) return undefined
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  try {
    const { madeFor, ...extras } = unpackArrays(shared)
    if (madeFor?.toString() !== headOf(graph).toString()) throw new RoadFileBroken('It was made for another map.')
    return extras
  } catch (error) {
    if (!(error instanceof RoadFileBroken)) throw error
    log.warn({ file: path, because: error.message }, 'a kept plan cannot be used; it is made again, nothing is to be done')
    return undefined
  }
}

async function writePlan(path: string, graph: Uint8Array, extras: Extras): Promise<void> {
  const draft = `${path}.${process.pid}.part`
  try {
    await writeFile(draft, packArrays({ ...extras, madeFor: headOf(graph) }))
    await rename(draft, path)
  } catch {
    await rm(draft, { force: true }) // a full disk: the plan is made again at the next start
  }
}
