/** What waits, what the server would not have, and what this officer has reported: nothing that was accepted here vanishes unseen. */
import { useEffect, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { serverNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { VoiceNote } from '#ui/messages/voice-note.tsx'
import { Button, Dialog, Icon, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { Waiting } from './outbox.ts'
import { orphaned } from './outbox.ts'
import { PanicRow } from './panic-button.tsx'
import { fileOf, listed, picturesOf, stateOf, wordsOf, type KeptReport, type NewReport, type WaitingFile } from './report.ts'
import type { Duty } from './use-duty.ts'

export type LinePageProps = {
  readonly duty: Duty
  readonly onClose: () => void
  /** Make a report of what was not taken; `instead` is what goes when it is sent. */
  readonly onReport: (again: Partial<NewReport>, instead: string) => void
}

export function LinePage({ duty, onClose, onReport }: LinePageProps) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const { waiting, refused, reports } = duty
  const line = duty.line.items
  const own = listed(reports, line, serverNow())
  const reportOf = (each: Waiting) => reports.find((report) => report.id === each.id)
  // the pictures of a refused report are shown with it
  const apart = refused.filter((each) => each.refused?.code !== orphaned || !refused.some((other) => other.id === each.after))

  // reports and their pictures are listed below with how they stand
  const others = waiting.filter((each) => !reports.some((report) => report.id === each.id || report.id === each.after))

  return (
    <Dialog open wide title={t('line.title')} onClose={onClose}>
      <PanicRow />
      {line.length === 0 && own.length === 0 ? <p className="soft">{t('line.none')}</p> : null}
      {apart.length === 0 ? null : (
        <Part title={t('line.refused')} text={t('line.refusedText')}>
          {apart.map((each) => {
            const report = reportOf(each)
            const file = fileOf(each)
            const picture = file?.kind === 'picture' ? file : undefined
            return (
              <li key={each.id} className="line-item is-refused">
                <Head waiting={each} report={report} />
                <Words waiting={each} />
                <p className="line-because">{t('line.because', { because: each.refused?.because })}</p>
                <div className="line-actions">
                  <CopyButton text={wordsOf(each)} />
                  {report || wordsOf(each) || picture ? (
                    <Button
                      onClick={() =>
                        onReport(
                          report
                            ? { category: report.category, text: report.text, place: report.place, fix: report.fix, pictures: picturesOf(report, line) }
                            : { text: wordsOf(each), pictures: picture ? [picture.data] : [] },
                          each.id,
                        )
                      }
                    >
                      {t('line.asReport')}
                    </Button>
                  ) : null}
                  <Button kind="quiet" onClick={() => void duty.dismiss(each.id)}>
                    {t('line.dismiss')}
                  </Button>
                </div>
              </li>
            )
          })}
        </Part>
      )}
      {others.length === 0 ? null : (
        <Part title={t('line.waiting')} text={t('line.waitingText')}>
          {others.map((each) => (
            <li key={each.id} className="line-item is-waiting">
              <Head waiting={each} report={reportOf(each)} />
              <Words waiting={each} />
              <Attempt waiting={each} />
            </li>
          ))}
        </Part>
      )}
      {own.length === 0 ? null : (
        <Part title={t('line.reports')}>
          {own.map((report) => {
            const how = stateOf(report, duty.line)
            return (
              <li key={report.id} className={`line-item is-${how.state}`}>
                <p className="line-head">
                  <strong>{report.panic ? t('line.kind.panic') : <KindName id={report.category} duty={duty} />}</strong>
                  <span>{format.shortTime(report.madeAt)}</span>
                </p>
                {report.text ? <p>{report.text}</p> : null}
                {report.place ? <p className="soft">{report.place}</p> : null}
                {report.pictureCount > 0 ? <p className="soft">{t('line.pictures', { count: report.pictureCount })}</p> : null}
                {waiting.filter((each) => each.id === report.id).map((each) => <Attempt key={each.id} waiting={each} />)}
                <p className="line-state">
                  <Icon name={how.state === 'sent' ? 'check' : how.state === 'refused' ? 'alert' : 'no-signal'} size={16} />
                  {how.state === 'sent' && how.behind > 0
                    ? t('line.state.behind', { count: how.behind })
                    : how.state === 'sent' && report.number !== undefined
                      ? t('line.state.sentNumber', { number: report.number })
                      : t(`line.state.${how.state}`)}
                </p>
              </li>
            )
          })}
        </Part>
      )}
    </Dialog>
  )
}

function Part({ title, text, children }: { readonly title: string; readonly text?: string; readonly children: ReactNode }) {
  return (
    <section className="line-part">
      <h3>{title}</h3>
      {text ? <p className="soft">{text}</p> : null}
      <ul>{children}</ul>
    </section>
  )
}

function KindName({ id, duty }: { readonly id: string | undefined; readonly duty: Duty }) {
  const { language } = useLanguage()
  const category = id === undefined ? undefined : duty.categories.get(id)
  return <>{(language === 'en' ? category?.nameEn : category?.name) ?? id}</>
}

function Head({ waiting, report }: { readonly waiting: Waiting; readonly report: KeptReport | undefined }) {
  const { t } = useTranslation('officer')
  const format = useFormat()
  const { kind, state } = waiting.about
  return (
    <p className="line-head">
      <strong>{kind === 'state' ? t(`common:assignmentState.${state}`) : kind === 'shift' ? t(`line.kind.shift-${state}`, { unit: waiting.about.callSign }) : report?.panic ? t('line.kind.panic') : t(`line.kind.${kind}`)}</strong>
      <span>{format.shortTime(waiting.madeAt)}</span>
    </p>
  )
}

function Words({ waiting }: { readonly waiting: Waiting }) {
  const { t } = useTranslation('officer')
  const words = wordsOf(waiting)
  const file = fileOf(waiting)
  return (
    <>
      {file?.kind === 'picture' ? <img className="line-picture" src={`data:${file.mediaType};base64,${file.data}`} alt={t('log.picture')} /> : null}
      {file?.kind === 'voice' ? <Voice file={file} /> : null}
      {words ? <p>{words}</p> : null}
    </>
  )
}

/** Heard, and kept as a file where the server will not have it: what was said cannot be said again. */
function Voice({ file: { data, mediaType, seconds } }: { readonly file: WaitingFile }) {
  const { t } = useTranslation('officer')
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], { type: mediaType }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [data, mediaType])
  if (!address) return null
  return (
    <div className="line-voice">
      <VoiceNote address={address} seconds={seconds} />
      <a className="button button-plain" href={address} download={`${t('line.voiceName')}.${mediaType.slice('audio/'.length)}`}>
        {t('line.saveVoice')}
      </a>
    </div>
  )
}

/** Whether it was tried, and whether it is safe. */
function Attempt({ waiting }: { readonly waiting: Waiting }) {
  const { t } = useTranslation('officer')
  return (
    <>
      {waiting.unkept ? <p className="line-because">{t('line.unkept')}</p> : null}
      {waiting.tried ? <p className="soft">{t('line.tried')}</p> : null}
    </>
  )
}

function CopyButton({ text }: { readonly text: string }) {
  const { t } = useTranslation('officer')
  const toasts = useToasts()
  if (!text) return null
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      toasts.show({ kind: 'done', text: t('line.copied') })
    } catch {
      toasts.show({ kind: 'problem', text: t('line.notCopied') })
    }
  }
  return <Button onClick={() => void copy()}>{t('line.copy')}</Button>
}
