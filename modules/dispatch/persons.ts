/** Who reported, and at what number: for those who answer the report, not for those who study it. Pure. */
import type { IncidentView } from './contract.ts'

export const withoutPersons = (view: IncidentView): IncidentView => ({ ...view, reporter: null, phone: null })

/** An event's data without them. The journal keeps them; this reader does not see them. */
export function dataWithoutPersons(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const hidden = Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'reporter' && key !== 'phone'))
  for (const key of ['changes', 'was']) {
    const part = hidden[key]
    if (part !== null && typeof part === 'object') hidden[key] = dataWithoutPersons(part as Record<string, unknown>)
  }
  return hidden
}
