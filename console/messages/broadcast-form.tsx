/** Call all near 一呼百应: how far, what to do, whether to answer; with whom it would reach before it is sent. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, commandIds } from '#ui/client.ts'
import { Button, Select, Spinner, TextArea, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { BroadcastPreview } from '#modules/messages/contract.ts'
import { useRounds } from '../command/use-answer.ts'
import { emptyForm, type CallForm } from './call-draft.ts'
import type { Reach } from './reaches.ts'

/** Units move: whom it would reach is asked again so often while the form is open. */
const againMs = 5_000

export type BroadcastFormProps = {
  /** From where it starts, what may be chosen; the usual one first where there is one. */
  readonly reaches: readonly Reach[]
  /** What is to be said first while there is nothing to choose. */
  readonly missing?: string
  readonly autoFocus?: boolean
  /** What was chosen and typed, where somebody else keeps it. */
  readonly kept?: { readonly form: CallForm; readonly onChange: (changes: Partial<CallForm>) => void }
  readonly onDone: () => void
}

export function BroadcastForm({ reaches, missing, autoFocus = false, kept, onDone }: BroadcastFormProps) {
  const { t } = useTranslation('messages')
  const { t: common } = useTranslation('common')
  const format = useFormat()
  const toasts = useToasts()
  const [own, setOwn] = useState(emptyForm)
  const { chosen, text, asks, enoughYes, widen, unanswered } = kept?.form ?? own
  const change = kept?.onChange ?? ((changes: Partial<CallForm>) => setOwn((old) => ({ ...old, ...changes })))
  const [busy, setBusy] = useState(false)
  const reach = reaches.find(({ value }) => value === chosen) ?? reaches[0]
  const preview = usePreview(reach?.asked)
  const [ids] = useState(() => commandIds(unanswered))

  const send = async () => {
    if (busy || !reach || text.trim() === '') return
    setBusy(true)
    const body = { ...reach.asked, text: text.trim(), asks, enoughYes: Number(enoughYes), widenMinutes: asks && widen ? Number(widen) : null }
    const said = JSON.stringify(body)
    const commandId = ids.of(said)
    change({ unanswered: { id: commandId, said } })
    try {
      await api.post('/api/messages/broadcasts', { commandId, ...body })
      toasts.show({ kind: 'done', text: t('broadcast.sent') })
      onDone()
    } catch (thrown) {
      toasts.problem(thrown)
      setBusy(false)
    }
  }
  const members = preview.answer?.members ?? 0
  return (
    <form
      className="act-form broadcast-form"
      aria-label={t('broadcast.title')}
      onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), onDone())}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {reaches.length > 1 ? (
        <Select autoFocus={autoFocus} label={t('broadcast.whom')} value={reach?.value ?? ''} options={reaches.map(({ value, label }) => ({ value, label }))} onChange={(event) => change({ chosen: event.target.value })} />
      ) : null}
      <div className="broadcast-preview" role="status">
        {!reach ? (
          <span>{missing}</span>
        ) : preview.problem ? (
          <span>{preview.problem}</span>
        ) : !preview.answer ? (
          <Spinner size={12} label={t('broadcast.counting')} />
        ) : members === 0 ? (
          <span>{t('broadcast.previewNone')}</span>
        ) : (
          <details>
            <summary>{t('broadcast.preview', { members, units: preview.answer.units })}</summary>
            <ul>
              {preview.answer.recipients.slice(0, 40).map((each, n) => (
                <li key={n}>
                  <span>
                    {each.callSign} {each.name}
                  </span>
                  <span className="soft">{each.seconds === null ? t(`broadcast.because.${each.because}`) : t('broadcast.away', { time: format.travelTime(each.seconds) })}</span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <TextArea label={t('broadcast.text')} rows={2} maxLength={500} value={text} placeholder={t('broadcast.placeholder')} onChange={(event) => change({ text: event.target.value })} />
      <label className="broadcast-asks">
        <input type="checkbox" checked={asks} onChange={(event) => change({ asks: event.target.checked })} />
        {t('broadcast.asks')}
      </label>
      {asks ? (
        <div className="broadcast-pair">
          <Select label={t('broadcast.enough')} value={enoughYes} options={[1, 2, 3, 4, 5, 8, 10, 20].map((count) => ({ value: String(count), label: String(count) }))} onChange={(event) => change({ enoughYes: event.target.value })} />
          <Select
            label={t('broadcast.widen')}
            value={widen}
            options={[{ value: '', label: t('broadcast.widenNever') }, ...[1, 2, 3, 5].map((count) => ({ value: String(count), label: t(reach?.widens ? 'broadcast.widenAfter' : 'broadcast.alertAfter', { count }) }))]}
            onChange={(event) => change({ widen: event.target.value })}
          />
        </div>
      ) : null}
      <div className="act-form-buttons">
        <Button size="small" kind="quiet" onClick={onDone}>
          {common('cancel')}
        </Button>
        <Button size="small" kind="primary" type="submit" icon="megaphone" busy={busy} disabledBecause={!reach ? missing : members === 0 ? t('broadcast.previewNone') : text.trim() ? undefined : t('broadcast.text')}>
          {t('broadcast.send', { count: members })}
        </Button>
      </div>
    </form>
  )
}

/** Whom it would reach, asked anew as units move. */
function usePreview(reaching: object | undefined): { readonly answer: BroadcastPreview | undefined; readonly problem: string | undefined } {
  const round = useRounds(againMs)
  const asked = reaching && JSON.stringify(reaching)
  const [found, setFound] = useState<{ asked: string; answer: BroadcastPreview | undefined; problem: string | undefined }>()
  useEffect(() => {
    if (asked === undefined) return
    const gone = new AbortController()
    api.post<BroadcastPreview>('/api/messages/broadcasts/preview', JSON.parse(asked), { signal: gone.signal }).then(
      (answer) => setFound({ asked, answer, problem: undefined }),
      (thrown: Error & { because?: string }) => gone.signal.aborted || setFound({ asked, answer: undefined, problem: thrown.because ?? thrown.message }),
    )
    return () => gone.abort()
  }, [asked, round])
  return found && found.asked === asked ? found : { answer: undefined, problem: undefined }
}
