/** On a phone the room's panels stand behind one another: which one is in front, and the tabs that bring one forward. Wide screens show all of them. */
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '#ui/primitives.ts'
import { currentView } from '../router.ts'

const panes = ['board', 'map', 'side', 'strip'] as const
export type Pane = (typeof panes)[number]

const icons = { board: 'alert', map: 'map', side: 'note', strip: 'people' } as const

/**
 * The pane in front. What is chosen or being written comes forward by itself.
 *
 * @param chosen  the incident or unit in hand; null without one
 * @param writes  whether a report is being written
 */
export function usePane(chosen: string | null, writes: boolean): readonly [Pane, (pane: Pane) => void] {
  const [pane, setPane] = useState<Pane>(() => (currentView().roads !== null || currentView().fence !== null ? 'map' : chosen || writes ? 'side' : 'board'))
  const before = useRef({ chosen, writes })
  useEffect(() => {
    const old = before.current
    before.current = { chosen, writes }
    if ((chosen && chosen !== old.chosen) || (writes && !old.writes)) setPane('side')
  }, [chosen, writes])
  return [pane, setPane]
}

export function PaneTabs({ pane, onPane }: { readonly pane: Pane; readonly onPane: (pane: Pane) => void }) {
  const { t } = useTranslation('command')
  return (
    <nav className="pane-tabs" aria-label={t('panes.label')}>
      {panes.map((each) => (
        <button key={each} type="button" aria-current={each === pane || undefined} onClick={() => onPane(each)}>
          <Icon name={icons[each]} />
          {t(`panes.${each}`)}
        </button>
      ))}
    </nav>
  )
}
