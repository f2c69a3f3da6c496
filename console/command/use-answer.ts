/** An answer of the server that a panel shows, asked again when its address changes or when told to. */
import { useEffect, useState } from 'react'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'

export type Asked<T> = { readonly answer: T | undefined; readonly problem: unknown; readonly asking: boolean }

/**
 * Asked again in another language when the page is.
 *
 * @param path   null asks nothing
 * @param again  a number that grows asks again, keeping the old answer on the screen meanwhile
 * @param delayMs  wait so long before asking: for addresses made of what is being typed
 */
export function useAnswer<T>(path: string | null, again: unknown = 0, delayMs = 0): Asked<T> {
  const { language } = useLanguage() // answers hold sentences
  const [asked, setAsked] = useState<Asked<T> & { readonly path: string | null }>({ answer: undefined, problem: undefined, asking: false, path: null })
  useEffect(() => {
    if (path === null) return
    const gone = new AbortController()
    const timer = setTimeout(() => {
      setAsked((old) => ({ ...old, asking: true }))
      api.get<T>(path, { signal: gone.signal }).then(
        (answer) => setAsked({ answer, problem: undefined, asking: false, path }),
        (problem: unknown) => {
          if (!gone.signal.aborted) setAsked((old) => ({ answer: old.path === path ? old.answer : undefined, problem, asking: false, path }))
        },
      )
    }, delayMs)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [path, again, delayMs, language])
  // an answer to another question is no answer, except while its successor is on the way with the same shape of question
  const base = (text: string | null) => text?.split('?')[0]
  return path !== null && base(asked.path) === base(path) ? asked : { answer: undefined, problem: undefined, asking: path !== null }
}

/** Counts up every so often while the page is looked at: for answers that age. */
export function useRounds(everyMs: number, runs = true): number {
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (!runs) return
    const timer = window.setInterval(() => !document.hidden && setRound((old) => old + 1), everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs, runs])
  return round
}
