/** Whom to write to: a unit or an agency, by name or by its pinyin initials. */
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isComposing } from '#ui/composing.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Icon, IconButton } from '#ui/primitives.ts'
import { callSignNames, nameIndex, type NameIndex } from '../command/name-index.ts'
import { useRoomPart, useUnitsInOrder } from '../command/room-context.tsx'
import { agencyName } from '../command/words.ts'

const shownMax = 12

export function PickChannel({ onPick, onClose }: { readonly onPick: (channel: string) => void; readonly onClose: () => void }) {
  const { t } = useTranslation('messages')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const units = useUnitsInOrder()
  const agencies = useRoomPart((state) => state.agencies)
  const [words, setWords] = useState('')
  const onDuty = useMemo(() => {
    const list = units.filter(({ state }) => state !== 'off-duty')
    return { list, names: nameIndex(list, callSignNames) }
  }, [units])
  const agencyNames = useMemo(() => nameIndex(agencies, ({ name, nameEn }) => (nameEn === null ? [name] : [name, nameEn])), [agencies])
  const found = useMemo(() => {
    const typed = words.trim()
    const things = <T,>(index: NameIndex<T>) => index.best(typed, shownMax).map(({ thing }) => thing)
    return typed === '' ? { units: onDuty.list.slice(0, shownMax), agencies: agencies.slice(0, shownMax) } : { units: things(onDuty.names), agencies: things(agencyNames) }
  }, [onDuty, agencies, agencyNames, words])
  const first = found.units[0] ? `unit-${found.units[0].id}` : found.agencies[0] ? `agency-${found.agencies[0].id}` : undefined

  return (
    <section
      className="act-form pick-channel"
      aria-label={t('pick.title')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onClose()
      }}
    >
      <div className="pick-channel-head">
        <input className="control" autoFocus aria-label={t('pick.title')} placeholder={t('pick.find')} value={words} maxLength={40} onChange={(event) => setWords(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && !isComposing(event) && first && onPick(first)} />
        <IconButton icon="close" size="small" label={common('cancel')} onClick={onClose} />
      </div>
      {found.units.length > 0 ? <h4>{t('pick.units')}</h4> : null}
      <ul className="pick-channel-list">
        {found.units.map((unit) => (
          <li key={unit.id}>
            <button type="button" className="pick-channel-row" onClick={() => onPick(`unit-${unit.id}`)}>
              <Icon name={unit.kind === 'foot' ? 'person' : 'car'} size={14} />
              <b>{unit.callSign}</b>
              <span className="soft">{common(`unitState.${unit.state}`)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.agencies.length > 0 ? <h4>{t('pick.agencies')}</h4> : null}
      <ul className="pick-channel-list">
        {found.agencies.map((agency) => (
          <li key={agency.id}>
            <button type="button" className="pick-channel-row" onClick={() => onPick(`agency-${agency.id}`)}>
              <Icon name="layers" size={14} />
              <b>{agencyName(agency, agency.path, language)}</b>
            </button>
          </li>
        ))}
      </ul>
      {first === undefined ? <p className="section-empty">{t('pick.none')}</p> : null}
    </section>
  )
}
