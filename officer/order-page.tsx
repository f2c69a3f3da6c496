/** The order in hand: what, where, who else, and the one button. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RouteView } from '#modules/roads/contract.ts'
import { bearingDegrees, distanceMeters } from '#core/geo/distance.ts'
import { api } from '#ui/client.ts'
import { serverNow, useNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Icon, Progress, StateMark, useToasts } from '#ui/primitives.ts'
import { toneOf } from '#ui/state.ts'
import { useFormat } from '#ui/use-format.ts'
import { directionOf } from './direction.ts'
import type { Draft } from './draft.ts'
import type { Order } from './duty.ts'
import type { Fix } from './fix-filter.ts'
import { OrderLog } from './order-log.tsx'
import { AddPicture } from './add-picture.tsx'
import { limitOf, mayRefuse, nextStep, times, usedUp, type Step } from './step.ts'
import type { Duty } from './use-duty.ts'
import { WriteSheet } from './write-sheet.tsx'

/** The next step appears in the same place: a second tap of a nervous thumb must not take it. */
const restMs = 1500

export type OrderPageProps = {
  readonly order: Order
  readonly duty: Duty
  readonly fix: Fix | undefined
  /** What is being written about this order. */
  readonly draft: Draft | undefined
  /** Undefined: sent, or given up. */
  readonly onDraft: (draft: Draft | undefined) => void
  readonly onReport: () => void
}

export function OrderPage({ order, duty, fix, draft, onDraft, onReport }: OrderPageProps) {
  const { t } = useTranslation('officer')
  const { language } = useLanguage()
  const toasts = useToasts()
  const [resting, setResting] = useState(false)
  const { incident, assignment, seen } = order
  const category = duty.categories.get(incident.category)
  const inEnglish = language === 'en'
  const next = nextStep(seen)
  const isUnkept = duty.waiting.some((each) => each.unkept && each.about.assignment === assignment.id)

  useEffect(() => {
    if (!resting) return
    const timer = setTimeout(() => setResting(false), restMs)
    return () => clearTimeout(timer)
  }, [resting])

  const write = (kind: Draft['kind'], text = '') => onDraft({ incident: incident.id, number: incident.number, assignment: assignment.id, kind, text })
  const go = async (to: Step | 'refused', note?: string) => {
    onDraft(undefined)
    setResting(true)
    try {
      const commandId = await duty.step(order, to, note)
      navigator.vibrate?.(30)
      toasts.show({
        kind: 'done',
        key: 'step',
        text: t(`did.${to}`),
        undo: { run: () => duty.undo(commandId) },
      })
    } catch (thrown) {
      toasts.problem(thrown)
    }
  }

  const others = incident.assignments.filter((each) => each.id !== assignment.id && each.endedAt === null)
  const answers = Object.entries(incident.answers).filter(([, answer]) => answer)

  return (
    <>
      <main className="page order" aria-label={t('order.label', { number: incident.number })}>
        <header className="order-head">
          <span className={`priority priority-${incident.priority}`}>{t(`common:priority.${incident.priority}`)}</span>
          <span className="order-kind">{(inEnglish ? category?.nameEn : category?.name) ?? incident.category}</span>
          <span className="order-number">{t('order.number', { number: incident.number })}</span>
        </header>
        <h1 className="order-place">{(inEnglish && incident.placeEn) || incident.place || t('order.noPlace')}</h1>
        <Where incident={incident} unit={assignment.unit} fix={fix} arrived={seen === 'on-scene' || seen === 'reported'} />
        {incident.summary ? <p className="order-summary">{incident.summary}</p> : null}
        {answers.length > 0 ? (
          <dl className="facts">
            {answers.map(([id, answer]) => {
              const question = category?.questions.find((each) => each.id === id)
              return (
                <div key={id}>
                  <dt>{(inEnglish ? question?.textEn : question?.text) ?? id}</dt>
                  <dd>{answer}</dd>
                </div>
              )
            })}
          </dl>
        ) : null}
        {incident.reporter || incident.phone ? (
          <div className="caller">
            <span>
              <span className="soft">{t('order.caller')}</span> {incident.reporter}
            </span>
            {incident.phone ? (
              <a className="button button-plain" href={`tel:${incident.phone}`}>
                <Icon name="phone" size={18} />
                {incident.phone}
              </a>
            ) : null}
          </div>
        ) : null}
        {others.length > 0 ? (
          <section className="others">
            <h2>{t('order.others')}</h2>
            <ul>
              {others.map((each) => (
                <li key={each.id}>
                  <strong>{each.callSign}</strong>
                  <StateMark tone={toneOf(each.state)}>{t(`common:assignmentState.${each.state}`)}</StateMark>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        <Steps order={order} />
        <OrderLog log={duty.log} waiting={duty.waiting.filter((each) => each.about.incident === incident.id && (each.about.kind === 'note' || each.about.kind === 'picture'))} />
        <Button className="order-report" onClick={onReport}>
          {t('order.report')}
        </Button>
      </main>
      <footer className="dock">
        <Limit order={order} />
        {order.isWaiting ? (
          <p className="dock-waits" role="status">
            <Icon name="no-signal" size={16} />
            {t(isUnkept ? 'strip.unkept' : 'order.waits')}
          </p>
        ) : null}
        {next ? (
          <button
            type="button"
            className={`big step tone-${toneOfStep(next)}`}
            aria-disabled={resting || undefined}
            onClick={() => {
              if (resting) return
              if (next === 'reported') write('report')
              else void go(next)
            }}
          >
            {resting ? <Icon name="check" size={28} /> : null}
            {resting ? t(`common:assignmentState.${seen}`) : t(`step.${next}`)}
          </button>
        ) : null}
        <div className="dock-row">
          <Button icon="note" onClick={() => write('note')}>
            {t('order.note')}
          </Button>
          <AddPicture onPicture={(data) => duty.picture(incident.id, data, '')} />
          {mayRefuse(seen) ? (
            <Button kind="quiet" onClick={() => write('refuse')}>
              {t('order.refuse')}
            </Button>
          ) : null}
        </div>
      </footer>
      {draft ? (
        <WriteSheet
          key={draft.kind}
          kind={draft.kind}
          needsText={draft.kind !== 'report'}
          text={draft.text}
          onText={(text) => write(draft.kind, text)}
          onClose={() => onDraft(undefined)}
          onSend={async (text) => {
            if (draft.kind !== 'note') return go(draft.kind === 'report' ? 'reported' : 'refused', text)
            onDraft(undefined)
            await duty.note(incident.id, text)
          }}
        />
      ) : null}
    </>
  )
}

/** The button has the colour of the state that it leads to; an order nobody answered is the one thing in red. */
const toneOfStep = (step: Step) => (step === 'acknowledged' ? 'panic' : step === 'cleared' ? 'free' : toneOf(step))

/** How far: by road as the server says, and as the crow flies from this phone while there is no server. */
function Where({ incident, unit, fix, arrived }: { readonly incident: Order['incident']; readonly unit: string; readonly fix: Fix | undefined; readonly arrived: boolean }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const [way, setWay] = useState<RouteView>()

  useEffect(() => {
    if (arrived) return setWay(undefined)
    const gone = new AbortController()
    const ask = () =>
      api.get<RouteView>(`/api/dispatch/incidents/${incident.id}/way?unit=${unit}`, { signal: gone.signal }).then(setWay, () => setWay(undefined))
    void ask()
    const timer = setInterval(ask, 20_000)
    return () => {
      gone.abort()
      clearInterval(timer)
    }
  }, [incident.id, incident.lon, incident.lat, unit, arrived])

  const straight = fix ? distanceMeters(fix.lon, fix.lat, incident.lon, incident.lat) : undefined
  const bearing = fix ? bearingDegrees(fix.lon, fix.lat, incident.lon, incident.lat) : 0
  return (
    <p className="order-where">
      {straight === undefined || arrived ? null : (
        <span className="order-arrow" aria-hidden="true">
          <svg width="26" height="26" viewBox="0 0 24 24" style={{ transform: `rotate(${Math.round(bearing)}deg)` }}>
            <path d="M12 2.5 18.5 20 12 16.2 5.5 20Z" fill="currentColor" />
          </svg>
        </span>
      )}
      <span className="order-far">
        {way && !arrived ? <strong>{t('order.byRoad', { time: format.travelTime(way.seconds), distance: format.distance(way.meters) })}</strong> : null}
        {straight === undefined || arrived ? null : (
          <span className={way ? 'soft' : ''}>
            {t('order.straight', { direction: t(`direction.${directionOf(bearing)}`), distance: format.distance(straight) })}
          </span>
        )}
      </span>
      <a className="button button-plain" href={`geo:${incident.lat},${incident.lon}?q=${incident.lat},${incident.lon}`}>
        <Icon name="map" size={18} />
        {t('order.navigate')}
      </a>
    </p>
  )
}

/** The limit that runs: fills, and turns when it has run out. */
function Limit({ order }: { readonly order: Order }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  useNow(1000)
  const timer = limitOf(order.incident.timers, order.assignment.id)
  if (!timer || order.isWaiting) return null
  const now = serverNow()
  const left = (timer.dueAt - now) / 1000
  return (
    <div className={left < 0 ? 'limit is-over' : 'limit'}>
      <span>{t(`limit.${timer.kind}`)}</span>
      <strong>{left < 0 ? t('limit.over', { time: format.countdown(-left) }) : format.countdown(left)}</strong>
      <Progress share={usedUp(timer, now)} tone={left < 0 ? 'panic' : 'rest'} label={t(`limit.${timer.kind}`)} />
    </div>
  )
}

/** Where on its way the order is, with the times. */
function Steps({ order }: { readonly order: Order }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const list = times(order.assignment)
  const reached = list.findIndex((each) => each.step === order.seen)
  return (
    <ol className="steps" aria-label={t('order.steps')}>
      {list.map((each, index) => (
        <li key={each.step} className={index < reached ? 'is-done' : index === reached ? 'is-now' : ''} aria-current={index === reached ? 'step' : undefined}>
          <span className="steps-name">{t(`stepName.${each.step}`)}</span>
          <span className="steps-time">{each.at === null ? '' : format.shortTime(each.at)}</span>
        </li>
      ))}
    </ol>
  )
}
