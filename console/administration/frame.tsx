/** The frame of every administration page: title, what it is for, the one main act, the list or why there is none. */
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorState, Spinner } from '#ui/primitives.ts'
import type { List } from './lists.tsx'

export type FrameProps = {
  readonly title: string
  readonly text: string
  readonly action?: { readonly label: string; readonly run: () => void }
  readonly tools?: ReactNode
  readonly children: ReactNode
}

export function Frame({ title, text, action, tools, children }: FrameProps) {
  return (
    <>
      <header className="administration-head">
        <div>
          <h1>{title}</h1>
          <p>{text}</p>
        </div>
        <div className="administration-tools">
          {tools}
          {action ? (
            <Button type="primary" onClick={action.run}>
              {action.label}
            </Button>
          ) : null}
        </div>
      </header>
      {children}
    </>
  )
}

/** What a list shows before it is there, and when it cannot be had. An old list stays on the screen. */
export function WhenThere<T>({ list, children }: { readonly list: List<T>; readonly children: (items: T) => ReactNode }) {
  const { t } = useTranslation('administration')
  if (list.items !== undefined) return children(list.items)
  if (list.problem) return <ErrorState problem={list.problem} onRetry={() => void list.reload()} />
  return (
    <p className="administration-wait">
      <Spinner label={t('common:loading')} />
    </p>
  )
}
