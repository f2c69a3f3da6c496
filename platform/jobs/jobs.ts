import { setTimeout as sleep } from 'node:timers/promises'
import PgBoss from 'pg-boss'
import type { Database } from '#platform/db/open.ts'
import type { Log } from '#platform/log.ts'

export type Jobs = {
  /**
   * Run `fn` by a cron line (minutes, UTC), on one node at a time, with retries. Replaces the name's earlier line.
   * Never rejects, as `work`: what the database does not take now is tried again until it does.
   */
  schedule(name: string, cron: string, fn: () => Promise<void>): Promise<void>
  /** Carry out what is sent under a name; an error is logged and tried again later, up to three times. */
  work<Data extends object>(name: string, fn: (data: Data) => Promise<void>): Promise<void>
  /** Leave work for whichever node is free. Durable when this returns. */
  send(name: string, data: object): Promise<void>
  /** Ends after the jobs under way, at most 5 s later. */
  stop(): Promise<void>
}

/**
 * Background work kept in the database (pg-boss, schema `jobs`).
 *
 * Returns at once; the queue starts in the background and the first calls wait for it, so the platform's start does
 * not. While the database is away it keeps trying.
 *
 * @param options.onJob  hears how each job ended, for the metrics
 */
export function startJobs(options: { database: Database; log: Log; onJob?: (name: string, result: 'done' | 'failed') => void }): Jobs {
  const { log } = options
  const boss = new PgBoss({
    connectionString: options.database.url,
    application_name: 'gengfu-jobs',
    schema: 'jobs',
    max: 2,
    retryLimit: 3,
    retryBackoff: true,
    retryDelay: 5,
    archiveCompletedAfterSeconds: 3_600,
    deleteAfterDays: 7,
  })
  // While the database is away every poll complains; the pool of the platform says so once.
  boss.on('error', (error) => log.debug({ because: error.message }, 'job queue'))

  const stopping = new AbortController()
  const started = (async () => {
    for (let wait = 500; !stopping.signal.aborted; wait = Math.min(2 * wait, 10_000)) {
      try {
        await boss.start()
        return true
      } catch (error) {
        log.warn({ because: (error as Error).message }, 'the job queue did not start; trying again')
        await sleep(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => {})
      }
    }
    return false
  })()
  const known = new Map<string, Promise<void>>()

  /** Once per name. False when stopped before the queue ever started. */
  const queue = async (name: string): Promise<boolean> => {
    if (!(await started)) return false
    if (!known.has(name)) known.set(name, boss.createQueue(name))
    await known.get(name)!.catch((error: unknown) => {
      known.delete(name)
      throw error
    })
    return true
  }

  /** Do something with the queue, again and again until it is done or we stop. */
  const insist = async (name: string, what: () => Promise<unknown>): Promise<void> => {
    for (let wait = 500; !stopping.signal.aborted; wait = Math.min(2 * wait, 10_000)) {
      try {
        if (await queue(name)) await what()
        return
      } catch (error) {
        log.warn({ job: name, because: (error as Error).message }, 'the job queue did not take a job; trying again')
        await sleep(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => {})
      }
    }
  }

  const work: Jobs['work'] = (name, fn) =>
    insist(name, () =>
      boss.work(name, { pollingIntervalSeconds: 2 }, async (jobs) => {
        for (const job of jobs) {
          try {
            await fn(job.data as never)
            options.onJob?.(name, 'done')
          } catch (error) {
            options.onJob?.(name, 'failed')
            log.error({ err: error, job: name }, 'a job failed')
            throw error
          }
        }
      }),
    )

  return {
    work,
    async schedule(name, cron, fn) {
      await work(name, fn)
      await insist(name, () => boss.schedule(name, cron, {}, { tz: 'UTC' }))
    },
    async send(name, data) {
      if (!(await queue(name))) throw new Error(`Job ${name} was sent after the queue stopped.`)
      await boss.send(name, data)
    },
    async stop() {
      stopping.abort()
      if (!(await started)) return
      await boss.stop({ graceful: true, wait: true, timeout: 5_000 }).catch((error: unknown) => {
        log.warn({ because: (error as Error).message }, 'the job queue did not stop well; its jobs are tried again later')
      })
    },
  }
}
