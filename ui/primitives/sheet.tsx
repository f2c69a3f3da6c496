/** A narrow page beside the work: it covers nothing that matters and takes nothing away. Escape closes it. */
import { useEffect, useId, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from './button.tsx'

export type SheetProps = {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** Stays at the foot while the sheet scrolls. */
  readonly actions?: ReactNode
  /** Beside the title: a number, a state. */
  readonly extra?: ReactNode
  readonly className?: string
}

export function Sheet({ title, onClose, children, actions, extra, className }: SheetProps) {
  const element = useRef<HTMLElement>(null)
  const titleId = useId()
  const { t } = useTranslation('common')

  useEffect(() => {
    const before = document.activeElement
    const first = element.current?.querySelector<HTMLElement>('[autofocus], [data-autofocus], input, select, textarea')
    ;(first ?? element.current)?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])

  return (
    <section
      ref={element}
      className={className ? `sheet ${className}` : 'sheet'}
      aria-labelledby={titleId}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.stopPropagation()
        onClose()
      }}
    >
      <header className="sheet-head">
        <h2 id={titleId}>{title}</h2>
        {extra}
        <IconButton icon="close" label={t('close')} onClick={onClose} className="sheet-close" />
      </header>
      <div className="sheet-body">{children}</div>
      {actions ? <footer className="sheet-actions">{actions}</footer> : null}
    </section>
  )
}
