/** Imports of maps: those there were, the one that runs, and sending a file. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { ImportView } from '#modules/town/contract.ts'
import { api, upload } from '#ui/client.ts'

export type Sending = { readonly file: string; readonly bytes: number; readonly share: number }

export type Imports = {
  readonly items: readonly ImportView[] | undefined
  readonly problem: unknown
  readonly running: ImportView | undefined
  /** The file on its way to the server; undefined when none is. */
  readonly sending: Sending | undefined
  /** @throws Problem when the server does not take it; AbortError when `stop` was called */
  readonly send: (file: File) => Promise<void>
  /** Stop sending, or cancel what the server builds. The map in use stays. */
  readonly stop: () => Promise<void>
}

const lookMs = 700

export function useImports(onInstalled: () => unknown): Imports {
  const [items, setItems] = useState<readonly ImportView[]>()
  const [problem, setProblem] = useState<unknown>()
  const [sending, setSending] = useState<Sending>()
  const aborter = useRef<AbortController>(undefined)
  const installed = useRef(onInstalled)
  installed.current = onInstalled

  const look = useCallback(async () => {
    try {
      const answer = await api.get<{ items: readonly ImportView[] }>('/api/town/imports')
      setItems(answer.items)
      setProblem(undefined)
    } catch (thrown) {
      setProblem(thrown)
    }
  }, [])
  useEffect(() => void look(), [look])

  const running = items?.find((each) => each.status === 'running')
  const runningId = running?.id
  useEffect(() => {
    if (!runningId) return
    const timer = setInterval(() => void look(), lookMs)
    return () => {
      clearInterval(timer)
      void installed.current() // it ended, well or not: look at which map is in use
    }
  }, [runningId, look])

  return {
    items,
    problem,
    running,
    sending,
    async send(file) {
      const stop = new AbortController()
      aborter.current = stop
      setSending({ file: file.name, bytes: file.size, share: 0 })
      try {
        await upload<ImportView>(
          `/api/town/imports?file=${encodeURIComponent(file.name)}`,
          file,
          (share) => setSending({ file: file.name, bytes: file.size, share }),
          stop.signal,
        )
      } finally {
        setSending(undefined)
        await look()
      }
    },
    async stop() {
      aborter.current?.abort()
      if (runningId) await api.delete(`/api/town/imports/${runningId}`)
      await look()
    },
  }
}
