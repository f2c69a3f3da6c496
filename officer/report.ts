/** What an officer reports on the own account: how it goes out, and how it stands. Pure but for where it is kept. */
import type { Waiting } from './outbox.ts'
import type { Fix } from './fix-filter.ts'

/** A report as its officer made it. Its id is the command's and, once the server has it, the incident's. */
export type KeptReport = {
  readonly id: string
  readonly account: string
  /** On the server's clock as the phone knew it. */
  readonly madeAt: number
  /** Undefined in a call for help: the server knows which kind that is. */
  readonly category: string | undefined
  readonly panic: boolean
  readonly text: string
  readonly place: string
  readonly fix: Pick<Fix, 'lon' | 'lat' | 'accuracyMeters' | 'at'> | undefined
  readonly pictureCount: number
  /** What people say: "number 12". Known when the server has it. */
  readonly number: number | undefined
  /** The officer has read that a call for help was heard. */
  readonly seen?: boolean
}

export type NewReport = Pick<KeptReport, 'category' | 'panic' | 'text' | 'place' | 'fix'> & { readonly pictures: readonly string[] }

/**
 * The writes of a report, in order: the report, then its pictures, which mean nothing without it.
 *
 * @param pictureIds  a fresh id for each picture
 */
export function writesOf(report: KeptReport, pictures: readonly string[], pictureIds: readonly string[], at: number): readonly Waiting[] {
  const { id, account, category, panic, text, place, fix, madeAt } = report
  const about = { incident: id } as const
  const first: Waiting = {
    id,
    account,
    path: '/api/dispatch/reports',
    body: {
      commandId: id,
      madeAt,
      ...(category === undefined ? {} : { category }),
      ...(panic ? { panic } : {}),
      ...(text ? { summary: text } : {}),
      ...(place ? { place } : {}),
      ...(fix ? { lon: fix.lon, lat: fix.lat } : {}),
    },
    madeAt: at,
    ...(panic ? { urgent: true } : {}),
    about: { kind: 'report', ...about },
  }
  const rest = pictures.map(
    (data, index): Waiting => ({
      id: pictureIds[index]!,
      account,
      path: `/api/dispatch/incidents/${id}/pictures`,
      body: { commandId: pictureIds[index]!, data },
      madeAt: at,
      after: id,
      about: { kind: 'picture', ...about },
    }),
  )
  return [first, ...rest]
}

export type ReportState =
  | { readonly state: 'waiting' }
  | { readonly state: 'refused'; readonly because: string }
  /** `behind`: so many of its pictures wait. */
  | { readonly state: 'sent'; readonly behind: number }

/** What is in the line, and whether the phone has read what it kept there before. */
export type Line = { readonly items: readonly Waiting[]; readonly isRead: boolean }

/** How a report stands: what is in the line says it, so there is no second truth. Out of it is sent, once the line was read or the server has given a number. */
export function stateOf(report: Pick<KeptReport, 'id' | 'number'>, { items: line, isRead }: Line): ReportState {
  const own = line.find((each) => each.id === report.id)
  if (own?.refused) return { state: 'refused', because: own.refused.because }
  if (own || (!isRead && report.number === undefined)) return { state: 'waiting' }
  return { state: 'sent', behind: line.filter((each) => each.after === report.id && !each.refused).length }
}

/** The reports that the phone keeps and those on the page: neither may know of all, nor of all that became of one. */
export const together = (kept: readonly KeptReport[], page: readonly KeptReport[]): readonly KeptReport[] => [
  ...kept.map((report) => {
    const shown = page.find((each) => each.id === report.id)
    return { ...report, number: report.number ?? shown?.number, seen: report.seen === true || shown?.seen === true }
  }),
  ...page.filter((report) => !kept.some((each) => each.id === report.id)),
]

/** Pictures of a report that are still in the line, as base64. */
export const picturesOf = (report: Pick<KeptReport, 'id'>, line: readonly Waiting[]): readonly string[] =>
  line.filter((each) => each.after === report.id && each.about.kind === 'picture').map((each) => String(each.body['data']))

/** What a person wrote in something that waits: a note, a step's remark, a report. */
export const wordsOf = ({ body }: Waiting): string => String(body['text'] ?? body['note'] ?? body['summary'] ?? '')

export type WaitingFile = { readonly kind: 'picture' | 'voice'; readonly data: string; readonly mediaType: string; readonly seconds: number }

/** The first letters, as base64, of what browsers record: Matroska's and Ogg's; the others record MP4. */
const recordings: readonly [begins: string, mediaType: string][] = [['GkXf', 'audio/webm'], ['T2dn', 'audio/ogg'], ['', 'audio/mp4']]

/** The picture or the voice note in something that waits; `data` is base64. */
export function fileOf({ path, body }: Pick<Waiting, 'path' | 'body'>): WaitingFile | undefined {
  const { data, seconds } = body
  if (typeof data !== 'string') return undefined
  if (!path.endsWith('/voices')) return { kind: 'picture', data, mediaType: 'image/jpeg', seconds: 0 }
  return { kind: 'voice', data, mediaType: recordings.find(([begins]) => data.startsWith(begins))![1], seconds: Number(seconds) }
}

/** After so long a phone's place says nothing of where its officer is. */
const fixAgeMaxMs = 10 * 60_000

/** The phone's place as good enough to report from; undefined: ask for words. */
export const fixFor = (fix: Fix | undefined, now: number): KeptReport['fix'] => {
  if (!fix || now - fix.at > fixAgeMaxMs) return undefined
  const { lon, lat, accuracyMeters, at } = fix
  return { lon, lat, accuracyMeters, at }
}

/** Reports that are listed: three days, as long as the server takes late ones; what is in the line always. */
export const listed = (reports: readonly KeptReport[], line: readonly Waiting[], now: number): readonly KeptReport[] =>
  reports
    .filter((report) => now - report.madeAt < 72 * 3_600_000 || line.some((each) => each.id === report.id))
    .toSorted((a, b) => b.madeAt - a.madeAt)
