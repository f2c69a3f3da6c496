/** What the form of a device shows, and what of it somebody changed: of two people at one device each sends what is his. */
import type { DeviceView } from '#modules/units/contract.ts'

type Settings = DeviceView['settings']
export const sparable = ['time', 'coordinates', 'outlier', 'fences', 'visits'] as const
export type SettingsValues = Omit<Settings, 'leftOut' | 'vehiclePlate'> & { readonly label: string; readonly vehiclePlate: string; readonly through: Readonly<Record<(typeof sparable)[number], boolean>> }

const plain = ['crs', 'zoneMinutes', 'version', 'requiresToken', 'keepsFences', 'asksCrew'] as const satisfies (keyof Settings & keyof SettingsValues)[]

export const valuesOf = ({ label, settings: { leftOut, vehiclePlate, ...rest } }: Pick<DeviceView, 'label' | 'settings'>): SettingsValues => ({
  ...rest,
  label,
  vehiclePlate: vehiclePlate ?? '',
  // every step is named
  through: Object.fromEntries(sparable.map((step) => [step, !leftOut.includes(step)])) as SettingsValues['through'],
})

/**
 * What to send: the fields that are not as the form opened with them.
 *
 * @param present  the steps left out now: they are one setting, of which somebody else may have changed another
 */
export function changesOf(opened: SettingsValues, values: SettingsValues, present: Settings['leftOut']): { label?: string; settings?: Partial<Settings> } {
  const settings: { -readonly [key in keyof Settings]?: Settings[key] } = Object.fromEntries(plain.filter((key) => (values[key] ?? null) !== opened[key]).map((key) => [key, values[key] ?? null]))
  const [plate, plateOpened] = [values.vehiclePlate.trim(), opened.vehiclePlate.trim()]
  if (plate !== plateOpened) settings.vehiclePlate = plate || null
  const turned = new Set(sparable.filter((step) => values.through[step] !== opened.through[step]))
  if (turned.size > 0) settings.leftOut = sparable.filter((step) => (turned.has(step) ? !values.through[step] : present.includes(step)))
  const label = values.label.trim()
  return { ...(label !== opened.label && { label }), ...(Object.keys(settings).length > 0 && { settings }) }
}

/** The form follows what others change, in the fields that nobody touched here. @returns what it is to show, and what it counts as opened with from now on */
export function followed(opened: SettingsValues, shown: SettingsValues, present: SettingsValues): { readonly shown: SettingsValues; readonly opened: SettingsValues } {
  const isOwn = (was: unknown, is: unknown, now: unknown) => (is ?? null) !== was && (is ?? null) !== now
  const own = (['label', 'vehiclePlate', ...plain] as const).filter((key) => isOwn(opened[key], shown[key], present[key]))
  const steps = sparable.filter((step) => isOwn(opened.through[step], shown.through[step], present.through[step]))
  const keep = (of: SettingsValues): SettingsValues => ({
    ...present,
    ...Object.fromEntries(own.map((key) => [key, of[key]])),
    through: { ...present.through, ...Object.fromEntries(steps.map((step) => [step, of.through[step]])) },
  })
  return { shown: keep(shown), opened: keep(opened) }
}
