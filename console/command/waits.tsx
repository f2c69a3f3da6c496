/** What is being computed, why it could not be, or what came of it. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { becauseOf } from '#ui/client.ts'
import { Icon, Spinner } from '#ui/primitives.ts'

export function Waits({ waits, problem, children }: { readonly waits: boolean; readonly problem: unknown; readonly children: ReactNode }) {
  const { t } = useTranslation('command')
  if (problem) return <p className="roads-problem" role="alert"><Icon name="alert" size={14} /> {becauseOf(problem)}</p>
  return (
    <>
      {waits ? <p className="soft roads-waits"><Spinner size={14} label={t('roads.computing')} /> {t('roads.computing')}</p> : null}
      {children}
    </>
  )
}
