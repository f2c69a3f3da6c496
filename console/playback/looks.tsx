/** Who looked at the past, at what and why: for auditors, of their part of the tree. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { LookView } from '#modules/oversight/contract.ts'
import { api } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import { Button, Empty, ErrorState, Spinner } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import { useRoomPart } from '../command/room-context.tsx'
import { agencyName } from '../command/words.ts'

type Page = { readonly items: readonly LookView[]; readonly next: string | null }

export function Looks() {
  const { t } = useTranslation('playback')
  const { language } = useLanguage()
  const format = useFormat()
  const agencies = useRoomPart((state) => state.agencies)
  const units = useRoomPart((state) => state.units)
  const incidents = useRoomPart((state) => state.incidents)
  const [page, setPage] = useState<Page>()
  const [problem, setProblem] = useState<unknown>()
  const [after, setAfter] = useState<string | null>(null)

  useEffect(() => {
    const gone = new AbortController()
    setProblem(undefined)
    api.get<Page>(`/api/oversight/playbacks?limit=20${after === null ? '' : `&after=${after}`}`, { signal: gone.signal }).then(
      (next) => setPage((old) => ({ items: after === null ? next.items : [...(old?.items ?? []), ...next.items], next: next.next })),
      (thrown: unknown) => !gone.signal.aborted && setProblem(thrown),
    )
    return () => gone.abort()
  }, [after])

  const what = (look: LookView) => {
    if (look.agency !== null) return agencyName(agencies.find(({ path }) => path === look.agency), look.agency, language)
    const incident = look.incident === null ? undefined : incidents.get(look.incident)
    if (look.incident !== null) return incident ? `#${incident.number}` : t('of.incident')
    return look.units.map((id) => units.get(id)?.callSign).filter(Boolean).join(t('looks.separator')) || t('of.units')
  }
  return (
    <section className="looks" aria-label={t('looks.title')}>
      <h2>{t('looks.title')}</h2>
      <p className="soft">{t('looks.text')}</p>
      {problem ? <ErrorState problem={problem} /> : null}
      {!page && !problem ? <Spinner label={t('common:loading')} /> : null}
      {page?.items.length === 0 ? <Empty icon="eye" title={t('looks.none')} /> : null}
      {page && page.items.length > 0 ? (
        <div className="looks-table" role="region" aria-label={t('looks.title')} tabIndex={0}>
          <table>
            <thead>
              <tr>
                {(['when', 'who', 'what', 'window', 'why'] as const).map((head) => (
                  <th key={head} scope="col">{t(`looks.${head}`)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {page.items.map((look) => (
                <tr key={look.id}>
                  <td>{format.dayTime(look.openedAt)}</td>
                  <td>{look.actor}</td>
                  <td>
                    {what(look)} <span className="soft">{t('looks.units', { count: look.units.length })}</span>
                  </td>
                  <td>{t('looks.fromTo', { from: format.dayTime(look.from), to: format.dayTime(look.to) })}</td>
                  <td className="looks-why">
                    {look.reason}
                    {look.exports > 0 ? <b> {t('looks.exports', { count: look.exports })}</b> : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {page?.next ? (
        <Button size="small" onClick={() => setAfter(page.next)}>
          {t('looks.more')}
        </Button>
      ) : null}
    </section>
  )
}
