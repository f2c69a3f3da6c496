/** Doing something to the server from a form: one command id until it worked, what is wrong beside its field. */
import type { FormInstance } from 'antd'
import { useCallback, useRef, useState } from 'react'
import { useToasts } from '#ui/primitives.ts'
import { Problem } from '#ui/client.ts'
import { intents } from './intents.ts'

export type Act = {
  /** Anything is under way. */
  readonly busy: boolean
  readonly isBusy: (intent: string) => boolean
  /**
   * Run with a command id. The same id is used again until it worked, so that a lost answer is not done twice.
   *
   * @param intent  what is meant, where several things are done from one place: each has its own id
   * @returns whether it worked; what went wrong has been said
   */
  readonly run: (work: (commandId: string) => Promise<unknown>, done?: string, intent?: string) => Promise<boolean>
}

/** Which field a refusal is about, where it is about one. */
export type FieldOfCode = Readonly<Record<string, string>>

export function useAct(form?: FormInstance, fields: FieldOfCode = {}): Act {
  const toasts = useToasts()
  const [underWay, setUnderWay] = useState<readonly string[]>([])
  const [meant] = useState(() => intents())
  const about = useRef(fields)
  about.current = fields

  const run = useCallback<Act['run']>(
    async (work, done, intent = '') => {
      setUnderWay((others) => [...others, intent])
      try {
        await work(meant.idOf(intent))
        meant.answered(intent)
        if (done) toasts.show({ kind: 'done', text: done })
        return true
      } catch (thrown) {
        // refused: the next attempt asks for something else
        if (thrown instanceof Problem && thrown.status >= 400 && thrown.status < 500) meant.answered(intent)
        const field = thrown instanceof Problem ? about.current[thrown.code] : undefined
        if (form && field && thrown instanceof Problem) form.setFields([{ name: field, errors: [thrown.because] }])
        else toasts.problem(thrown)
        return false
      } finally {
        setUnderWay((all) => all.toSpliced(all.indexOf(intent), 1))
      }
    },
    [form, toasts, meant],
  )
  return { busy: underWay.length > 0, isBusy: (intent) => underWay.includes(intent), run }
}
