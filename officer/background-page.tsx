/** Positions while this page is closed: an app that may run in the background, set up by one scan, for this shift. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CrewPhone, PairedCrewPhone } from '#modules/units/contract.ts'
import { api, newCommandId, Problem } from '#ui/client.ts'
import { Button, Dialog, ErrorState, Spinner, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { opened, qrPath, scanned } from './background.ts'
import { PanicRow } from './panic-button.tsx'

const door = '/api/units/mine/phone'

export function BackgroundPage({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const toasts = useToasts()
  const [phone, setPhone] = useState<CrewPhone | 'none'>()
  const [paired, setPaired] = useState<PairedCrewPhone>()
  const [problem, setProblem] = useState<unknown>()
  const [busy, setBusy] = useState(false)

  const load = () => {
    setProblem(undefined)
    api.get<CrewPhone>(door).then(setPhone, (thrown: unknown) => {
      if (thrown instanceof Problem && thrown.status === 404) setPhone('none')
      else setProblem(thrown)
    })
  }
  useEffect(load, [])

  const act = async (work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
    } catch (thrown) {
      toasts.problem(thrown)
    }
    setBusy(false)
  }
  const pair = () =>
    act(async () => {
      const made = await api.post<PairedCrewPhone>(door, { commandId: newCommandId() })
      setPaired(made)
      setPhone(made)
    })
  const remove = () =>
    act(async () => {
      await api.delete(`${door}?commandId=${newCommandId()}`)
      setPaired(undefined)
      setPhone('none')
    })

  return (
    <Dialog open wide title={t('background.title')} onClose={onClose}>
      <PanicRow />
      <p>{t('background.text')}</p>
      {problem ? <ErrorState problem={problem} onRetry={load} /> : phone === undefined ? <Spinner size={28} label={t('common:loading')} /> : null}
      {paired ? <Setup paired={paired} /> : null}
      {phone && phone !== 'none' && !paired ? (
        <p className="truth">
          {phone.lastSeenAt === null ? t('background.unseen') : t('background.seen', { time: format.shortTime(phone.lastSeenAt) })}
        </p>
      ) : null}
      {phone && !paired ? (
        <Button kind="primary" size="large" busy={busy} onClick={() => void pair()}>
          {t(phone === 'none' ? 'background.pair' : 'background.pairAgain')}
        </Button>
      ) : null}
      {phone && phone !== 'none' ? (
        <Button size="large" busy={busy} onClick={() => void remove()}>
          {t('background.remove')}
        </Button>
      ) : null}
    </Dialog>
  )
}

function Setup({ paired: { path, key } }: { readonly paired: PairedCrewPhone }) {
  const { t } = useTranslation('officer')
  const { side, path: drawn } = qrPath(scanned(location.origin, path, key))
  return (
    <>
      <svg className="code" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={t('background.code')} shapeRendering="crispEdges">
        <rect width={side} height={side} fill="#fff" />
        <path d={drawn} fill="#000" />
      </svg>
      <p>{t('background.scan')}</p>
      <a className="button button-plain button-large" href={opened(location.origin, path, key)}>
        {t('background.open')}
      </a>
      <dl className="facts">
        <div>
          <dt>{t('background.address')}</dt>
          <dd className="code-text">{location.origin + path}</dd>
        </div>
        <div>
          <dt>{t('background.key')}</dt>
          <dd className="code-text">{key}</dd>
        </div>
      </dl>
      <p className="soft">{t('background.once')}</p>
    </>
  )
}
