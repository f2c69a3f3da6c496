/** What to play back, of when, and why. The reason comes first: without it there is no way on. */
import { useMemo, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { PlaybackView } from '#modules/oversight/contract.ts'
import { api, becauseOf, newCommandId } from '#ui/client.ts'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Field, Icon, Select, TextArea } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import { useRoomPart, useUnitsInOrder } from '../command/room-context.tsx'
import { UnitPicker } from '../command/unit-picker.tsx'
import { agencyName, categoryName, numberOf, placeName } from '../command/words.ts'
import { changeView, currentView } from '../router.ts'
import { fieldText, instantOf } from './town-time.ts'

const kinds = ['agency', 'units', 'incident'] as const
type Kind = (typeof kinds)[number]
const quickMinutes = [15, 60, 480, 1440] as const
const lookers: readonly string[] = ['commander', 'auditor']

export function OpeningForm() {
  const { t } = useTranslation('playback')
  const { language } = useLanguage()
  const { session } = useSession()
  const format = useFormat()
  const agencies = useRoomPart((state) => state.agencies)
  const units = useUnitsInOrder()
  const incidents = useRoomPart((state) => state.incidents)
  const categories = useRoomPart((state) => state.categories)

  const [start] = useState(currentView)
  const [kind, setKind] = useState<Kind>(start.incident ? 'incident' : start.unit ? 'units' : 'agency')
  const held = (session?.grants ?? []).filter(({ role }) => lookers.includes(role)).map((grant) => grant.agency)
  const mine = agencies.filter(({ path }) => held.some((root) => path === root || path.startsWith(`${root}.`)))
  const [agency, setAgency] = useState(held[0] ?? '')
  const [chosen, setChosen] = useState<readonly string[]>(start.unit ? [start.unit] : [])
  const [incident, setIncident] = useState(start.incident ?? '')
  const opened = start.incident ? incidents.get(start.incident) : undefined
  const zone = format.timeZone
  const [window, setWindow] = useState(() => {
    const now = serverNow()
    const [from, to] = opened ? [opened.openedAt - 5 * 60_000, Math.min(now, (opened.closedAt ?? now) + 5 * 60_000)] : [now - 3_600_000, now]
    return { from: fieldText(from, zone), to: fieldText(to, zone) }
  })
  const [reason, setReason] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  const [from, to] = [instantOf(window.from, zone), instantOf(window.to, zone)]
  const listed = useMemo(() => [...incidents.values()].toSorted((a, b) => b.openedAt - a.openedAt), [incidents])

  const missing =
    from === undefined || to === undefined ? t('missing.window')
    : from >= to ? t('missing.order')
    : kind === 'units' && chosen.length === 0 ? t('missing.units')
    : kind === 'incident' && !incident ? t('missing.incident')
    : reason.trim().length < 2 ? t('missing.reason')
    : undefined

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (missing || busy) return
    setBusy(true)
    setProblem(undefined)
    const of = kind === 'agency' ? { agency } : kind === 'units' ? { units: chosen } : { incident }
    try {
      const view = await api.post<PlaybackView>('/api/oversight/playbacks', { commandId: newCommandId(), from, to, reason: reason.trim(), ...of })
      changeView({ page: view.id, incident: null, unit: null })
    } catch (thrown) {
      setProblem(becauseOf(thrown))
      setBusy(false)
    }
  }

  return (
    <form className="playback-form" onSubmit={(event) => void submit(event)}>
      <h1>
        <Icon name="past" size={20} /> {t('title')}
      </h1>
      <p className="soft">{t('intro')}</p>

      <fieldset className="playback-kinds">
        <legend className="field-label">{t('what')}</legend>
        {kinds.map((each) => (
          <label key={each} className={each === kind ? 'is-chosen' : ''}>
            <input type="radio" name="kind" value={each} checked={each === kind} onChange={() => setKind(each)} />
            {t(`of.${each}`)}
          </label>
        ))}
      </fieldset>

      {kind === 'agency' ? (
        <Select
          label={t('agency')} hint={t('agencyHint')} value={agency} onChange={(event) => setAgency(event.target.value)}
          options={(mine.length > 0 ? mine.map(({ path }) => path) : held).map((path) => ({ value: path, label: agencyName(agencies.find((each) => each.path === path), path, language) }))}
        />
      ) : kind === 'units' ? (
        <UnitPicker label={t('unitsLabel')} units={units} chosen={chosen} onChosen={setChosen} />
      ) : (
        <Select
          label={t('incident')} hint={listed.length > 0 ? t('incidentHint') : t('incidentNone')} value={incident} onChange={(event) => setIncident(event.target.value)}
          options={[{ value: '', label: '—' }, ...listed.map((each) => ({
            value: each.id,
            label: `${numberOf(each)} ${categoryName(categories.find(({ id }) => id === each.category), language)} · ${placeName(each, language)} · ${format.dayTime(each.openedAt)}`,
          }))]}
        />
      )}

      <div className="playback-window">
        <Field label={t('from')} type="datetime-local" step={1} required value={window.from} onChange={(event) => setWindow({ ...window, from: event.target.value })} />
        <Field label={t('to')} type="datetime-local" step={1} required value={window.to} onChange={(event) => setWindow({ ...window, to: event.target.value })} />
      </div>
      <div className="playback-quick" role="group" aria-label={t('quick.label')}>
        {quickMinutes.map((minutes) => (
          <Button key={minutes} size="small" onClick={() => setWindow({ from: fieldText(serverNow() - minutes * 60_000, zone), to: fieldText(serverNow(), zone) })}>
            {t(`quick.${minutes}`)}
          </Button>
        ))}
        <span className="soft">{t('zone', { zone })}</span>
      </div>

      <TextArea label={t('reason')} hint={t('reasonHint')} required minLength={2} maxLength={500} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} error={problem} />
      <Button type="submit" kind="primary" size="large" icon="play" busy={busy} disabledBecause={missing}>
        {t('open')}
      </Button>
      {missing ? <p className="soft playback-missing">{missing}</p> : null}
    </form>
  )
}
