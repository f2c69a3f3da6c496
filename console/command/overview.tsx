/** What the right panel shows while nothing is selected: how things stand, and what the keys do. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Kbd, StateMark } from '#ui/primitives.ts'
import { useRoomPart, useMovedSlowly } from './room-context.tsx'
import { groupUnits, type UnitGroup } from './unit-groups.ts'
import { Section } from './incident-detail.tsx'
import { boardCounts } from './board-order.ts'

const tones = { free: 'free', ordered: 'busy', 'en-route': 'en-route', 'on-scene': 'on-scene', stale: 'rest', 'off-duty': 'rest' } as const

export function Overview() {
  const { t } = useTranslation('command')
  const units = useRoomPart((state) => state.units)
  const incidents = useRoomPart((state) => state.incidents)
  const town = useRoomPart((state) => state.town)
  const isStale = useMovedSlowly()
  const groups = useMemo(() => groupUnits(units.values(), isStale), [units, isStale])
  const counts = boardCounts(incidents.values())
  const shown: readonly UnitGroup[] = ['free', 'ordered', 'en-route', 'on-scene', 'stale', 'off-duty']
  const keys: readonly [string, string][] = [
    ['N', 'new'],
    ['/', 'line'],
    ['mod+K', 'search'],
    ['alt+1', 'send'],
    ['J', 'next'],
    ['A', 'alarm'],
    ['escape', 'escape'],
  ]
  return (
    <article className="detail overview" aria-label={t('overview.title')}>
      <header className="detail-head">
        <div className="detail-title">
          <h2>{t('overview.title')}</h2>
          <p className="soft">{t('overview.text')}</p>
        </div>
      </header>
      {/* nothing inside can take the focus: it must itself, to be scrolled by keyboard */}
      <div className="detail-body" tabIndex={0}>
        <div className="tiles">
          <div className="tile">
            <b>{counts.waiting}</b>
            <span>{t('board.tab.waiting')}</span>
          </div>
          <div className="tile">
            <b>{counts.active}</b>
            <span>{t('board.tab.active')}</span>
          </div>
          <div className="tile">
            <b>{counts.all - counts.waiting - counts.active}</b>
            <span>{t('overview.closed')}</span>
          </div>
        </div>
        <Section title={t('overview.units')}>
          <ul className="overview-units">
            {shown.map((group) => (
              <li key={group}>
                <StateMark tone={tones[group]} stale={group === 'stale'}>
                  {t(`strip.group.${group}`)}
                </StateMark>
                <b>{groups.get(group)!.length}</b>
              </li>
            ))}
          </ul>
        </Section>
        <Section title={t('overview.keys')}>
          <ul className="overview-keys">
            {keys.map(([key, what]) => (
              <li key={key}>
                <span>{t(`overview.key.${what}`)}</span>
                <Kbd keys={key} />
              </li>
            ))}
          </ul>
        </Section>
        {town?.demo ? <p className="demo-note">{t(`overview.demo.${town.demo}`)}</p> : null}
      </div>
    </article>
  )
}
