/** Words to the room: a note, the report at the end, or why the crew cannot go. Usual phrases are one tap. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, TextArea, useToasts } from '#ui/primitives.ts'
import { WriteBox } from './sheet.tsx'

const phraseIds = {
  note: ['arriving', 'quiet', 'help', 'ambulance'],
  report: ['settled', 'talked', 'nothing', 'station'],
  refuse: ['broken', 'busy', 'far', 'danger'],
} as const

export type WriteSheetProps = {
  readonly kind: keyof typeof phraseIds
  readonly needsText?: boolean
  readonly text: string
  readonly onText: (text: string) => void
  readonly onClose: () => void
  readonly onSend: (text: string) => Promise<unknown>
}

export function WriteSheet({ kind, needsText, text, onText, onClose, onSend }: WriteSheetProps) {
  const { t } = useTranslation('officer')
  const toasts = useToasts()
  const [busy, setBusy] = useState(false)

  const send = async () => {
    setBusy(true)
    try {
      await onSend(text.trim())
    } catch (thrown) {
      toasts.problem(thrown)
      setBusy(false)
    }
  }

  return (
    <WriteBox title={t(`write.${kind}.title`)} onClose={onClose}>
      <div className="phrases">
        {phraseIds[kind].map((id) => (
          <button
            key={id}
            type="button"
            className="phrase"
            onClick={() => {
              const phrase = t(`write.${kind}.${id}`)
              onText(text.trim() ? `${text.trim()} ${phrase}` : phrase)
            }}
          >
            {t(`write.${kind}.${id}`)}
          </button>
        ))}
      </div>
      <TextArea label={t(`write.${kind}.label`)} rows={4} maxLength={2000} value={text} onChange={(event) => onText(event.target.value)} />
      <div className="write-actions">
        <Button size="large" onClick={onClose}>
          {t('common:cancel')}
        </Button>
        <Button
          kind={kind === 'refuse' ? 'danger' : 'primary'}
          size="large"
          busy={busy}
          disabledBecause={needsText && !text.trim() ? t('write.empty') : undefined}
          onClick={() => void send()}
        >
          {t(`write.${kind}.send`)}
        </Button>
      </div>
    </WriteBox>
  )
}
