/** Which alarms of devices are on the screen now, of all that the room was told. Pure. */
import type { StandingAlarmView, UnitAlarmsView, UnitView } from '#modules/units/contract.ts'

/** Of units on duty that we see; the grave ones first, then the newest. @param unit  only of this one */
export function alarmsToShow(known: ReadonlyMap<string, UnitAlarmsView>, units: ReadonlyMap<string, Pick<UnitView, 'state'>>, now: number, unit?: string): StandingAlarmView[] {
  const isWatched = (id: string) => (unit === undefined || id === unit) && (units.get(id)?.state ?? 'off-duty') !== 'off-duty'
  const shown = [...known.values()].flatMap(({ id, alarms }) => (isWatched(id) ? alarms.filter(({ shownFrom, shownUntil }) => shownFrom <= now && (shownUntil === null || now <= shownUntil)) : []))
  return shown.sort((a, b) => Number(b.isGrave) - Number(a.isGrave) || b.since - a.since || (`${a.device} ${a.name}` < `${b.device} ${b.name}` ? -1 : 1))
}
