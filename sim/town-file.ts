/**
 * A demo town as one declarative file, `demo/<name>/town.json`: who works there, with what, and what people call about.
 *
 * The server seeds its organisation from it (agencies, members, units, accounts); the simulator takes its crews, places
 * and calls from it. Nothing in it is an id of the database: agencies are named by path, members by staff number,
 * units by call sign, accounts by name — so seeding twice finds what is there.
 */
import { readFileSync } from 'node:fs'
import { Type, type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { Id, Latitude, Longitude, Path } from '#kernel/contract.ts'
import { AgencyKind, GrantView, RoleName } from '#modules/organisation/contract.ts'
import { Priority, outcomes } from '#modules/dispatch/contract.ts'
import { Capability, UnitKind } from '#modules/units/contract.ts'

const strict = { additionalProperties: false }
const Text = Type.String({ minLength: 1, maxLength: 200 })
const Range = (description: string) => Type.Array(Type.Number({ minimum: 0 }), { minItems: 2, maxItems: 2, description })
const Notice = Type.String({ minLength: 1, maxLength: 600 })
const Both = Type.Object({ zh: Text, en: Text }, strict)

export const TownAgency = Type.Object(
  {
    path: Path,
    name: Text,
    nameEn: Text,
    kind: AgencyKind,
    lon: Type.Optional(Longitude),
    lat: Type.Optional(Latitude),
  },
  strict,
)

export const TownMember = Type.Object(
  { staffNumber: Type.String({ minLength: 1, maxLength: 32 }), name: Text, agency: Path },
  strict,
)

export const TownUnit = Type.Object(
  {
    callSign: Type.String({ minLength: 1, maxLength: 16 }),
    kind: UnitKind,
    agency: Path,
    capabilities: Type.Array(Capability, { maxItems: 16 }),
    crew: Type.Array(Type.String(), { maxItems: 12, description: 'staff numbers' }),
    /** Where it stands when the town wakes. */
    lon: Longitude,
    lat: Latitude,
    driver: Type.Union([Type.Literal('crew'), Type.Literal('guest'), Type.Literal('nobody')], {
      description: `crew: the simulator drives and answers; guest: the simulator drives, a person at the officer page presses the buttons
        (and is given a minute to); nobody: off duty in the yard`,
    }),
    beat: Type.Optional(Type.String({ description: 'a district of `districts` within which it patrols; else near where it stands' })),
  },
  strict,
)

export const TownAccount = Type.Object(
  {
    name: Type.String({ minLength: 2, maxLength: 64 }),
    displayName: Text,
    agency: Path,
    grants: Type.Array(GrantView, { minItems: 1 }),
    member: Type.Optional(Type.String({ description: 'staff number' })),
    /** `person` accounts are printed for whoever tries the demo; `simulator` accounts are handed to the simulator only. */
    for: Type.Union([Type.Literal('person'), Type.Literal('simulator')]),
    /** The role under which a person account is printed. */
    role: RoleName,
    /** Only of `person` accounts: known to everybody, so the demo listens on loopback only. */
    password: Type.Optional(Type.String({ minLength: 12 })),
  },
  strict,
)

export const TownPlace = Type.Object(
  {
    name: Text,
    nameEn: Text,
    lon: Longitude,
    lat: Latitude,
    /** What kind of place, for call templates: "school", "road", "market". */
    tags: Type.Array(Type.String(), { minItems: 1 }),
    weight: Type.Number({ exclusiveMinimum: 0 }),
    /** A caller names it ("at the school gate"); else the server says the place itself. */
    spoken: Type.Boolean(),
  },
  strict,
)

export const CallTemplate = Type.Object(
  {
    id: Id,
    category: Id,
    priority: Priority,
    weight: Type.Number({ exclusiveMinimum: 0 }),
    at: Type.Array(Type.String(), { minItems: 1, description: 'tags of places' }),
    zh: Text,
    en: Text,
    units: Type.Integer({ minimum: 1, maximum: 3 }),
    onSceneSeconds: Range('at speed 1'),
    /** What the officers say when they have seen it, and how it ended. */
    found: Type.Array(Both, { minItems: 1 }),
    outcome: Type.Union(outcomes.map((outcome) => Type.Literal(outcome))),
  },
  strict,
)

const TemplateCalls = Type.Object(
  {
    source: Type.Literal('templates'),
    secondsBetween: Range('between two calls, at speed 1'),
    /** No new call while so many wait for a unit. */
    waitingMax: Type.Integer({ minimum: 1 }),
    templates: Type.Array(CallTemplate, { minItems: 1 }),
  },
  strict,
)

const ReplayCalls = Type.Object(
  {
    source: Type.Literal('replay'),
    file: Type.String({ description: 'CSV, gzip, beside town.json' }),
    rows: Type.Integer({ description: 'rows in the file, header not counted' }),
    /** The town's time at which the replay starts: only its date is real. */
    from: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:00$' }),
    to: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'the last day in the file' }),
    waitingMax: Type.Integer({ minimum: 1 }),
    /** Calls whose hours are drawn: weight of each hour of the day. */
    hours: Type.Array(Type.Number({ minimum: 0 }), { minItems: 24, maxItems: 24 }),
    /** First match wins: `type` is a prefix of final_case_type ("" matches all). */
    kinds: Type.Array(
      Type.Object(
        { group: Type.String(), type: Type.String(), category: Id, priority: Priority, units: Type.Integer({ minimum: 1, maximum: 3 }) },
        strict,
      ),
      { minItems: 1 },
    ),
    onSceneSeconds: Range('at speed 1'),
    found: Type.Array(Both, { minItems: 1 }),
  },
  strict,
)

export const TownFile = Type.Object(
  {
    demo: Type.Union([Type.Literal('guixi'), Type.Literal('portland')]),
    name: Text,
    nameEn: Text,
    language: Type.Union([Type.Literal('zh'), Type.Literal('en')], { description: 'what callers and crews speak' }),
    timeZone: Text,
    map: Type.String({ description: 'OpenStreetMap extract, beside town.json' }),
    /** west, south, east, north: where the map has streets. */
    bounds: Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
    districts: Type.Optional(Type.String({ description: 'GeoJSON of patrol districts, beside town.json' })),
    /** What must be said on screen about what is real and what is invented. */
    notice: Type.Object({ zh: Notice, en: Notice }, strict),
    licences: Type.Array(Text, { minItems: 1 }),
    /** Suggested `--speed` where nobody asked for one. */
    speed: Type.Number({ exclusiveMinimum: 0 }),
    agencies: Type.Array(TownAgency, { minItems: 1 }),
    members: Type.Array(TownMember),
    units: Type.Array(TownUnit, { minItems: 1 }),
    accounts: Type.Array(TownAccount, { minItems: 1 }),
    places: Type.Array(TownPlace),
    calls: Type.Union([TemplateCalls, ReplayCalls]),
  },
  strict,
)

export type TownFile = Static<typeof TownFile>
export type TownUnit = Static<typeof TownUnit>
export type TownPlace = Static<typeof TownPlace>
export type TownAccount = Static<typeof TownAccount>
export type CallTemplate = Static<typeof CallTemplate>
export type TemplateCalls = Static<typeof TemplateCalls>
export type ReplayCalls = Static<typeof ReplayCalls>

/** Read and check a town file. Throws an Error naming every place that is wrong. */
export function readTownFile(path: string): TownFile {
  return parseTown(JSON.parse(readFileSync(path, 'utf8')), path)
}

/**
 * Hold JSON to the shape and to itself: every name that is used is declared, once.
 *
 * @param source  named in the error, usually the file's path
 * @throws Error with one line per complaint: where, what was found, what was expected
 */
export function parseTown(json: unknown, source = 'town.json'): TownFile {
  const shape = misshapen(TownFile, json)
  if (shape.length > 0) throw new Error(`${source}:\n${shape.join('\n')}`)
  const town = json as TownFile // just checked
  const complaints = inconsistent(town)
  if (complaints.length > 0) throw new Error(`${source}:\n${complaints.join('\n')}`)
  return town
}

function misshapen(schema: TSchema, json: unknown): string[] {
  if (Value.Check(schema, json)) return []
  // a union's branches all complain at once; the calls are told apart by `source`, so check the branch that was meant
  const source = (json as { calls?: { source?: unknown } } | null)?.calls?.source
  const branch = source === 'templates' ? TemplateCalls : source === 'replay' ? ReplayCalls : undefined
  const errors = [...Value.Errors(schema, json)].filter((error) => !branch || !error.instancePath.startsWith('/calls'))
  for (const error of branch ? Value.Errors(branch, (json as { calls: unknown }).calls) : []) {
    errors.push({ ...error, instancePath: `/calls${error.instancePath}` })
  }
  return errors.map((error) => `  ${error.instancePath || '/'}: ${error.message}`)
}

/** What a schema cannot say. */
function inconsistent(town: TownFile): string[] {
  const complaints: string[] = []
  const say = (where: string, found: string, expected: string) => complaints.push(`  ${where}: found ${found}, expected ${expected}`)
  const unique = (where: string, names: readonly string[]) => {
    for (const name of names.filter((name, index) => names.indexOf(name) !== index)) say(where, `"${name}" twice`, 'each once')
  }
  unique('agencies', town.agencies.map((agency) => agency.path))
  unique('members', town.members.map((member) => member.staffNumber))
  unique('units', town.units.map((unit) => unit.callSign))
  unique('accounts', town.accounts.map((account) => account.name))
  unique('crews', town.units.flatMap((unit) => unit.crew)) // a member is crew of one unit

  const paths = new Set(town.agencies.map((agency) => agency.path))
  const known = (where: string, path: string) => {
    if (!paths.has(path)) say(where, `agency "${path}"`, `one of ${[...paths].join(', ')}`)
  }
  for (const [index, agency] of town.agencies.entries()) {
    const parent = agency.path.split('.').slice(0, -1).join('.')
    if (parent === '' ? index > 0 : !town.agencies.slice(0, index).some((other) => other.path === parent)) {
      say(`agency ${agency.path}`, 'no parent above it in the file', 'the root first, then each below its parent')
    }
    if (agency.kind === 'station' && (agency.lon === undefined || agency.lat === undefined)) {
      say(`agency ${agency.path}`, 'no lon, lat', 'a place for a station')
    }
  }
  const [west, south, east, north] = town.bounds
  const onMap = (where: string, lon: number, lat: number) => {
    if (!(lon >= west && lon <= east && lat >= south && lat <= north)) say(where, `${lon}, ${lat}`, `a place within ${town.bounds.join(', ')}`)
  }
  const staff = new Map(town.members.map((member) => [member.staffNumber, member]))
  for (const member of town.members) known(`member ${member.staffNumber}`, member.agency)
  for (const unit of town.units) {
    known(`unit ${unit.callSign}`, unit.agency)
    onMap(`unit ${unit.callSign}`, unit.lon, unit.lat)
    for (const number of unit.crew) if (!staff.has(number)) say(`unit ${unit.callSign}`, `crew "${number}"`, 'a member’s staff number')
    if (unit.crew.length === 0 && unit.driver !== 'nobody') say(`unit ${unit.callSign}`, 'no crew', 'somebody to drive')
    if (unit.beat && !town.districts) say(`unit ${unit.callSign}`, `beat "${unit.beat}"`, 'no beat without districts')
  }
  for (const account of town.accounts) {
    known(`account ${account.name}`, account.agency)
    for (const grant of account.grants) known(`account ${account.name}`, grant.agency)
    if (account.member && !staff.has(account.member)) say(`account ${account.name}`, `member "${account.member}"`, 'a member’s staff number')
    if (!account.grants.some((grant) => grant.role === account.role)) say(`account ${account.name}`, `role ${account.role}`, 'one of its grants')
    if (account.for === 'simulator' && account.password) say(`account ${account.name}`, 'a password', 'none: it is made at each start')
  }
  for (const role of ['dispatcher', 'integrator'] as const) {
    if (!town.accounts.some((account) => account.for === 'simulator' && account.role === role)) say('accounts', 'none', `a ${role} for the simulator`)
  }
  for (const place of town.places) onMap(`place ${place.name}`, place.lon, place.lat)
  if (town.calls.source === 'templates') {
    unique('templates', town.calls.templates.map((template) => template.id))
    const tags = new Set(town.places.flatMap((place) => place.tags))
    for (const template of town.calls.templates) {
      for (const tag of template.at) if (!tags.has(tag)) say(`template ${template.id}`, `at "${tag}"`, `a tag of a place: ${[...tags].join(', ')}`)
    }
  }
  return complaints
}

/** Accounts to print for people, and accounts whose passwords go to the simulator. */
export const accountsFor = (town: TownFile, who: 'person' | 'simulator'): TownAccount[] => town.accounts.filter((account) => account.for === who)

/** The account name under which the crew of a unit answers. */
export const officerOf = (town: TownFile, unit: TownUnit): TownAccount | undefined =>
  town.accounts.find((account) => account.role === 'officer' && account.member !== undefined && unit.crew.includes(account.member))
