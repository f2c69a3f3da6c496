/** Call for help: held for two seconds, so that no pocket and no stray thumb does it. */
import { createContext, useContext, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useToasts } from '#ui/primitives.ts'

const holdMs = 2000

/** What a call for help does: the button stands wherever a sheet would cover it. */
export const PanicContext = createContext<() => Promise<unknown>>(async () => {})

/** In a dialog, which covers the strip with the other one. */
export function PanicRow() {
  return (
    <p className="panic-row">
      <PanicButton />
    </p>
  )
}

export function PanicButton() {
  const onPanic = useContext(PanicContext)
  const { t } = useTranslation('officer')
  const toasts = useToasts()
  const [holding, setHolding] = useState(false)
  const timer = useRef<number>(undefined)
  useEffect(() => () => window.clearTimeout(timer.current), [])

  const press = () => {
    if (timer.current !== undefined) return
    setHolding(true)
    navigator.vibrate?.(40)
    timer.current = window.setTimeout(() => {
      timer.current = undefined
      setHolding(false)
      navigator.vibrate?.([200, 80, 200])
      onPanic().catch((thrown: unknown) => toasts.problem(thrown))
    }, holdMs)
  }
  const letGo = () => {
    setHolding(false)
    if (timer.current === undefined) return
    window.clearTimeout(timer.current)
    timer.current = undefined
    toasts.show({ kind: 'info', key: 'panic', text: t('panic.tooShort') })
  }
  const isPress = (key: string) => key === ' ' || key === 'Enter'

  return (
    <button
      type="button"
      className={holding ? 'panic is-holding' : 'panic'}
      aria-label={t('panic.label')}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId) // a shaking thumb may wander
        press()
      }}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onKeyDown={(event) => isPress(event.key) && !event.repeat && press()}
      onKeyUp={(event) => isPress(event.key) && letGo()}
      onBlur={letGo}
      onContextMenu={(event) => event.preventDefault()}
    >
      {t('panic.hold')}
    </button>
  )
}
