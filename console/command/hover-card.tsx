/** What is under the pointer, in three lines. */
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import type { MapThing } from '#ui/map/things.ts'
import { StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import { activeAssignments } from './assignments.ts'
import { useRoom, useRoomPart } from './room-context.tsx'
import { TimerWords } from './timer-bar.tsx'
import { pressingTimer } from './timers.ts'
import { agencyName, categoryName, fixAgeWords, numberOf, placeName } from './words.ts'

export type HoverCardProps = {
  readonly thing: MapThing
  readonly x: number
  readonly y: number
  /** The card goes to the left of its thing: there is no room on the right. */
  readonly toLeft: boolean
}

export function HoverCard({ thing, x, y, toLeft }: HoverCardProps) {
  return (
    <div className={toLeft ? 'hover-card to-left' : 'hover-card'} style={{ left: x, top: y }} aria-hidden="true">
      {thing.kind === 'unit' ? <UnitCard id={thing.id} /> : thing.kind === 'incident' ? <IncidentCard id={thing.id} /> : <StationCard id={thing.id} />}
    </div>
  )
}

function UnitCard({ id }: { readonly id: string }) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const room = useRoom()
  const unit = useRoomPart((state) => state.units.get(id))
  const incident = useRoomPart((state) => (unit?.incident ? state.incidents.get(unit.incident) : undefined))
  const now = useNow(1000)
  const format = useFormat()
  if (!unit) return null
  const glide = room.glides.get(unit.handle)
  return (
    <>
      <p className="hover-title">
        <b>{unit.callSign}</b>
        <StateMark tone={toneOf(unit.state)}>{common(`unitState.${unit.state}`)}</StateMark>
        <span className="soft">{format.duration((now - unit.stateSince) / 1000)}</span>
      </p>
      <p className="soft">
        {[common(`unitKind.${unit.kind}`), ...unit.crew.map(({ name }) => name), incident ? numberOf(incident) : ''].filter(Boolean).join(' · ')}
      </p>
      {glide ? (
        <p className={glide.stale ? 'old' : 'soft'}>
          {[glide.speedKmh === null ? '' : format.speed(glide.speedKmh), fixAgeWords(glide.fixAt, now, format, t)].filter(Boolean).join(' · ')}
        </p>
      ) : null}
    </>
  )
}

function IncidentCard({ id }: { readonly id: string }) {
  const { language } = useLanguage()
  const { t: common } = useTranslation('common')
  const incident = useRoomPart((state) => state.incidents.get(id))
  const categories = useRoomPart((state) => state.categories)
  const now = useNow(1000)
  const format = useFormat()
  if (!incident) return null
  const pressing = incident.status === 'closed' ? undefined : pressingTimer(incident.timers, now)
  const active = activeAssignments(incident)
  return (
    <>
      <p className="hover-title">
        <b>{numberOf(incident)}</b>
        <b>{categoryName(categories.find((category) => category.id === incident.category), language)}</b>
        <span className="soft">{format.duration((now - incident.openedAt) / 1000)}</span>
        {pressing ? <TimerWords timer={pressing.timer} now={now} /> : null}
      </p>
      <p>{placeName(incident, language)}</p>
      {active.length > 0 ? (
        <p className="hover-units">
          {active.map((assignment) => (
            <StateMark key={assignment.id} tone={toneOf(assignment.state)}>
              {assignment.callSign}
            </StateMark>
          ))}
        </p>
      ) : (
        <p className="soft">{common(`incidentStatus.${incident.status}`)}</p>
      )}
      {incident.summary ? <p className="soft clamp">{incident.summary}</p> : null}
    </>
  )
}

function StationCard({ id }: { readonly id: string }) {
  const { language } = useLanguage()
  const { t: common } = useTranslation('common')
  const agency = useRoomPart((state) => state.agencies.find((each) => each.id === id))
  if (!agency) return null
  return (
    <>
      <p className="hover-title">
        <b>{agencyName(agency, agency.path, language)}</b>
      </p>
      <p className="soft">{common(`agencyKind.${agency.kind}`)}</p>
    </>
  )
}
