/** The incident's log: every step as the journal has it, with notes and pictures; the newest at the foot. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLanguage } from '#ui/i18n.ts'
import { Button, ErrorState, IconButton, Spinner } from '#ui/primitives.ts'
import { useFormat } from '#ui/use-format.ts'
import type { IncidentView, LogLine } from '#modules/dispatch/contract.ts'
import { api } from '#ui/client.ts'
import { useInboxPart } from '#ui/messages/inbox-context.tsx'
import type { Acts } from './acts.ts'
import { sayLogLine, withdrawnCommands } from './log-lines.ts'
import { useEntries, useRoomPart } from './room-context.tsx'
import { agencyName, categoryName } from './words.ts'

export function IncidentLog({ incident, acts, mayAct }: { readonly incident: IncidentView; readonly acts: Acts; readonly mayAct: boolean }) {
  const { t } = useTranslation('command')
  const { t: common } = useTranslation('common')
  const { language } = useLanguage()
  const format = useFormat()
  const categories = useRoomPart((state) => state.categories)
  const agencies = useRoomPart((state) => state.agencies)
  const [lines, setLines] = useState<readonly LogLine[] | null>(null)
  const [problem, setProblem] = useState<unknown>(undefined)
  const [attempt, setAttempt] = useState(0)
  const foot = useRef<HTMLDivElement>(null)
  const id = incident.id
  const called = useInboxPart((state) => state.broadcasts)
  const broadcasts = useMemo(() => new Set([...called.values()].filter((view) => view.incident === id).map((view) => `broadcast/${view.id}`)), [called, id])

  useEffect(() => {
    const gone = new AbortController()
    setProblem(undefined)
    api.get<{ items: LogLine[] }>(`/api/dispatch/incidents/${id}/log`, { signal: gone.signal }).then(
      ({ items }) => setLines((old) => merge(items, old ?? [])),
      (thrown: unknown) => !gone.signal.aborted && setProblem(thrown),
    )
    return () => gone.abort()
  }, [id, attempt])

  useEntries((entries) => {
    // a call's first entry comes before the call is known
    const own = entries.filter(({ stream, type, data }) => stream === `incident/${id}` || stream === `channel/incident-${id}` || broadcasts.has(stream) || (type === 'broadcast-sent' && data['incident'] === id))
    if (own.length > 0) setLines((old) => merge(old ?? [], own))
  })

  const count = lines?.length ?? 0
  const first = useRef(true)
  useEffect(() => {
    // follows what comes while one is looking at it; the first time it stays where the page is
    if (count > 0 && !first.current && document.activeElement?.closest('.log-section')) foot.current?.scrollIntoView({ block: 'nearest' })
    if (count > 0) first.current = false
  }, [count])

  const withdrawn = useMemo(() => withdrawnCommands(lines ?? []), [lines])
  const words = useMemo(
    () => ({
      t,
      common,
      category: (category: string) => categoryName(categories.find((each) => each.id === category), language),
      agency: (path: string) => agencyName(agencies.find((each) => each.path === path), path, language),
      callSign: (assignment: string) => incident.assignments.find((each) => each.id === assignment)?.callSign ?? '',
      language,
    }),
    [t, common, categories, agencies, incident.assignments, language],
  )

  return (
    <div className="log">
      {problem && !lines ? <ErrorState problem={problem} onRetry={() => setAttempt(attempt + 1)} /> : null}
      {!lines && !problem ? <Spinner label={common('loading')} /> : null}
      <ol className="log-lines">
        {(lines ?? []).map((line) => {
          const picture = pictureOf(line)
          return (
            <li key={line.position} className={`log-line log-${line.type}${withdrawn.has(line.command) ? ' is-withdrawn' : ''}`}>
              <time className="log-time" title={format.fullTime(line.at)}>{format.clockTime(line.at)}</time>
              <span className="log-what">
                {sayLogLine(line, words)}
                {picture ? (
                  <a href={picture} target="_blank" rel="noreferrer" className="log-picture">
                    <img src={picture} alt={String(line.data['caption'] || t('log.picture'))} loading="lazy" />
                  </a>
                ) : null}
                <span className="log-who">{line.actor === 'system' ? t('log.system') : line.actor}</span>
              </span>
            </li>
          )
        })}
      </ol>
      <div ref={foot} />
      {mayAct ? <NoteForm incident={incident} acts={acts} /> : null}
    </div>
  )
}

/** Where a line's picture is, if it has one. */
function pictureOf({ type, data }: LogLine): string | null {
  if (type === 'picture-added') return `/api/dispatch/pictures/${String(data['picture'])}`
  const isPicture = type === 'message-sent' && (data['attachment'] as { kind?: string } | null)?.kind === 'picture'
  return isPicture ? `/api/messages/${String(data['id'])}/file` : null
}

const merge = (a: readonly LogLine[], b: readonly LogLine[]): LogLine[] =>
  [...new Map([...a, ...b].map((line) => [line.position, line])).values()].sort((x, y) => x.position - y.position)

function NoteForm({ incident, acts }: { readonly incident: IncidentView; readonly acts: Acts }) {
  const { t } = useTranslation('command')
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const file = useRef<HTMLInputElement>(null)

  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
      return true
    } catch {
      return false // said in a toast; what was typed stays
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      className="note-form"
      onSubmit={async (event) => {
        event.preventDefault()
        if (text.trim() && !busy && (await run(() => acts.note(incident, text.trim())))) setText('')
      }}
    >
      <input className="control" aria-label={t('log.note')} placeholder={t('log.note')} value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} />
      <input
        ref={file}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        hidden
        onChange={(event) => {
          const chosen = event.target.files?.[0]
          event.target.value = ''
          if (chosen) void run(() => acts.picture(incident, chosen))
        }}
      />
      <IconButton icon="camera" label={t('log.addPicture')} onClick={() => file.current?.click()} busy={busy} />
      <Button type="submit" disabledBecause={text.trim() ? undefined : t('log.noteEmpty')} busy={busy}>
        {t('log.add')}
      </Button>
    </form>
  )
}
