/** Picking units out of thousands: what typing offers, whole agencies at once and units one by one, and what a pick makes of those chosen. Pure. */
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { callSignNames, indexOf, nameIndex } from './name-index.ts'

/** Units that are picked together: those of an agency and below, or in a state. */
export type Whole = { readonly key: string; readonly label: string; /** By which it is found. */ readonly names: readonly string[]; readonly units: readonly UnitView[] }

export type Choice = { readonly kind: 'whole'; readonly whole: Whole } | { readonly kind: 'unit'; readonly unit: UnitView }

/** As unlike as the beginning of its initials: `xs` finds 雄石派出所, and no agency that has these letters somewhere. */
const wholeWorst = 2

/** Agencies that have units, in the order of the list; units in the order in which they came. */
export function agencyWholes(units: readonly UnitView[], agencies: readonly AgencyView[], nameOf: (agency: AgencyView) => string): Whole[] {
  const under = new Map<string, UnitView[]>(agencies.map(({ path }) => [path, []]))
  const above = new Map<string, readonly UnitView[][]>() // by the agency of a unit: the lists that it goes into
  for (const unit of units) {
    let lists = above.get(unit.agency)
    if (!lists) {
      const labels = unit.agency.split('.')
      lists = labels.map((_, n) => under.get(labels.slice(0, n + 1).join('.'))).filter((list) => list !== undefined)
      above.set(unit.agency, lists)
    }
    for (const list of lists) list.push(unit)
  }
  return agencies.flatMap((agency) => {
    const own = under.get(agency.path)!
    return own.length === 0 ? [] : [{ key: agency.path, label: nameOf(agency), names: [agency.name, agency.nameEn ?? ''].filter(Boolean), units: own }]
  })
}

const unitsByName = indexOf<UnitView>(callSignNames)

/**
 * What is offered for what was typed: whole agencies and states first, then units by call sign, then the units of those agencies.
 * With nothing typed everything, in the order of the lists.
 */
export function choicesFor(typed: string, wholes: readonly Whole[], units: readonly UnitView[]): Choice[] {
  const wanted = typed.trim()
  const asWhole = (whole: Whole): Choice => ({ kind: 'whole', whole })
  const asUnit = (unit: UnitView): Choice => ({ kind: 'unit', unit })
  if (wanted === '') return [...wholes.map(asWhole), ...units.map(asUnit)]
  const found = nameIndex(wholes, ({ names }) => names).find(wanted, wholeWorst).many
  const named = unitsByName(units).find(wanted).many
  if (found.length === 0) return named.map(asUnit)
  const shown = new Set([...named, ...found.flatMap((whole) => whole.units)])
  return [...found.map(asWhole), ...Array.from(shown, asUnit)]
}

const unitsOf = (choice: Choice): readonly Pick<UnitView, 'id'>[] => (choice.kind === 'unit' ? [choice.unit] : choice.whole.units)

/** How many a pick would put in; 0: all of it are chosen already. */
export const restOf = (choice: Choice, chosen: ReadonlySet<string>): number => unitsOf(choice).reduce((count, { id }) => count + (chosen.has(id) ? 0 : 1), 0)

/**
 * The chosen after a pick: a unit or the rest of a whole is put in; what is in already goes.
 *
 * @returns undefined when it would be more than `most`
 */
export function picked(choice: Choice, chosen: ReadonlySet<string>, most: number): ReadonlySet<string> | undefined {
  const rest = restOf(choice, chosen)
  if (chosen.size + rest > most) return undefined
  const ids = unitsOf(choice).map(({ id }) => id)
  if (rest > 0) return new Set([...chosen, ...ids])
  const going = new Set(ids)
  return new Set([...chosen].filter((id) => !going.has(id)))
}
