/** What was being written when its order ended: sent as a note all the same, reported, or given up. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, useToasts } from '#ui/primitives.ts'
import type { Draft } from './draft.ts'

export type DraftCardProps = {
  readonly draft: Draft
  readonly onSend: () => Promise<unknown>
  readonly onReport: () => void
  readonly onGiveUp: () => void
}

export function DraftCard({ draft, onSend, onReport, onGiveUp }: DraftCardProps) {
  const { t } = useTranslation('officer')
  const toasts = useToasts()
  const [busy, setBusy] = useState(false)
  const send = async () => {
    setBusy(true)
    try {
      await onSend()
    } catch (thrown) {
      toasts.problem(thrown)
      setBusy(false)
    }
  }
  return (
    <section className="ended draft-card" aria-label={t('draft.title')}>
      <div>
        <h2>{t('draft.title')}</h2>
        <p>{t('draft.text', { number: draft.number })}</p>
        <blockquote>{draft.text}</blockquote>
      </div>
      <div className="line-actions">
        <Button kind="primary" size="large" busy={busy} onClick={() => void send()}>
          {t('draft.send')}
        </Button>
        <Button size="large" onClick={onReport}>
          {t('line.asReport')}
        </Button>
        <Button kind="quiet" size="large" onClick={onGiveUp}>
          {t('draft.giveUp')}
        </Button>
      </div>
    </section>
  )
}
