/** Alarms of devices, quietly: a line under the board that opens, and in the unit they are of. Nobody is woken by a loose wire. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { serverNow } from '#ui/clock.ts'
import { api, newCommandId } from '#ui/client.ts'
import { Button, Icon, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { StandingAlarmView } from '#modules/units/contract.ts'
import { selectUnit } from '../router.ts'
import { alarmsToShow } from './device-alarms.ts'
import { Section } from './incident-detail.tsx'
import { useRoomPart } from './room-context.tsx'
import { useRounds } from './use-answer.ts'

/** The feed tells what begins, is seen and ends; only the clock is looked at here: what has just begun is shown when it has lasted a while. */
const lookMs = 1_000

function useStanding(unit?: string): readonly StandingAlarmView[] {
  const known = useRoomPart((state) => state.deviceAlarms)
  const units = useRoomPart((state) => state.units)
  useRounds(lookMs, known.size > 0)
  return alarmsToShow(known, units, serverNow(), unit)
}

/** Under the board. */
export function DeviceAlarmLine({ mayAct }: { readonly mayAct: boolean }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const name = useAlarmName()
  const alarms = useStanding()
  const [first] = alarms
  if (!first) return null
  return (
    <details className="device-alarms">
      <summary>
        <Icon name="info" size={14} />
        <span className="device-alarms-count">{t('deviceAlarms.count', { number: format.count(alarms.length) })}</span>
        <span className="device-alarms-first">
          {first.callSign} {name(first.name)}
        </span>
        <Icon name="chevron-right" size={14} />
      </summary>
      <ul>
        {alarms.map((alarm) => (
          <AlarmRow key={`${alarm.device} ${alarm.name}`} alarm={alarm} mayAct={mayAct} showsUnit />
        ))}
      </ul>
    </details>
  )
}

/** In the unit's own panel. */
export function UnitDeviceAlarms({ unit, mayAct }: { readonly unit: string; readonly mayAct: boolean }) {
  const { t } = useTranslation('command')
  const alarms = useStanding(unit)
  if (alarms.length === 0) return null
  return (
    <Section title={t('deviceAlarms.title')} count={alarms.length}>
      <ul className="device-alarm-rows">
        {alarms.map((alarm) => (
          <AlarmRow key={`${alarm.device} ${alarm.name}`} alarm={alarm} mayAct={mayAct} />
        ))}
      </ul>
    </Section>
  )
}

function AlarmRow({ alarm, mayAct, showsUnit = false }: { readonly alarm: StandingAlarmView; readonly mayAct: boolean; readonly showsUnit?: boolean }) {
  const { t } = useTranslation('command')
  const format = useFormat()
  const toasts = useToasts()
  const name = useAlarmName()
  const [isSeeing, setSeeing] = useState(false)
  const age = (from: number) => format.duration(Math.max(0, (serverNow() - from) / 1000))
  const said = [
    alarm.endedAt === null ? t('deviceAlarms.since', { age: age(alarm.since) }) : t('deviceAlarms.over', { age: age(alarm.endedAt) }),
    ...(alarm.times > 1 ? [t('deviceAlarms.times', { number: format.count(alarm.times) })] : []),
    alarm.label,
  ]
  const see = async () => {
    setSeeing(true)
    try {
      await api.post(`/api/units/devices/${alarm.device}/alarms/seen`, { commandId: newCommandId(), name: alarm.name, since: alarm.since }) // the feed takes the row away
    } catch (thrown) {
      toasts.problem(thrown)
    } finally {
      setSeeing(false)
    }
  }
  const words = (
    <>
      <span>
        {showsUnit ? <b>{alarm.callSign} </b> : null}
        {name(alarm.name)}
      </span>
      <span className="soft">{said.join(' · ')}</span>
    </>
  )
  return (
    <li>
      {showsUnit ? (
        <button type="button" className="alarm-text device-alarm-text" onClick={() => selectUnit(alarm.unit)}>
          {words}
        </button>
      ) : (
        <div className="alarm-text device-alarm-text">{words}</div>
      )}
      <Button size="small" busy={isSeeing} onClick={() => void see()} disabledBecause={mayAct ? undefined : t('notYours')} title={t('deviceAlarms.seeLabel', { unit: alarm.callSign, alarm: name(alarm.name) })}>
        {t('deviceAlarms.seen')}
      </Button>
    </li>
  )
}

/** What makers call their own is another alarm: its code helps nobody in a watch room. */
function useAlarmName() {
  const { t, i18n } = useTranslation('common')
  return (name: string) => t(i18n.exists(`common:deviceAlarm.${name}`) ? `deviceAlarm.${name}` : 'deviceAlarm.other')
}
