/** All units at a glance, by what they are doing. A click selects; drawn old when their position is. */
import { memo, useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { Empty, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { selectUnit, useView } from '../router.ts'
import { useMovedSlowly, useRoom, useRoomPart, useUnitsInOrder } from './room-context.tsx'
import { groupUnits, unitGroups } from './unit-groups.ts'
import { rowsSeen } from './rows-seen.ts'

export const UnitsStrip = memo(function UnitsStrip({ onHover }: { readonly onHover: (unit: string | null) => void }) {
  const { t } = useTranslation('command')
  const room = useRoom()
  const units = useUnitsInOrder()
  const incidents = useRoomPart((state) => state.incidents)
  // what was chosen is drawn where it is looked at first, here a moment later
  const selected = useDeferredValue(useView(({ unit }) => unit))
  const isStale = useMovedSlowly()
  const now = useNow(1000)
  const format = useFormat()

  const groups = useMemo(() => groupUnits(units, isStale), [units, isStale])
  const tones = useMemo(() => ({ free: 'free', ordered: 'busy', 'en-route': 'en-route', 'on-scene': 'on-scene', stale: 'rest', 'off-duty': 'rest' }) as const, [])

  const chip = (unit: UnitView) => {
    const stale = unit.state !== 'off-duty' && isStale(unit)
    const glide = room.glides.get(unit.handle)
    const incident = unit.incident ? incidents.get(unit.incident) : undefined
    const fixAt = glide?.fixAt ?? unit.fixAt
    return (
      <button
        type="button"
        className={['chip', `tone-${toneOf(unit.state)}`, stale && 'is-stale', unit.id === selected && 'is-selected'].filter(Boolean).join(' ')}
        aria-current={unit.id === selected || undefined}
        onClick={() => selectUnit(unit.id)}
        onMouseEnter={() => onHover(unit.id)}
        onMouseLeave={() => onHover(null)}
        onFocus={() => onHover(unit.id)}
        onBlur={() => onHover(null)}
        title={stale && fixAt ? t('strip.lastFix', { age: format.age(fixAt, now) }) : undefined}
      >
        <b>{unit.callSign}</b>
        {incident ? <span className="chip-extra">#{incident.number}</span> : null}
        {stale ? (
          <span className="chip-extra chip-old">{fixAt ? shortSince(now - fixAt) : t('strip.noFix')}</span>
        ) : unit.state === 'off-duty' || unit.state === 'free' ? null : (
          <span className="chip-extra">{shortSince(now - unit.stateSince)}</span>
        )}
      </button>
    )
  }

  if (units.length === 0) {
    return (
      <section className="strip" aria-label={t('strip.label')}>
        <Empty title={t('strip.empty.title')}>{t('strip.empty.text')}</Empty>
      </section>
    )
  }
  return (
    <section className="strip" aria-label={t('strip.label')}>
      {unitGroups.map((group) => {
        const members = groups.get(group)!
        if (members.length === 0 && (group === 'stale' || group === 'off-duty')) return null
        return (
          <div key={group} className={`strip-group group-${group}`} style={{ flexGrow: Math.max(1, Math.min(6, members.length)) }}>
            <h3 className="strip-head">
              <StateMark tone={tones[group]} stale={group === 'stale'}>
                {t(`strip.group.${group}`)}
              </StateMark>
              <span className="strip-count">{members.length}</span>
            </h3>
            <Chips units={members} chip={chip} />
          </div>
        )
      })}
    </section>
  )
})

/** More than this are laid in rows of equal chips, of which only those are made that are seen. */
const loose = 120
const chipWidth = 104
const rowHeight = 28

function Chips({ units, chip }: { readonly units: readonly UnitView[]; readonly chip: (unit: UnitView) => ReactNode }) {
  const list = useRef<HTMLUListElement>(null)
  const [box, setBox] = useState({ width: 300, height: 100, top: 0 })
  const isMany = units.length > loose
  useEffect(() => {
    const element = list.current
    if (!element || !isMany) return
    const measure = () => setBox({ width: element.clientWidth, height: element.clientHeight, top: element.scrollTop })
    const resizer = new ResizeObserver(measure)
    resizer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      resizer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [isMany])

  if (units.length === 0) {
    return (
      <ul className="chips">
        <li className="chips-none">—</li>
      </ul>
    )
  }
  if (!isMany) {
    return (
      <ul className="chips" ref={list}>
        {units.map((unit) => (
          <li key={unit.id}>{chip(unit)}</li>
        ))}
      </ul>
    )
  }
  const { columns, first, end, above, below } = rowsSeen({ count: units.length, itemWidth: chipWidth, rowHeight, ...box })
  return (
    <ul className="chips is-many" ref={list} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      <li className="chips-away" aria-hidden="true" style={{ height: above }} />
      {units.slice(first, end).map((unit, n) => (
        <li key={unit.id} aria-setsize={units.length} aria-posinset={first + n + 1}>
          {chip(unit)}
        </li>
      ))}
      <li className="chips-away" aria-hidden="true" style={{ height: below }} />
    </ul>
  )
}

/** Since when, in the least space: `0:42`, `12′`, `3h`. Signs, not words, so it is the same in every language. */
function shortSince(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  return seconds < 5400 ? `${Math.floor(seconds / 60)}′` : `${Math.floor(seconds / 3600)}h`
}
