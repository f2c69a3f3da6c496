/** Put a map in: choose or drop a file, see it travel, see it built, or stop it. */
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '#ui/client.ts'
import { Button, Icon, Progress, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { Imports } from './use-imports.ts'

const bytesMax = 512 * 1024 * 1024
const steps = ['reading', 'graph', 'basemap', 'gazetteer', 'installing'] as const

export function MapUpload({ imports }: { readonly imports: Imports }) {
  const { t } = useTranslation('administration')
  const format = useFormat()
  const toasts = useToasts()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [wrong, setWrong] = useState<string>()
  const { running, sending } = imports

  const take = async (file: File | undefined) => {
    setWrong(undefined)
    if (!file) return
    if (!/\.pbf$/i.test(file.name)) return setWrong(t('map.notPbf', { name: file.name }))
    if (file.size > bytesMax) return setWrong(t('map.tooBig', { size: format.bytes(file.size), most: format.bytes(bytesMax) }))
    try {
      await imports.send(file)
    } catch (thrown) {
      if (thrown instanceof Problem) setWrong(thrown.because)
    } finally {
      if (input.current) input.current.value = ''
    }
  }
  const stop = () => imports.stop().catch((thrown: unknown) => void toasts.problem(thrown))

  if (sending || running) {
    const step = running ? running.step : 'sending'
    return (
      <section className="map-work" aria-live="polite">
        <div className="map-work-head">
          <strong>{sending?.file ?? running?.file}</strong>
          <span>{format.share(sending?.share ?? running?.share ?? 0)}</span>
          <Button size="small" onClick={() => void stop()}>
            {t('map.stop')}
          </Button>
        </div>
        <Progress share={sending?.share ?? running?.share} label={t('map.progress')} />
        <ol className="map-steps">
          {(['sending', ...steps] as const).map((each, index, all) => {
            const now = (all as readonly string[]).indexOf(step)
            return (
              <li key={each} className={index < now ? 'is-done' : index === now ? 'is-now' : ''} aria-current={index === now ? 'step' : undefined}>
                {index < now ? <Icon name="check" size={14} /> : null}
                {t(`map.step.${each}`)}
              </li>
            )
          })}
        </ol>
        <p className="form-hint">{t('map.keeps')}</p>
      </section>
    )
  }

  const last = imports.items?.[0]
  return (
    <section
      className={over ? 'map-drop is-over' : 'map-drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void take(event.dataTransfer.files[0])
      }}
    >
      <Icon name="upload" size={28} />
      <p className="map-drop-title">{t('map.drop')}</p>
      <p className="form-hint">{t('map.dropHint')}</p>
      <input ref={input} className="visually-hidden" type="file" accept=".pbf" tabIndex={-1} aria-label={t('map.choose')} onChange={(event) => void take(event.target.files?.[0])} />
      <Button kind="primary" onClick={() => input.current?.click()}>
        {t('map.choose')}
      </Button>
      {wrong ? (
        <p className="notice notice-problem" role="alert">
          <Icon name="alert" />
          {wrong}
        </p>
      ) : last?.status === 'failed' && last.problem ? (
        <p className="notice notice-problem" role="alert">
          <Icon name="alert" />
          {t('map.lastFailed', { file: last.file, because: last.problem.because })}
        </p>
      ) : null}
    </section>
  )
}
