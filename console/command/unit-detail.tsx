/** The selected unit: who, since when, where and how old that is, and its order. */
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Icon, IconButton, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import type { SpokenPlace } from '#modules/town/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { Static } from 'typebox'
import { useSession } from '#ui/session.tsx'
import { talkers } from '../messages/provider.tsx'
import { changeView, selectIncident, selectUnit } from '../router.ts'
import type { Acts } from './acts.ts'
import { AssignmentList } from './assignment-list.tsx'
import { UnitDeviceAlarms } from './device-alarms.tsx'
import { Glyph } from './glyph.tsx'
import { Section } from './incident-detail.tsx'
import { useMovedSlowly, useRoom, useRoomPart } from './room-context.tsx'
import { useAnswer } from './use-answer.ts'
import { agencyName, categoryName, fixAgeWords, numberOf, placeName } from './words.ts'

export type UnitDetailProps = {
  readonly unit: UnitView
  readonly acts: Acts
  readonly mayAct: boolean
  readonly onShow: (unit: string) => void
  readonly onHoverUnit: (unit: string | null) => void
  /** Starts a command line that sends this unit. */
  readonly onSend: (unit: UnitView) => void
}

export function UnitDetail({ unit, acts, mayAct, onShow, onHoverUnit, onSend }: UnitDetailProps) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { t: messages } = useTranslation('messages')
  const { may } = useSession()
  const { language } = useLanguage()
  const format = useFormat()
  const room = useRoom()
  useMovedSlowly()
  const now = useNow(1000)
  const incident = useRoomPart((state) => (unit.incident ? state.incidents.get(unit.incident) : undefined))
  const categories = useRoomPart((state) => state.categories)
  const agency = useRoomPart((state) => state.agencies.find(({ path }) => path === unit.agency))
  const glide = room.glides.get(unit.handle)
  // asked again when it has gone about a hundred meters
  const spot = glide ? `lon=${glide.lon.toFixed(3)}&lat=${glide.lat.toFixed(3)}` : null
  const { answer: spoken } = useAnswer<Static<typeof SpokenPlace>>(spot ? `/api/town/reverse?${spot}` : null)

  return (
    <article className="detail unit-detail" aria-label={unit.callSign}>
      <header className="detail-head">
        <div className="detail-title">
          <h2>{unit.callSign}</h2>
          <p className="soft">
            <StateMark tone={toneOf(unit.state)} stale={glide?.stale ?? true}>
              {common(`unitState.${unit.state}`)}
            </StateMark>
            <span>{format.duration((now - unit.stateSince) / 1000)}</span>
          </p>
        </div>
        <IconButton icon="close" size="small" label={t('incident.deselect')} onClick={() => selectUnit(null)} />
      </header>
      <div className="detail-body">
        <section className="facts" aria-label={t('unit.facts')}>
          {glide ? (
            <button type="button" className="fact-place" onClick={() => onShow(unit.id)} title={t('incident.show')}>
              <Icon name="pin" />
              <span>{(spoken && (language === 'en' ? spoken.textEn || spoken.text : spoken.text)) || `${glide.lon.toFixed(5)}, ${glide.lat.toFixed(5)}`}</span>
            </button>
          ) : (
            <p className="fact-place-none">{unit.state === 'off-duty' ? t('unit.offDuty') : t('unit.noFix')}</p>
          )}
          <dl className="fact-list">
            {glide ? (
              <>
                <dt>{t('unit.fix')}</dt>
                <dd className={glide.stale ? 'old' : ''}>
                  {fixAgeWords(glide.fixAt, now, format, t)}
                  {glide.stale ? ` · ${t('unit.stale')}` : ''}
                </dd>
                <dt>{t('unit.speed')}</dt>
                <dd>{glide.speedKmh === null ? '–' : format.speed(glide.speedKmh)}</dd>
              </>
            ) : null}
            <dt>{t('unit.kind')}</dt>
            <dd>{common(`unitKind.${unit.kind}`)}</dd>
            <dt>{t('unit.agency')}</dt>
            <dd>{agencyName(agency, unit.agency, language)}</dd>
            <dt>{t('unit.crew')}</dt>
            <dd>{unit.crew.length > 0 ? unit.crew.map(({ name }) => name).join(t('listSeparator')) : '–'}</dd>
            {unit.onDutySince ? (
              <>
                <dt>{t('unit.onDuty')}</dt>
                <dd>{common('since', { time: format.shortTime(unit.onDutySince) })}</dd>
              </>
            ) : null}
            {unit.capabilities.length > 0 ? (
              <>
                <dt>{t('unit.capabilities')}</dt>
                <dd>{unit.capabilities.map((capability) => t(`capability.${capability}`, { defaultValue: capability })).join(t('listSeparator'))}</dd>
              </>
            ) : null}
          </dl>
          <div className="detail-acts">
            {unit.state === 'off-duty' ? null : (
              <Button size="small" icon="send" disabledBecause={mayAct ? undefined : t('notYours')} onClick={() => onSend(unit)}>
                {unit.state === 'free' ? t('unit.send') : t('unit.divert')}
              </Button>
            )}
            {unit.state !== 'off-duty' && may(talkers) ? (
              <Button size="small" icon="message" onClick={() => changeView({ messages: `unit-${unit.id}` })}>
                {messages('new')}
              </Button>
            ) : null}
            {may(['commander', 'auditor']) ? (
              <Button size="small" icon="past" onClick={() => changeView({ workspace: 'playback', page: '', unit: unit.id })}>
                {t('playBack')}
              </Button>
            ) : null}
          </div>
        </section>
        {incident ? (
          <Section title={t('unit.order')}>
            <button type="button" className="order-link" onClick={() => selectIncident(incident.id)}>
              <Glyph category={categories.find(({ id }) => id === incident.category)} priority={incident.priority} label={common(`priority.${incident.priority}`)} />
              <span>
                <b>
                  {numberOf(incident)} {categoryName(categories.find(({ id }) => id === incident.category), language)}
                </b>
                <span className="soft">{placeName(incident, language)}</span>
              </span>
              <Icon name="chevron-right" />
            </button>
            <AssignmentList incident={{ ...incident, assignments: incident.assignments.filter((assignment) => assignment.unit === unit.id) }} now={now} acts={acts} mayAct={mayAct} onHover={onHoverUnit} />
          </Section>
        ) : null}
        <UnitDeviceAlarms unit={unit.id} mayAct={mayAct} />
      </div>
    </article>
  )
}
