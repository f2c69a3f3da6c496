/** Alarms of fences above the board: each stays until somebody took note of it. */
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FenceEventView } from '#modules/patrol/contract.ts'
import { api, newCommandId } from '#ui/client.ts'
import { Button, Icon, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { changeView } from '../router.ts'
import { fenceAlarmsOf } from './fence-alarms.ts'
import { sayPassage, sayWhen } from './fence-words.ts'
import { useRoomPart } from './room-context.tsx'

/** So many are shown; the others wait behind them, and are counted. */
const shownMax = 3

export function FenceAlarmList({ mayAct }: { readonly mayAct: boolean }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const toasts = useToasts()
  const fences = useRoomPart((state) => state.fences)
  const units = useRoomPart((state) => state.units)
  const alarms = useMemo(() => fenceAlarmsOf(fences.values()), [fences])
  const [seeing, setSeeing] = useState<string | null>(null)
  if (alarms.length === 0) return null

  const see = async ({ id }: FenceEventView) => {
    setSeeing(id)
    try {
      await api.post(`/api/patrol/fence-events/${id}/seen`, { commandId: newCommandId() })
    } catch (thrown) {
      toasts.problem(thrown)
    } finally {
      setSeeing(null)
    }
  }
  return (
    <section className="fence-alarms" aria-label={t('fences.alarms')}>
      <ul>
        {alarms.slice(0, shownMax).map((alarm) => (
          <li key={alarm.id}>
            <Icon name="alert" size={14} />
            <button type="button" className="alarm-text" onClick={() => changeView({ fence: alarm.fence, roads: null, unit: alarm.unit, incident: null })}>
              <span role="alert">
                <b>{alarm.fenceName}</b> {sayPassage(alarm, units.get(alarm.unit)?.callSign ?? t('fences.unitGone'), t)} <time>{sayWhen(alarm, format)}</time>
              </span>
            </button>
            <Button size="small" kind="danger" busy={seeing === alarm.id} onClick={() => void see(alarm)} disabledBecause={mayAct ? undefined : t('notYours')}>
              {t('alarm.seen')}
            </Button>
          </li>
        ))}
      </ul>
      {alarms.length > shownMax ? <p className="soft">{t('fences.more', { count: alarms.length - shownMax })}</p> : null}
    </section>
  )
}
