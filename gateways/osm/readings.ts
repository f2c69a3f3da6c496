/**
 * How everybody reads a way's tags, worked out once for all ways that say the same.
 *
 * A town's ways say few different things about travel: Heidelberg's 25,000 about 3,100. Only tags that some reading asks for are
 * compared; `readings.test.ts` watches which those are.
 */
import { travelModes } from '#core/graph/graph-input.ts'
import { accessOf, whyNobody, type Access, type BothWays, type Leaves } from './access.ts'
import { toldBuiltUp } from './built-up.ts'
import type { DropReason } from './dropped.ts'
import { paceTags } from './pace.ts'
import type { Tags } from './pbf.ts'
import { permissionOf } from './permission.ts'
import { drivenModes, type Profile } from './profile.ts'

export type Reading = {
  /** Why it is nobody's. */
  readonly nobody: DropReason | undefined
  /** What it says that we do not follow. */
  readonly doubts: readonly DropReason[]
  /** Whether it says itself that it lies in a built-up place. */
  readonly builtUp: boolean | undefined
  /** By mode; in the country, and in a built-up place. Undefined where nobody may go. */
  readonly speeds: (builtUp: boolean) => readonly BothWays[] | undefined
}

const askedFor = new Set([
  'highway', 'railway', 'public_transport', 'man_made', 'route', 'area', 'construction', 'proposed', 'disused', 'abandoned', 'junction', 'service', 'motorroad', 'cycleway', 'conveying',
  'zone:traffic',
])
/** Asked for with what may stand behind a colon, too. */
const askedForWithTail = ['access', 'bicycle', 'foot', 'oneway', 'maxspeed', 'sidewalk', 'busway']

export function readingsOf(profile: Profile): { readonly of: (tags: Tags) => Reading; readonly isAskedFor: (key: string) => boolean } {
  const access = travelModes.map((mode) => accessOf(profile, mode))
  const heads = new Set([...askedForWithTail, ...drivenModes.flatMap((mode) => [...profile.modes[mode].keys, ...profile.modes[mode].openedBy])])
  const known = new Map<string, Asked>()
  const askedOf = (key: string): Asked => {
    let asked = known.get(key)
    if (asked === undefined) {
      asked = paceTags.has(key) ? 'pace' : askedFor.has(key) || heads.has(key.split(':', 1)[0]!) ? 'leave' : 'never'
      known.set(key, asked)
    }
    return asked
  }
  const root = branch()
  return {
    isAskedFor: (key) => askedOf(key) !== 'never',
    of(tags) {
      let at = root
      for (const key in tags) if (askedOf(key) === 'leave') at = onto(at, key, tags[key]!)
      const stem = at
      for (const key in tags) if (askedOf(key) === 'pace') at = onto(at, key, tags[key]!)
      return (at.reading ??= readingOf(tags, access, (stem.leaves ??= access.map(({ leaves }) => leaves(tags)))))
    },
  }
}
type Asked = 'leave' | 'pace' | 'never'

/** Ways are told apart tag by tag, as in a book's index: first by who may go there, then by how fast. No text is put together for any of them. */
type Branch = { readonly onward: Map<string, Map<string, Branch>>; leaves: readonly Leaves[] | undefined; reading: Reading | undefined }
const branch = (): Branch => ({ onward: new Map(), leaves: undefined, reading: undefined })

function onto({ onward }: Branch, key: string, value: string): Branch {
  let byValue = onward.get(key)
  if (!byValue) onward.set(key, (byValue = new Map()))
  let next = byValue.get(value)
  if (!next) byValue.set(value, (next = branch()))
  return next
}

function readingOf(tags: Tags, access: readonly Access[], leaves: readonly Leaves[]): Reading {
  type Known = { readonly speeds: readonly BothWays[] | undefined }
  const known: (Known | undefined)[] = [undefined, undefined]
  const workedOut = (builtUp: boolean): Known => {
    const speeds = access.map((each, mode) => each.speeds(tags, builtUp, leaves[mode]))
    return { speeds: speeds.some(([along, against]) => along > 0 || against > 0) ? speeds : undefined }
  }
  return {
    nobody: whyNobody(tags),
    doubts: doubtsOf(tags),
    builtUp: toldBuiltUp(tags),
    speeds: (builtUp) => (known[builtUp ? 1 : 0] ??= workedOut(builtUp)).speeds,
  }
}

const ofAccess = /^(access|vehicle|motor_vehicle|motorcar|motorcycle|bicycle|foot|oneway|psv|bus|emergency)\b/

/** What a tag says that we do not follow. */
function doubtsOf(tags: Tags): DropReason[] {
  const doubts = new Set<DropReason>()
  for (const key in tags) {
    if (key.endsWith(':conditional')) {
      if (key.startsWith('maxspeed')) doubts.add('conditional-speed')
      else if (ofAccess.test(key)) doubts.add('conditional-access')
    } else if ((key === 'access' || key === 'vehicle' || key === 'motor_vehicle' || key === 'motorcar') && permissionOf(tags[key], []) === undefined) doubts.add('unknown-access')
  }
  if (tags.oneway === 'reversible' || tags.oneway === 'alternating') doubts.add('reversible-road')
  return [...doubts]
}
