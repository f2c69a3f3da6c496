/** A thread that learns: matches drives and estimates, while questions are answered elsewhere. */
import { workerData } from 'node:worker_threads'
import { readGraph } from '#core/graph/graph-file.ts'
import { teacherOf, type ArcHours, type DriveTrack, type Estimate, type KeptSums, type Lessons } from './learn.ts'
import type { TaughtMode } from './speeds.ts'

export type SpeedsTask =
  | { readonly do: 'learn'; readonly drives: readonly DriveTrack[] }
  | { readonly do: 'estimate'; readonly sums: KeptSums; readonly hour: number; readonly month: number }
  | { readonly do: 'hours'; readonly mode: TaughtMode; readonly arc: bigint }
export type SpeedsAnswers = { learn: Lessons; estimate: Estimate; hours: ArcHours | undefined }
export type SpeedsData = {
  /** The graph's file, checked. */
  readonly graph: Uint8Array
}

let teacher: ReturnType<typeof teacherOf> | undefined

/** The pool's way in. */
export default function perform(task: SpeedsTask): SpeedsAnswers[SpeedsTask['do']] {
  teacher ??= teacherOf(readGraph((workerData as SpeedsData).graph, { trust: true }))
  switch (task.do) {
    case 'learn':
      return teacher.learn(task.drives)
    case 'estimate':
      return teacher.estimate(task.sums, task.hour, task.month)
    case 'hours':
      return teacher.hours(task.mode, task.arc)
  }
}
