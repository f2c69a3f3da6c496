/** Draw or change a fence: on the map by clicks, as a circle around a place, or pasted; what it tells, of whom, when. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FenceView } from '#modules/patrol/contract.ts'
import { api, becauseOf, newCommandId } from '#ui/client.ts'
import { isComposing } from '#ui/composing.ts'
import { Button, Field, Icon, Select, TextArea, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { callInside } from '../messages/call-panel.tsx'
import { leaders } from '../messages/provider.tsx'
import { changeView } from '../router.ts'
import { fenceBodyOf, fenceChangesOf, missingOf, outlineOf, placeTyped, pointsLeast, unitKinds, ways, withoutCorner, type FenceDraft } from './fence-draft.ts'
import { useUnitsInOrder } from './room-context.tsx'
import { UnitPicker } from './unit-picker.tsx'

type FormProps = { readonly draft: FenceDraft; readonly onDraft: (draft: FenceDraft | null) => void }

const without = <T,>(list: readonly T[], one: T): T[] => list.filter((each) => each !== one)

export function FenceForm({ draft, onDraft }: FormProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { t: messages } = useTranslation('messages')
  const { may, session } = useSession()
  const toasts = useToasts()
  const units = useUnitsInOrder()
  const [commandId, setCommandId] = useState(newCommandId)
  const [problem, setProblem] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const change = (changes: Partial<FenceDraft>) => onDraft({ ...draft, ...changes })
  const missing = missingOf(draft)
  const outline = outlineOf(draft)

  const save = async () => {
    if (missing || busy) return
    setBusy(true)
    setProblem(null)
    try {
      const saved = draft.id
        ? await api.patch<FenceView>(`/api/patrol/fences/${draft.id}`, { commandId, ...fenceChangesOf(draft) })
        : await api.post<FenceView>('/api/patrol/fences', { commandId, ...fenceBodyOf(draft) })
      toasts.show({ kind: 'done', text: t(draft.id ? 'fences.changed' : 'fences.drawn', { name: saved.name }) })
      onDraft(null)
      changeView({ fence: saved.id }, 'replace')
    } catch (thrown) {
      setProblem(thrown) // what was drawn and typed stays
    } finally {
      setCommandId(newCommandId())
      setBusy(false)
    }
  }

  return (
    <form
      className="roads-form"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field label={t('fences.name')} value={draft.name} maxLength={60} onChange={(event) => change({ name: event.target.value })} />
      <Select label={t('fences.way')} value={draft.way} onChange={(event) => change({ way: ways.find((way) => way === event.target.value) ?? 'polygon', closed: false })} options={ways.map((way) => ({ value: way, label: t(`fences.ways.${way}`) }))} />
      <Outline draft={draft} change={change} onDraft={onDraft} />

      <fieldset className="fence-group">
        <legend>{t('fences.tells')}</legend>
        <Check label={t('fences.enter')} checked={draft.enter} onChange={(enter) => change({ enter })} />
        <Check label={t('fences.leave')} checked={draft.leave} onChange={(leave) => change({ leave })} />
        <Field label={t('fences.stay')} inputMode="numeric" value={draft.stay} placeholder={t('fences.notTold')} onChange={(event) => change({ stay: event.target.value })} />
        <Field label={t('fences.limit')} inputMode="numeric" value={draft.limit} placeholder={t('fences.notTold')} onChange={(event) => change({ limit: event.target.value })} />
      </fieldset>
      <fieldset className="fence-group">
        <legend>{t('visits.title')}</legend>
        <Check label={t('visits.isPlace')} checked={draft.visited} onChange={(visited) => change({ visited })} />
        {draft.visited ? <Field label={t('visits.minutes')} hint={t('visits.minutesHint')} inputMode="numeric" value={draft.visitMinutes} onChange={(event) => change({ visitMinutes: event.target.value })} /> : null}
      </fieldset>
      <Select
        label={t('fences.severityLabel')}
        value={draft.severity}
        onChange={(event) => change({ severity: event.target.value === 'alarm' ? 'alarm' : 'quiet' })}
        options={(['quiet', 'alarm'] as const).map((severity) => ({ value: severity, label: t(`fences.severityText.${severity}`) }))}
      />
      <Select label={t('fences.toWhom')} value={draft.to} onChange={(event) => change({ to: (['all', 'kinds', 'units'] as const).find((to) => to === event.target.value) ?? 'all' })} options={(['all', 'kinds', 'units'] as const).map((to) => ({ value: to, label: t(`fences.to.${to}`) }))} />
      {draft.to === 'kinds' ? (
        <fieldset className="fence-group fence-choices">
          <legend className="visually-hidden">{t('fences.to.kinds')}</legend>
          {unitKinds.map((kind) => (
            <Check key={kind} label={common(`unitKind.${kind}`)} checked={draft.kinds.includes(kind)} onChange={(on) => change({ kinds: on ? [...draft.kinds, kind] : without(draft.kinds, kind) })} />
          ))}
        </fieldset>
      ) : null}
      {draft.to === 'units' ? (
        <UnitPicker label={t('fences.to.units')} units={units} chosen={draft.units} onChosen={(chosen) => change({ units: chosen })} />
      ) : null}
      <Check label={t('fences.allDay')} checked={draft.allDay} onChange={(allDay) => change({ allDay })} />
      {draft.allDay ? null : (
        <fieldset className="fence-group">
          <legend>{t('fences.hours')}</legend>
          <div className="fence-times">
            <Field label={t('fences.from')} type="time" value={draft.from} onChange={(event) => change({ from: event.target.value })} />
            <Field label={t('fences.until')} type="time" value={draft.until} onChange={(event) => change({ until: event.target.value })} />
          </div>
          <div className="fence-choices">
            {[1, 2, 3, 4, 5, 6, 7].map((day) => (
              <Check key={day} label={t(`fences.day.${day}`)} checked={draft.days.includes(day)} onChange={(on) => change({ days: on ? [...draft.days, day] : without(draft.days, day) })} />
            ))}
          </div>
        </fieldset>
      )}
      {problem ? <p className="roads-problem" role="alert"><Icon name="alert" size={14} /> {becauseOf(problem)}</p> : null}
      {missing ? <p className="soft" role="status">{t(`fences.${missing}`)}</p> : null}
      <p className="roads-acts">
        <Button type="submit" kind="primary" busy={busy} disabledBecause={missing ? t(`fences.${missing}`) : undefined}>{t('fences.save')}</Button>
        <Button onClick={() => onDraft(null)}>{common('cancel')}</Button>
        {outline && may(leaders) ? (
          <Button kind="quiet" icon="megaphone" title={messages('broadcast.callDrawnHint')} onClick={() => callInside(session?.account ?? '', outline)}>{messages('broadcast.callInside')}</Button>
        ) : null}
      </p>
    </form>
  )
}

function Outline({ draft, change, onDraft }: FormProps & { readonly change: (changes: Partial<FenceDraft>) => void }) {
  const { t } = useTranslation('command')
  const [finding, setFinding] = useState(false)
  const [unfound, setUnfound] = useState<string | undefined>(undefined)

  const find = async () => {
    const typed = placeTyped(draft.centreTyped)
    if (typed) return change({ centre: typed })
    if (draft.centreTyped.trim() === '') return
    setFinding(true)
    setUnfound(undefined)
    try {
      const { items } = await api.get<{ items: { lon: number; lat: number }[] }>(`/api/town/search?q=${encodeURIComponent(draft.centreTyped)}&limit=1`)
      if (items[0]) change({ centre: [items[0].lon, items[0].lat] })
      else setUnfound(t('fences.placeNone'))
    } catch (thrown) {
      setUnfound(becauseOf(thrown))
    } finally {
      setFinding(false)
    }
  }

  switch (draft.way) {
    case 'polygon':
      return <Drawn draft={draft} onDraft={onDraft} />
    case 'route':
      return (
        <>
          <Drawn draft={draft} onDraft={onDraft} />
          <Field label={t('fences.width')} inputMode="numeric" value={draft.width} hint={t('fences.widthHint')} onChange={(event) => change({ width: event.target.value })} />
        </>
      )
    case 'circle':
      return (
        <>
          <div className="fence-find">
            <Field
              label={t('fences.centre')}
              value={draft.centreTyped}
              error={unfound}
              hint={t('fences.centreHint')}
              onChange={(event) => change({ centreTyped: event.target.value, centre: placeTyped(event.target.value) ?? null })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || isComposing(event)) return
                event.preventDefault()
                void find()
              }}
            />
            <Button size="small" icon="search" busy={finding} onClick={() => void find()}>{t('fences.find')}</Button>
          </div>
          <Field label={t('fences.radius')} inputMode="numeric" value={draft.radius} onChange={(event) => change({ radius: event.target.value })} />
        </>
      )
    case 'paste':
      return <TextArea label="GeoJSON" rows={5} spellCheck={false} value={draft.pasted} hint={t('fences.pasteHint')} onChange={(event) => change({ pasted: event.target.value })} />
  }
}

/** What was clicked so far of an outline or a route. */
function Drawn({ draft, onDraft }: FormProps) {
  const { t } = useTranslation('command')
  const { length: count } = draft.points
  const words = draft.way === 'route' ? 'fences.route.' : 'fences.'
  return (
    <p className="soft roads-draw" role="status">
      <span>{draft.closed ? t(`${words}closed`, { count }) : count >= pointsLeast(draft.way) ? t(`${words}close`) : t(`${words}corners`, { count })}</span>
      {count > 0 ? <Button size="small" icon="undo" onClick={() => onDraft(withoutCorner(draft))}>{t(draft.closed ? 'fences.open' : 'fences.cornerBack')}</Button> : null}
    </p>
  )
}

function Check({ label, checked, onChange }: { readonly label: string; readonly checked: boolean; readonly onChange: (checked: boolean) => void }) {
  return (
    <label className="roads-check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  )
}
