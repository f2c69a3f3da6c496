/** All units at a glance, by what they are doing. A click selects; drawn old when their position is. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '#ui/clock.ts'
import { Empty, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { selectUnit, useView } from '../router.ts'
import { useMovedSlowly, useRoom, useRoomPart } from './room-context.tsx'
import { groupUnits, unitGroups } from './unit-groups.ts'

export function UnitsStrip({ onHover }: { readonly onHover: (unit: string | null) => void }) {
  const { t } = useTranslation('command')
  const room = useRoom()
  const units = useRoomPart((state) => state.units)
  const incidents = useRoomPart((state) => state.incidents)
  const { unit: selected } = useView()
  useMovedSlowly()
  const now = useNow(1000)
  const format = useFormat()

  const isStale = (unit: UnitView) => room.glides.get(unit.handle)?.stale ?? true
  const groups = groupUnits(units.values(), isStale)
  const tones = useMemo(() => ({ free: 'free', ordered: 'busy', 'en-route': 'en-route', 'on-scene': 'on-scene', stale: 'rest', 'off-duty': 'rest' }) as const, [])

  if (units.size === 0) {
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
            <ul className="chips">
              {members.map((unit) => {
                const stale = unit.state !== 'off-duty' && isStale(unit)
                const glide = room.glides.get(unit.handle)
                const incident = unit.incident ? incidents.get(unit.incident) : undefined
                const fixAt = glide?.fixAt ?? unit.fixAt
                return (
                  <li key={unit.id}>
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
                  </li>
                )
              })}
              {members.length === 0 ? <li className="chips-none">—</li> : null}
            </ul>
          </div>
        )
      })}
    </section>
  )
}

/** Since when, in the least space: `0:42`, `12′`, `3h`. Signs, not words, so it is the same in every language. */
function shortSince(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  return seconds < 5400 ? `${Math.floor(seconds / 60)}′` : `${Math.floor(seconds / 3600)}h`
}
