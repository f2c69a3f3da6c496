/** Nothing here yet, and what would be: an empty place teaches. And the same place when something went wrong. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { becauseOf, Problem } from '../client.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'

export type EmptyProps = {
  readonly icon?: IconName
  readonly title: string
  /** What would be here, and how to get it. */
  readonly children?: ReactNode
  readonly action?: ReactNode
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      {icon ? <Icon name={icon} size={28} /> : null}
      <p className="empty-title">{title}</p>
      {children ? <div className="empty-text">{children}</div> : null}
      {action}
    </div>
  )
}

export type ErrorStateProps = { readonly problem: unknown; readonly onRetry?: () => void; readonly title?: string }

/** What went wrong, in its own words, and a way to try again. Keeps the code: it is what one reads out on the telephone. */
export function ErrorState({ problem, onRetry, title }: ErrorStateProps) {
  const { t } = useTranslation('common')
  return (
    <div className="empty error-state" role="alert">
      <Icon name="alert" size={28} />
      <p className="empty-title">{title ?? t('error.title')}</p>
      <div className="empty-text">
        <p>{becauseOf(problem)}</p>
        {problem instanceof Problem ? <p className="error-code">{problem.status ? `${problem.status} · ${problem.code}` : problem.code}</p> : null}
      </div>
      {onRetry ? <Button onClick={onRetry}>{t('tryAgain')}</Button> : null}
    </div>
  )
}
