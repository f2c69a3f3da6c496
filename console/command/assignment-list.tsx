/** Units on an incident: where each stands in its five steps, its timer, and what can be done. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button, IconButton, StateMark } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import { endReasons, type AssignmentView, type IncidentView } from '#modules/dispatch/contract.ts'
import { useLanguage } from '#ui/i18n.ts'
import { selectUnit } from '../router.ts'
import type { Acts } from './acts.ts'
import { isActive, nextState, stepsOf } from './assignments.ts'
import type { AskedState } from './line-types.ts'
import { TimerWords } from './timer-bar.tsx'
import { readTimer } from './timers.ts'
import { runningWords } from './words.ts'

export type AssignmentListProps = {
  readonly incident: IncidentView
  readonly now: number
  readonly acts: Acts
  readonly mayAct: boolean
  readonly onHover: (unit: string | null) => void
}

export function AssignmentList({ incident, now, acts, mayAct, onHover }: AssignmentListProps) {
  const { t } = useTranslation('command')
  const sorted = incident.assignments.toSorted((a, b) => Number(isActive(b.state)) - Number(isActive(a.state)) || a.orderedAt - b.orderedAt)
  if (sorted.length === 0) return <p className="section-empty">{t('assignments.none')}</p>
  return (
    <ul className="assignments">
      {sorted.map((assignment) => (
        <Assignment key={assignment.id} assignment={assignment} incident={incident} now={now} acts={acts} mayAct={mayAct} onHover={onHover} />
      ))}
    </ul>
  )
}

function Assignment({ assignment, incident, now, acts, mayAct, onHover }: AssignmentListProps & { readonly assignment: AssignmentView }) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const format = useFormat()
  const [busy, setBusy] = useState<AskedState | null>(null)
  const active = isActive(assignment.state)
  const next = nextState(assignment.state)
  const timer = incident.timers.find((each) => each.assignment === assignment.id)
  const reading = timer ? readTimer(timer, now) : undefined // drawn into the step that is waited for

  const go = async (state: AskedState) => {
    setBusy(state)
    try {
      await acts.changeState(assignment.id, assignment.callSign, state)
    } catch {
      // said in a toast already
    } finally {
      setBusy(null)
    }
  }
  const because = assignment.because === null ? null : (endReasons[assignment.because]?.[language === 'en' ? 'en' : 'zh'] ?? assignment.because)

  return (
    <li className={active ? 'assignment' : 'assignment is-over'} onMouseEnter={() => onHover(active ? assignment.unit : null)} onMouseLeave={() => onHover(null)}>
      <div className="assignment-head">
        <button type="button" className="link-button" onClick={() => selectUnit(assignment.unit)}>
          <b>{assignment.callSign}</b>
        </button>
        <StateMark tone={toneOf(assignment.state)}>{common(`assignmentState.${assignment.state}`)}</StateMark>
        <span className="soft">{active ? runningWords(now - assignment.stateSince, format) : format.shortTime(assignment.endedAt ?? assignment.stateSince)}</span>
        {timer ? <TimerWords timer={timer} now={now} /> : null}
        {active ? (
          <span className="assignment-acts">
            {next ? (
              <Button size="small" busy={busy === next} disabledBecause={mayAct ? undefined : t('notYours')} title={t('assignments.onBehalf')} onClick={() => void go(next)}>
                {t(`assignments.next.${next}`)}
              </Button>
            ) : null}
            {assignment.state === 'reported' ? null : (
              <IconButton size="small" icon="close" label={t('assignments.cancel', { unit: assignment.callSign })} busy={busy === 'cancelled'} disabledBecause={mayAct ? undefined : t('notYours')} onClick={() => void go('cancelled')} />
            )}
          </span>
        ) : null}
      </div>
      {because ? <p className="assignment-because">{because}</p> : null}
      {active && assignment.spokenAt !== null && assignment.acknowledgedAt === null ? <p className="assignment-because">{t('assignments.spoken', { time: format.shortTime(assignment.spokenAt) })}</p> : null}
      {active ? (
        <ol className="steps">
            {stepsOf(assignment).map((step) => (
              <li key={step.state} className={step.at === null ? 'step' : `step is-done tone-${toneOf(step.state)}`}>
                <div className={reading && step.state === next ? `step-bar is-${reading.urgency}` : 'step-bar'}>
                  {reading && step.state === next ? <div style={{ transform: `scaleX(${reading.share})` }} /> : null}
                </div>
                <span className="step-name">{common(`assignmentState.${step.state}`)}</span>
                <span className="step-time">{step.at === null ? '–' : format.clockTime(step.at)}</span>
              </li>
            ))}
        </ol>
      ) : null}
    </li>
  )
}
