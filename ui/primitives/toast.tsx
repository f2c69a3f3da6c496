/** Short words about what just happened, with a way back for ten seconds. */
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { becauseOf } from '../client.ts'
import { Button, IconButton } from './button.tsx'
import { Icon } from './icon.tsx'

export type ToastKind = 'done' | 'info' | 'problem'

export type ToastOptions = {
  readonly text: ReactNode
  readonly kind?: ToastKind
  /** Offered for `seconds` (10 when absent); afterwards the toast goes. */
  readonly undo?: { readonly run: () => unknown; readonly seconds?: number; readonly label?: string }
  /** How long without an undo: 5 s, a problem 9 s. 0: until closed. */
  readonly seconds?: number
  /** A newer toast with the same key takes the older one's place. */
  readonly key?: string
}

export type Toasts = {
  readonly show: (toast: ToastOptions) => number
  /** Say what went wrong, in its own words. */
  readonly problem: (thrown: unknown) => number
  readonly close: (id: number) => void
}

type Standing = ToastOptions & { readonly id: number; readonly lasting: number }

const Context = createContext<Toasts | undefined>(undefined)
let nextId = 1

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [standing, setStanding] = useState<readonly Standing[]>([])
  const close = useCallback((id: number) => setStanding((all) => all.filter((toast) => toast.id !== id)), [])

  const toasts = useMemo<Toasts>(() => {
    const show = (options: ToastOptions) => {
      const id = nextId++
      const lasting = options.undo ? (options.undo.seconds ?? 10) : (options.seconds ?? (options.kind === 'problem' ? 9 : 5))
      setStanding((all) => [...all.filter((toast) => options.key === undefined || toast.key !== options.key), { ...options, id, lasting }].slice(-4))
      return id
    }
    return { show, close, problem: (thrown) => show({ kind: 'problem', text: becauseOf(thrown) }) }
  }, [close])

  // Above an open dialog, which lies in the browser's top layer: what comes there later stands above it.
  const box = useRef<HTMLDivElement>(null)
  const newest = standing.at(-1)?.id
  useEffect(() => {
    const element = box.current
    if (!element?.showPopover) return
    if (element.matches(':popover-open')) element.hidePopover()
    if (newest !== undefined) element.showPopover()
  }, [newest])

  return (
    <Context value={toasts}>
      {children}
      <div ref={box} popover="manual" className="toasts" role="status" aria-live="polite" aria-relevant="additions">
        {standing.map((toast) => (
          <ToastBox key={toast.id} toast={toast} close={() => close(toast.id)} problem={toasts.problem} />
        ))}
      </div>
    </Context>
  )
}

function ToastBox({ toast, close, problem }: { readonly toast: Standing; readonly close: () => void; readonly problem: (thrown: unknown) => void }) {
  const { t } = useTranslation('common')
  const [held, setHeld] = useState(false)
  const closeRef = useRef(close)
  closeRef.current = close

  // an undo runs out by the server's clock, so it is not held; anything else waits while it is being read
  const waits = held && !toast.undo
  useEffect(() => {
    if (toast.lasting === 0 || waits) return
    const timer = setTimeout(() => closeRef.current(), toast.lasting * 1000)
    return () => clearTimeout(timer)
  }, [toast.lasting, waits])

  return (
    <div className={`toast toast-${toast.kind ?? 'info'}`} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <Icon name={toast.kind === 'problem' ? 'alert' : toast.kind === 'done' ? 'check' : 'info'} />
      <div className="toast-text">{toast.text}</div>
      {toast.undo ? (
        <Button
          size="small"
          icon="undo"
          onClick={async () => {
            close()
            try {
              await toast.undo?.run()
            } catch (thrown) {
              problem(thrown)
            }
          }}
        >
          {toast.undo.label ?? t('undo')}
        </Button>
      ) : null}
      <IconButton size="small" icon="close" label={t('close')} onClick={close} />
      {toast.undo ? <div className="toast-time" style={{ animationDuration: `${toast.lasting}s` }} /> : null}
    </div>
  )
}

/** @throws Error outside a ToastProvider */
export function useToasts(): Toasts {
  const toasts = useContext(Context)
  if (!toasts) throw new Error('useToasts needs a ToastProvider above it')
  return toasts
}
