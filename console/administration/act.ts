/** Doing something to the server from a form: one command id until it worked, what is wrong beside its field. */
import type { FormInstance } from 'antd'
import { useCallback, useRef, useState } from 'react'
import { useToasts } from '#ui/primitives.ts'
import { newCommandId, Problem } from '#ui/client.ts'

export type Act = {
  readonly busy: boolean
  /**
   * Run with a command id. The same id is used again until it worked, so that a lost answer is not done twice.
   *
   * @returns whether it worked; what went wrong has been said
   */
  readonly run: (work: (commandId: string) => Promise<unknown>, done?: string) => Promise<boolean>
}

/** Which field a refusal is about, where it is about one. */
export type FieldOfCode = Readonly<Record<string, string>>

export function useAct(form?: FormInstance, fields: FieldOfCode = {}): Act {
  const toasts = useToasts()
  const [busy, setBusy] = useState(false)
  const commandId = useRef(newCommandId())
  const about = useRef(fields)
  about.current = fields

  const run = useCallback<Act['run']>(
    async (work, done) => {
      setBusy(true)
      try {
        await work(commandId.current)
        commandId.current = newCommandId()
        if (done) toasts.show({ kind: 'done', text: done })
        return true
      } catch (thrown) {
        // refused: the next attempt asks for something else
        if (thrown instanceof Problem && thrown.status >= 400 && thrown.status < 500) commandId.current = newCommandId()
        const field = thrown instanceof Problem ? about.current[thrown.code] : undefined
        if (form && field && thrown instanceof Problem) form.setFields([{ name: field, errors: [thrown.because] }])
        else toasts.problem(thrown)
        return false
      } finally {
        setBusy(false)
      }
    },
    [form, toasts],
  )
  return { busy, run }
}
