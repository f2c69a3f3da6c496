/** Electronic fences 电子围栏: the list with what was told, and the form to draw, change and retire. Everything on the map has its line here. */
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FenceEventView, FenceView } from '#modules/patrol/contract.ts'
import { api, becauseOf, newCommandId } from '#ui/client.ts'
import { Button, Icon, IconButton, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import { leaders } from '../messages/provider.tsx'
import { callInFence } from '../messages/reaches.ts'
import { changeView } from '../router.ts'
import { draftOf, emptyFence, type FenceDraft } from './fence-draft.ts'
import { FenceForm } from './fence-form.tsx'
import { FenceVisits } from './fence-visits.tsx'
import { sayPassage, sayTells, sayWhen } from './fence-words.ts'
import { useRoomPart } from './room-context.tsx'
import { useAnswer } from './use-answer.ts'
import { Waits } from './waits.tsx'

export type FencesPanelProps = {
  /** `list`, `new`, or the id of the fence that is looked at. */
  readonly looked: string
  readonly draft: FenceDraft | null
  readonly onDraft: (draft: FenceDraft | null) => void
  readonly onShow: (fence: FenceView) => void
  readonly onClose: () => void
}

export const fenceDrawers = ['dispatcher', 'commander', 'administrator'] as const

export function FencesPanel({ looked, draft, onDraft, onShow, onClose }: FencesPanelProps) {
  const { t } = useTranslation('command')
  const { may } = useSession()
  const fences = useRoomPart((state) => state.fences)
  const chosen = fences.get(looked)
  const mayNot = may(fenceDrawers) ? undefined : t('fences.mayNot')
  const title = draft ? t(draft.id ? 'fences.change' : 'fences.new') : (chosen?.name ?? t('fences.title'))
  return (
    <section className="roads-panel fences-panel" aria-label={title}>
      <header>
        {chosen && !draft ? <IconButton size="small" icon="arrow-left" label={t('fences.back')} onClick={() => changeView({ fence: 'list' }, 'replace')} /> : <Icon name="fence" />}
        <h2>{title}</h2>
        <IconButton size="small" icon="close" label={t('fences.end')} onClick={onClose} />
      </header>
      {draft ? (
        <FenceForm draft={draft} onDraft={onDraft} />
      ) : chosen ? (
        <OneFence fence={chosen} mayNot={may(fenceDrawers, chosen.agency) ? undefined : may(fenceDrawers) ? t('fences.ofAbove') : mayNot} onShow={onShow} onChange={() => onDraft(draftOf(chosen))} />
      ) : (
        <FenceList fences={[...fences.values()]} mayNot={mayNot} onNew={() => onDraft(emptyFence)} />
      )}
    </section>
  )
}

function FenceList({ fences, mayNot, onNew }: { readonly fences: readonly FenceView[]; readonly mayNot: string | undefined; readonly onNew: () => void }) {
  const { t, i18n } = useTranslation('command')
  const toasts = useToasts()
  const file = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const read = async (chosen: File) => {
    setBusy(true)
    setProblem(null)
    try {
      let geojson: unknown
      try {
        geojson = JSON.parse(await chosen.text())
      } catch {
        return setProblem(t('fences.notJson', { name: chosen.name }))
      }
      const { items } = await api.post<{ items: FenceView[] }>('/api/patrol/fences/import', { commandId: newCommandId(), geojson })
      toasts.show({ kind: 'done', text: t('fences.imported', { count: items.length }) })
    } catch (thrown) {
      setProblem(becauseOf(thrown))
    } finally {
      setBusy(false)
    }
  }

  return (
    <>
      <Button size="small" kind="primary" icon="plus" disabledBecause={mayNot} onClick={onNew}>
        {t('fences.new')}
      </Button>
      {fences.length === 0 ? <p className="soft">{t('fences.none')}</p> : null}
      <ul className="fence-list">
        {fences.toSorted((a, b) => a.name.localeCompare(b.name, i18n.language, { numeric: true })).map((fence) => (
          <li key={fence.id}>
            <button type="button" onClick={() => changeView({ fence: fence.id }, 'replace')}>
              <span className="fence-name">
                <b>{fence.name}</b>
                {fence.alarms.length > 0 ? <span className="fence-count"><Icon name="alert" size={12} /> {t('fences.waiting', { count: fence.alarms.length })}</span> : null}
              </span>
              <span className="soft">
                {t(`fences.severity.${fence.severity}`)} · {sayTells(fence, t)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {problem ? <p className="roads-problem" role="alert"><Icon name="alert" size={14} /> {problem}</p> : null}
      <p className="fence-files">
        <Button size="small" icon="upload" busy={busy} disabledBecause={mayNot} onClick={() => file.current?.click()}>
          {t('fences.import')}
        </Button>
        {fences.length > 0 ? (
          <a className="button button-plain button-small" href="/api/patrol/fences.geojson" download="fences.geojson">
            <Icon name="download" />
            <span className="button-text">{t('fences.export')}</span>
          </a>
        ) : null}
        <input
          ref={file}
          type="file"
          accept=".geojson,.json,application/geo+json"
          hidden
          onChange={(event) => {
            const [chosen] = event.target.files ?? []
            event.target.value = '' // the same file again is a new choice
            if (chosen) void read(chosen)
          }}
        />
      </p>
    </>
  )
}

type OneFenceProps = { readonly fence: FenceView; readonly mayNot: string | undefined; readonly onShow: (fence: FenceView) => void; readonly onChange: () => void }

function OneFence({ fence, mayNot, onShow, onChange }: OneFenceProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { t: messages } = useTranslation('messages')
  const { may } = useSession()
  const toasts = useToasts()
  const units = useRoomPart((state) => state.units)
  const { appliesTo } = fence
  const callSign = (id: string) => units.get(id)?.callSign ?? t('fences.unitGone')
  const forWhom =
    appliesTo.to === 'all' ? t('fences.to.all') : appliesTo.to === 'kinds' ? appliesTo.kinds.map((kind) => common(`unitKind.${kind}`)).join(t('listSeparator')) : appliesTo.units.map(callSign).join(t('listSeparator'))

  const retire = async () => {
    const { id, agency, name, geometry, tells, hours, severity, visitSeconds = null } = fence
    try {
      await api.delete(`/api/patrol/fences/${id}?commandId=${newCommandId()}`)
      changeView({ fence: 'list' }, 'replace')
      toasts.show({ kind: 'done', text: t('fences.retired', { name }), undo: { run: () => api.post('/api/patrol/fences', { commandId: newCommandId(), agency, name, geometry, appliesTo, tells, hours, severity, visitSeconds }) } })
    } catch (thrown) {
      toasts.problem(thrown)
    }
  }
  return (
    <>
      <p>{sayTells(fence, t)}</p>
      <p className="soft">
        {t(`fences.severityText.${fence.severity}`)} · {t('fences.for', { whom: forWhom })}
      </p>
      <p className="roads-acts">
        <Button size="small" icon="pin" onClick={() => onShow(fence)}>{t('fences.show')}</Button>
        {may(leaders) ? (
          <Button size="small" icon="megaphone" title={messages('broadcast.hint')} onClick={() => changeView({ messages: callInFence(fence.id) })}>{messages('broadcast.callInside')}</Button>
        ) : null}
        <Button size="small" icon="note" disabledBecause={mayNot} onClick={onChange}>{t('fences.change')}</Button>
        <Button size="small" icon="close" disabledBecause={mayNot} onClick={() => void retire()}>{t('fences.retire')}</Button>
      </p>
      {fence.visitSeconds ? <FenceVisits fence={fence.id} /> : null}
      <FenceEvents fence={fence} />
    </>
  )
}

/** What was told in the last day, newest first. */
function FenceEvents({ fence }: { readonly fence: FenceView }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const units = useRoomPart((state) => state.units)
  const { answer, problem, asking } = useAnswer<{ items: FenceEventView[] }>(`/api/patrol/fence-events?fence=${fence.id}&limit=50`, fence)
  return (
    <div className="fence-events">
      <h3>{t('fences.events')}</h3>
      <Waits waits={asking && !answer} problem={problem}>
        {answer?.items.length === 0 ? <p className="soft">{t('fences.noEvents')}</p> : null}
        <ul>
          {answer?.items.map((event) => (
            <li key={event.id}>
              <time dateTime={new Date(event.fixAt).toISOString()} title={format.fullTime(event.fixAt)}>{sayWhen(event, format)}</time>{' '}
              {sayPassage(event, units.get(event.unit)?.callSign ?? t('fences.unitGone'), t)}
              {event.seenBy ? <span className="soft"> {t('fences.seenBy', { name: event.seenBy })}</span> : null}
            </li>
          ))}
        </ul>
      </Waits>
    </div>
  )
}
