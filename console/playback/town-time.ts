/** What a `datetime-local` field holds, in the town’s own time zone: who looks from elsewhere means the town’s clock too. Pure. */

/** `2026-11-22T16:05:00` at the town. */
export const fieldText = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at).replace(' ', 'T')

/** The instant that such a text names; undefined when it names none. In an hour that comes twice, the first. */
export function instantOf(text: string, timeZone: string): number | undefined {
  const asUtc = Date.parse(`${text}${/T\d\d:\d\d$/.test(text) ? ':00' : ''}Z`)
  if (Number.isNaN(asUtc)) return undefined
  const offsetAt = (at: number) => Date.parse(`${fieldText(at, timeZone)}Z`) - at
  // The offset of a day before and of a day after: one of them holds, but in the hour that is left out in spring.
  const found = [asUtc - offsetAt(asUtc - 86_400_000), asUtc - offsetAt(asUtc + 86_400_000)].filter((at) => at + offsetAt(at) === asUtc)
  return found.length > 0 ? Math.min(...found) : asUtc - offsetAt(asUtc)
}
