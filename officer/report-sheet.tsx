/** Report something in three taps: open, kind, send. Words and pictures where there is time for them. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CategoryView } from '#modules/dispatch/contract.ts'
import { serverNow, useNow } from '#ui/clock.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Field, Icon, IconButton, TextArea, useToasts } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { AddPicture } from './add-picture.tsx'
import type { Fix } from './fix-filter.ts'
import { fixFor, type NewReport } from './report.ts'
import { WriteBox } from './sheet.tsx'

/** More would keep what comes after them waiting for long on a bad connection. */
const picturesMax = 6

export type ReportSheetProps = {
  readonly categories: ReadonlyMap<string, CategoryView>
  /** Where this phone is now. */
  readonly fix: Fix | undefined
  /** What was reported before and was not taken: it keeps its own place. */
  readonly again?: Partial<NewReport>
  readonly onClose: () => void
  readonly onSend: (report: NewReport) => Promise<unknown>
}

export function ReportSheet({ categories, fix, again, onClose, onSend }: ReportSheetProps) {
  const { t } = useTranslation('officer')
  const { language } = useLanguage()
  const format = useFormat()
  const toasts = useToasts()
  const [category, setCategory] = useState(() => (again?.category !== undefined && categories.get(again.category)?.active ? again.category : undefined))
  const [text, setText] = useState(again?.text ?? '')
  const [place, setPlace] = useState(again?.place ?? '')
  const [pictures, setPictures] = useState<readonly string[]>(again?.pictures ?? [])
  const [busy, setBusy] = useState(false)
  useNow(5000)

  const own = again?.fix ?? fixFor(fix, serverNow())
  const ageSeconds = own ? (serverNow() - own.at) / 1000 : 0
  const offered = [...categories.values()].filter((each) => each.active).sort((a, b) => a.order - b.order)

  const send = async () => {
    setBusy(true)
    try {
      await onSend({ category, panic: false, text: text.trim(), place: place.trim(), fix: own, pictures })
    } catch (thrown) {
      toasts.problem(thrown)
      setBusy(false)
    }
  }

  return (
    <WriteBox className="report" title={t('report.title')} onClose={onClose}>
      {offered.length === 0 ? (
        <p className="truth">{t('report.noKinds')}</p>
      ) : (
        <div className="kinds" role="radiogroup" aria-label={t('report.kind')}>
          {offered.map((each) => (
            <label key={each.id} className={each.id === category ? 'kind is-chosen' : 'kind'}>
              <input type="radio" name="kind" className="visually-hidden" checked={each.id === category} onChange={() => setCategory(each.id)} />
              <span className="kind-glyph" aria-hidden="true">
                {each.glyph}
              </span>
              <span>{language === 'en' ? each.nameEn : each.name}</span>
            </label>
          ))}
        </div>
      )}
      <TextArea label={t('report.text')} rows={2} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />
      <p className={own ? 'report-place' : 'report-place is-unknown'}>
        <Icon name="pin" size={18} />
        {!own
          ? t('report.nowhere')
          : ageSeconds < 60
            ? t('report.here', { accuracy: format.distance(own.accuracyMeters ?? 0) })
            : t('report.hereOld', { accuracy: format.distance(own.accuracyMeters ?? 0), age: format.duration(ageSeconds) })}
      </p>
      <Field label={own ? t('report.placeMore') : t('report.place')} maxLength={200} value={place} onChange={(event) => setPlace(event.target.value)} />
      {pictures.length === 0 ? null : (
        <ul className="report-pictures">
          {pictures.map((data, index) => (
            <li key={data.slice(-40)}>
              <img src={`data:image/jpeg;base64,${data}`} alt={t('report.pictureAlt', { number: index + 1 })} />
              <IconButton icon="close" label={t('report.dropPicture', { number: index + 1 })} onClick={() => setPictures(pictures.filter((_, other) => other !== index))} />
            </li>
          ))}
        </ul>
      )}
      <div className="write-actions report-actions">
        <Button size="large" onClick={onClose}>
          {t('common:cancel')}
        </Button>
        {pictures.length < picturesMax ? <AddPicture onPicture={async (data) => setPictures((old) => [...old, data])} /> : null}
        <Button
          kind="primary"
          size="large"
          busy={busy}
          disabledBecause={category === undefined ? t('report.kindFirst') : !own && !place.trim() ? t('report.placeFirst') : undefined}
          onClick={() => void send()}
        >
          {t('report.send')}
        </Button>
      </div>
    </WriteBox>
  )
}
