/** The bench's other processes: how they are started and asked, and crowds of consoles among them. */
import { fork, type ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import type { Count, Order } from './positions-consoles.ts'

const sinkProcesses = 2

export type Crowd = { readonly processes: ChildProcess[]; open(order: Order): Promise<void>; count(): Promise<Count>; close(): void }

/** Counting consoles, in processes of their own. */
export function openConsoles(): Crowd {
  const sinks = Array.from({ length: sinkProcesses }, forkedConsoles)
  const processes = [...sinks]
  return {
    processes,
    async open(order) {
      await Promise.all(sinks.map((sink, n) => asked(sink, { ...order, count: Math.floor((order.count + n) / sinks.length), views: rotated(order.views, n) })))
    },
    async count() {
      const all = await Promise.all(sinks.map((sink) => asked<Count>(sink, 'count')))
      const sum = (of: (one: Count) => number) => all.reduce((total, one) => total + of(one), 0)
      return { positions: sum((one) => one.positions), bytes: sum((one) => one.bytes), frames: sum((one) => one.frames), served: sum((one) => one.served), servedAt: Math.max(...all.map((one) => one.servedAt)) }
    },
    close() {
      for (const child of processes) child.kill('SIGKILL')
    },
  }
}

/** So that two processes with views in turn do not begin with the same. */
const rotated = <T>(list: readonly T[], by: number): readonly T[] => [...list.slice(by % list.length), ...list.slice(0, by % list.length)]

export const forked = (file: string, words: string[] = []) => fork(new URL(file, import.meta.url), words, { serialization: 'advanced' })
export const forkedConsoles = () => forked('./positions-consoles.ts')

/** The next thing that a process says, or the next that is `wanted`. */
export async function told<T>(child: ChildProcess, wanted: (said: object) => boolean = () => true): Promise<T> {
  const over = new AbortController()
  const ended = once(child, 'exit', over).then(([code]) => {
    throw new Error(`A process of the bench ended with ${code}`)
  })
  const message = (async () => {
    for await (const [said] of on(child, 'message', over)) if (wanted(said)) return said as T
    throw new Error('A process of the bench said nothing more')
  })()
  for (const either of [ended, message]) either.catch(() => {}) // the other was first
  try {
    return await Promise.race([message, ended])
  } finally {
    over.abort()
  }
}
/** @param wanted  of the answer, where the process may say something else before it */
export async function asked<T>(child: ChildProcess, what: object | string, wanted?: (said: object) => boolean): Promise<T> {
  const answer = told<T>(child, wanted)
  child.send(what)
  return answer
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
