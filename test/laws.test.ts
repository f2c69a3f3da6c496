/**
 * Law 7: there is no biometric, phone identifier, person watch list, or number plate other than the agency's own vehicles'
 * anywhere in the schema; nor the place of anything that moves but a unit on duty.
 *
 * Every column of the migrated database, every field of every contract, route and event is looked at, by name and type.
 * What only sounds forbidden is named below with its reason. Whatever is new and sounds so fails until somebody decides.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Type } from 'typebox'
import { decodeJson, decodeQuery } from '#gateways/osmand/codec.ts'
import { translate } from '#gateways/osmand/translate.ts'
import type { Sql } from '#platform/db/sql.ts'
import { testDatabase } from './database.ts'

const root = join(import.meta.dirname, '..')

// ——— what may not be ———

const words = (text: string) => new Set(text.split(/\s+/))

/** Single words of a name: `face_id`, `faceId` and `FaceID` are all "face" and "id". */
const forbidden: Readonly<Record<string, ReadonlySet<string>>> = {
  biometric: words(
    `biometric biometrics face faces facial fingerprint fingerprints iris retina voiceprint gait dna palm palmprint vein likeness portrait
     mugshot headshot embedding embeddings faceprint selfie`,
  ),
  'number plate': words('plate plates licenseplate licenceplate platenumber numberplate anpr alpr vin chassis'),
  'phone or Wi-Fi identifier': words(
    `imei imsi iccid msisdn meid esn tmsi sim mac bssid ssid essid wifi wlan bluetooth ble beacon cellid lac msc idfa gaid adid aaid androidid
     serial serialnumber handset hotspot wigle ip ipv4 ipv6 address phone phones telephone mobile`,
  ),
  'list of persons': words(
    `watchlist watchlists watched blacklist blocklist hotlist suspect suspects wanted offender offenders fugitive subject persona person persons people
     citizen citizens passport idcard identitycard nationalid ethnicity ethnic race religion nationality gender sex birthday birthdate dob criminal
     convict convicted petitioner petitioners drug score risk reputation alias aliases`,
  ),
  place: words(
    'lon lat lng longitude latitude location locations position positions geom geometry geography point points coordinate coordinates trajectory track tracks place',
  ),
}
/** Neighbours in a name that are innocent one by one. */
const forbiddenPairs: Readonly<Record<string, readonly string[]>> = {
  'phone or Wi-Fi identifier': ['wi fi', 'cell id', 'cell tower', 'android id', 'advertising id', 'hardware id'],
  'list of persons': ['watch list', 'black list', 'id card', 'id number', 'national id', 'birth date'],
  'number plate': ['license number', 'licence number', 'vehicle number', 'registration number', 'car number'],
}

/** Types that hold what a name need not say. */
const forbiddenTypes: Readonly<Record<string, string>> = {
  inet: 'phone or Wi-Fi identifier', cidr: 'phone or Wi-Fi identifier', macaddr: 'phone or Wi-Fi identifier', macaddr8: 'phone or Wi-Fi identifier',
  bytea: 'biometric', vector: 'biometric', halfvec: 'biometric', cube: 'biometric', _float4: 'biometric', _float8: 'biometric', oid: 'biometric',
  point: 'place', line: 'place', lseg: 'place', box: 'place', path: 'place', polygon: 'place', circle: 'place', geometry: 'place', geography: 'place',
  json: 'anything', jsonb: 'anything', xml: 'anything', hstore: 'anything',
}

function breachesOf(name: string): string[] {
  const parts = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
  const spelled = ` ${parts.join(' ')} `
  return Object.entries(forbidden)
    .filter(([what, list]) => parts.some((part) => list.has(part)) || forbiddenPairs[what]?.some((pair) => spelled.includes(` ${pair} `)))
    .map(([what]) => what)
}

// ——— what only sounds so, and why it may be ———

/** `schema.table.column`. A table's name covers all its columns where it is the name that sounds so. */
const allowedColumns: Readonly<Record<string, string>> = {
  'journal.head.position': 'a place in the order of entries',
  'journal.durable.position': 'a place in the order of entries',
  'journal.follower.position': 'how far a job has followed it',
  'journal.entry.position': 'a place in the order of entries',
  'journal.command.position': 'a place in the order of entries',
  'journal.entry.data': 'an event as its contract has it; the events are looked at below',
  'journal.command.answer': 'what a command was answered, as its contract has it',
  'journal.command.fingerprint': 'of a request, so that one id never stands for two',
  'organisation.agency.lon': 'where a station stands',
  'organisation.agency.lat': 'where a station stands',
  'organisation.session.address': 'the network address from which a member of staff signed in, for the account’s own safety',
  'organisation.session.token_digest': 'SHA-256 of a session’s secret',
  'organisation.sign_in_failure.name_digest': 'SHA-256 of what was typed as a name',
  'units.device_key.hash': 'SHA-256 of the secret that we gave to a unit’s own device',
  'units.device.vehicle_plate': 'of the agency’s own vehicle, as an administrator typed it; what a terminal says is compared with it and not kept',
  'units.downlink.command': 'what a terminal is to be told, as its contract has it',
  'dispatch.category.needs': 'names of capabilities',
  'dispatch.category.questions': 'what to ask a caller',
  'dispatch.incident.lon': 'where something was reported',
  'dispatch.incident.lat': 'where something was reported',
  'dispatch.incident.place': 'the same in words',
  'dispatch.incident.place_en': 'the same in words',
  'dispatch.incident.answers': 'what a caller answered to the questions of the category',
  'dispatch.incident.phone': 'the number that a caller gave to be called back; shown to those who answer only',
  'patrol.fence.geometry': 'where a fence was drawn; of a unit only that it crossed it',
  'patrol.fence.applies_to': 'all units, kinds, or ids of units',
  'patrol.fence.tells': 'entering, leaving, a stay in seconds, a limit of speed',
  'patrol.fence.hours': 'days of the week and two times of day',
  'roads.closure.geometry': 'where a road is closed',
  'messages.broadcast.lon': 'where help is needed',
  'messages.broadcast.lat': 'where help is needed',
  'messages.broadcast.area': 'where help is needed, as a desk drew it; of a unit only that it was inside when it was called',
  'messages.broadcast.place': 'the same in words',
  'messages.broadcast.place_en': 'the same in words',
  'roads.off_map.square_x': 'a square of 50 m in which drives under orders left the known roads; no unit, no time finer than a month',
  'roads.off_map.square_y': 'the same',
}
/** The one table of places that move: of a unit, taken only while it is on duty (law 5). */
const positionTable = /^units\.position(_\w+)?\.(\w+)$/
const positionColumns = words('unit device fix_at taken_at lon lat speed_kmh course_deg altitude_meters accuracy_meters flagged')

/** `Contract.field`, or `path field` of a route: fields that hold a place or only sound forbidden. */
const allowedFields: Readonly<Record<string, string>> = {
  'AgencyView lon lat': 'where a station stands',
  'NewAgency lon lat': 'where a station stands',
  'ChangeAgency lon lat': 'where a station stands',
  'IncidentView lon lat place placeEn phone': 'where something was reported, and the number to call back',
  'NewReport lon lat place': 'where an officer says that something is',
  'NewIncident lon lat place phone': 'where something was reported, and the number to call back',
  'ChangeIncident lon lat place phone': 'where something was reported, and the number to call back',
  'NearIncident place placeEn': 'where something was reported, in words',
  'ResourceView lon lat': 'where a station stands',
  'PlaceView lon lat': 'a name on the map',
  'RouteView geometry lon lat': 'a way by road, computed and not kept',
  'RouteStep lon lat': 'a corner of a way by road, computed and not kept',
  'MatrixPoint lon lat': 'a question about a place; nothing of it is kept',
  'NewMatrix lon lat': 'a question about places; nothing of it is kept',
  'IsochroneView geometry coordinates': 'an area reached by road, computed and not kept',
  'DrawnShape coordinates': 'where a road is closed',
  'NewClosure geometry coordinates': 'where a road is closed',
  'ClosureView geometry coordinates': 'where a road is closed',
  'FenceOutline coordinates': 'where a fence was drawn',
  'NewFence geometry coordinates': 'where a fence was drawn',
  'ChangeFence geometry coordinates': 'where a fence was drawn',
  'FenceView geometry coordinates': 'where a fence was drawn',
  'ImportFences geometry': 'where fences were drawn',
  'DoubtsView lon lat': 'squares of 50 m in which many drives left the known roads; no unit, no time',
  'OffMapView lon lat': 'the same',
  'BroadcastReach lon lat': 'where help is needed',
  'NewBroadcast lon lat': 'where help is needed',
  'BroadcastView lon lat place placeEn': 'where help is needed',
  'OwnBroadcastView lon lat place placeEn': 'where help is needed',
  'UnitView lon lat': 'a unit on duty',
  'NewPosition lon lat': 'a unit on duty',
  'NewPositions positions lon lat': 'units on duty',
  'TrackPoint lon lat': 'a unit on duty; looking needs a reason and is in the journal',
  'TrackView lon lat': 'the same',
  'DeviceSettings vehiclePlate': 'of the agency’s own vehicle',
  'DeviceView vehiclePlate': 'of the agency’s own vehicle',
  'NewDevice vehiclePlate': 'of the agency’s own vehicle',
  'ChangeDevice vehiclePlate': 'of the agency’s own vehicle',
  'PairedDevice vehiclePlate': 'of the agency’s own vehicle',
  'PlaybackTrack lon lat': 'units on duty; looking needs a reason and is in the journal',
  'PlaybackPositions tracks lon lat': 'the same',
  'PlaybackIncidents lon lat place placeEn phone': 'where something was reported, and the number to call back',
  'PlaybackEntry position': 'a place in the order of entries',
  'PlaybackEvents position': 'a place in the order of entries',
  'LogLine position': 'a place in the order of entries',
  'HelloMessage position': 'a place in the order of entries',
  'ChangesMessage position': 'a place in the order of entries',
  'ResetMessage position': 'a place in the order of entries',
  'ServerMessage position': 'a place in the order of entries',
}
const allowedInRoutes: Readonly<Record<string, string>> = {
  'querystring lon lat fromLon fromLat toLon toLat': 'a question about a place; nothing of it is kept',
}
/** Fields of events, by the event. */
const allowedInEvents: Readonly<Record<string, string>> = {
  'agency-created lon lat': 'where a station stands',
  'agency-changed lon lat': 'where a station stands',
  'incident-opened lon lat place placeEn phone': 'where something was reported, and the number to call back',
  'help-called-again lon lat place placeEn': 'where somebody pressed the button for help again: whoever does asks to be found',
  'road-closed geometry': 'where a road is closed',
  'broadcast-sent lon lat place placeEn': 'where help is needed',
  'account-locked address': 'whence somebody guessed passwords',
  'signed-in address': 'whence a member of staff signed in',
}
const allows = (list: Readonly<Record<string, string>>, owner: string, field: string) =>
  Object.keys(list).some((line) => line.split(' ')[0] === owner && line.split(' ').slice(1).includes(field))

// ——— the database ———

type Column = { readonly schema: string; readonly table: string; readonly column: string; readonly type: string }

const columnsOf = (sql: Sql) =>
  sql.query<Column>(
    `select table_schema as schema, table_name as table, column_name as column, udt_name as type from information_schema.columns
      where table_schema not in ('pg_catalog', 'information_schema') and table_schema not like 'pg_toast%' order by 1, 2, ordinal_position`,
  )

function unlawful(columns: readonly Column[]): string[] {
  return columns.flatMap(({ schema, table, column, type }) => {
    const name = `${schema}.${table}.${column}`
    const position = positionTable.exec(name)
    if (position) return positionColumns.has(position[2]!) ? [] : [`${name}: not a word of a unit’s position`]
    if (name in allowedColumns) return []
    const ofType = forbiddenTypes[type]
    return [...new Set([...breachesOf(column), ...breachesOf(table), ...(ofType ? [ofType] : [])])].map((what) => `${name} (${type}): could hold a ${what}`)
  })
}

let made: Awaited<ReturnType<typeof testDatabase>>
before(async () => void (made = await testDatabase({ connections: 1 })))
after(() => made?.drop())

test('law 7: no column of the database could hold what may not be known', async () => {
  const columns = await columnsOf(made.database)
  for (const schema of ['journal', 'organisation', 'units', 'dispatch']) {
    assert.ok(columns.filter((column) => column.schema === schema).length > 5, `the columns of ${schema} are looked at`)
  }
  assert.deepEqual(unlawful(columns), [])
})

test('law 7: the list of what may be names nothing that is not there', async () => {
  const names = new Set((await columnsOf(made.database)).map(({ schema, table, column }) => `${schema}.${table}.${column}`))
  assert.deepEqual(Object.keys(allowedColumns).filter((name) => !names.has(name)), [])
})

const attempts: [what: string, definition: string][] = [
  ['biometric', 'face_id text'],
  ['biometric', 'faceTemplate text'],
  ['biometric', 'voiceprint text'],
  ['biometric', 'features bytea'],
  ['biometric', 'numbers real[]'],
  ['number plate', 'plate text'],
  ['number plate', 'vehicle_number text'],
  ['phone or Wi-Fi identifier', 'imei text'],
  ['phone or Wi-Fi identifier', 'last_imsi bigint'],
  ['phone or Wi-Fi identifier', 'seen_by macaddr'],
  ['phone or Wi-Fi identifier', 'wi_fi_name text'],
  ['phone or Wi-Fi identifier', 'ssid text'],
  ['list of persons', 'suspect text'],
  ['list of persons', 'watch_list boolean'],
  ['list of persons', 'id_card text'],
  ['list of persons', 'risk_score real'],
  ['place', 'lon double precision'],
  ['place', 'last_location text'],
  ['place', 'seen_at_point point'],
  ['anything', 'more jsonb'],
]

test('law 7: adding such a column to any table, a new one or an old one, is caught', async () => {
  const { database } = made
  for (const [what, definition] of attempts) {
    for (const [table, statement] of [
      ['pg_temp.law_seven', `create temp table law_seven (id text, "${definition.split(' ')[0]}" ${definition.split(' ').slice(1).join(' ')}) on commit drop`],
      ['organisation.member', `alter table organisation.member add column "${definition.split(' ')[0]}" ${definition.split(' ').slice(1).join(' ')}`],
      ['units.position', `alter table units.position add column "${definition.split(' ')[0]}_too" ${definition.split(' ').slice(1).join(' ')}`],
    ] as const) {
      const open = await database.begin()
      try {
        await open.sql.query(statement)
        const caught = unlawful(await columnsOf(open.sql))
        assert.equal(caught.length, 1, `${definition} in ${table}: ${caught.join('; ')}`)
        assert.match(caught[0]!, table === 'units.position' ? /not a word of a unit’s position/ : new RegExp(`could hold a ${what}`), definition)
      } finally {
        await open.rollback()
      }
    }
  }
  const open = await database.begin()
  try {
    await open.sql.query('create table dispatch.watchlist (name text)')
    assert.deepEqual(unlawful(await columnsOf(open.sql)), ['dispatch.watchlist.name (text): could hold a list of persons'])
  } finally {
    await open.rollback()
  }
})

// ——— the contracts ———

type Schema = { readonly [key: string]: unknown }
const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && ['type', 'anyOf', 'allOf', 'oneOf', 'properties', 'items', 'enum', 'const'].some((key) => key in value)

/** The names of all fields in a schema, however deep. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap(fieldsOf)
  const { properties, ...rest } = schema as Schema
  const own = typeof properties === 'object' && properties !== null ? Object.entries(properties).flatMap(([name, inner]) => [name, ...fieldsOf(inner)]) : []
  return [...own, ...['items', 'anyOf', 'allOf', 'oneOf', 'additionalProperties', 'patternProperties', 'prefixItems', 'not'].flatMap((key) => inside(rest[key]))]
}
const inside = (value: unknown): string[] =>
  isSchema(value) || Array.isArray(value) ? fieldsOf(value) : typeof value === 'object' && value !== null ? Object.values(value).flatMap(fieldsOf) : []

const unlawfulFields = (owner: string, schema: unknown, isAllowed: (field: string) => boolean) =>
  [...new Set(fieldsOf(schema))].filter((field) => !isAllowed(field)).flatMap((field) => breachesOf(field).map((what) => `${owner}.${field}: could hold a ${what}`))

const importAll = (pattern: string) =>
  Promise.all(globSync(pattern, { cwd: root }).sort().map(async (path) => ({ path, exports: (await import(join(root, path))) as Record<string, unknown> })))

test('law 7: no field of a contract could hold what may not be known', async () => {
  const contracts = await importAll('{modules/*,platform/live,kernel}/contract.ts')
  assert.ok(contracts.length >= 6, 'the contracts are found')
  let seen = 0
  const unneeded = new Set(Object.keys(allowedFields).flatMap((line) => line.split(' ').slice(1).map((field) => `${line.split(' ')[0]} ${field}`)))
  const complaints = contracts.flatMap(({ path, exports }) =>
    Object.entries(exports).flatMap(([name, schema]) => {
      if (!isSchema(schema)) return []
      seen++
      for (const field of fieldsOf(schema)) unneeded.delete(`${name} ${field}`)
      return unlawfulFields(`${path} ${name}`, schema, (field) => allows(allowedFields, name, field))
    }),
  )
  assert.ok(seen > 60, `${seen} schemas`)
  assert.deepEqual(complaints, [])
  assert.deepEqual([...unneeded], [], 'the list of what may be names nothing that is not there')
})

test('law 7: no field of a request or an answer could hold what may not be known', async () => {
  const files = await importAll('{modules,platform}/**/*routes.ts')
  const fieldsAllowed = new Set(Object.keys(allowedFields).flatMap((line) => line.split(' ').slice(1)))
  let seen = 0
  const complaints = files.flatMap(({ exports }) =>
    Object.values(exports)
      .filter(Array.isArray)
      .flat()
      .flatMap(({ method, path, schema, replies }: { method: string; path: string; schema: Record<string, unknown>; replies: Record<string, unknown> }) => {
        seen++
        return [
          // made of contracts, whose own fields are looked at above
          ...[schema['params'], schema['body'], ...Object.values(replies)].flatMap((each) => unlawfulFields(`${method} ${path}`, each, (field) => fieldsAllowed.has(field))),
          ...unlawfulFields(`${method} ${path}?`, schema['querystring'], (field) => allows(allowedInRoutes, 'querystring', field)),
        ]
      }),
  )
  assert.ok(seen > 60, `${seen} routes`)
  assert.deepEqual(complaints, [])
})

/** Events are types, gone when the program runs: their fields are read where they are written. */
function eventFields(source: string): { event: string; field: string }[] {
  const starts = [...source.matchAll(/readonly type: '([a-z-]+)'/g)]
  return starts.flatMap((start, index) => {
    const end = Math.min(starts[index + 1]?.index ?? Infinity, source.indexOf('\nexport', start.index) >>> 0)
    return [...source.slice(start.index, end).matchAll(/readonly (\w+)\??:/g)].map(([, field]) => ({ event: start[1]!, field: field! }))
  })
}
const unlawfulEvents = (source: string) =>
  eventFields(source)
    .filter(({ event, field }) => !allows(allowedInEvents, event, field))
    .flatMap(({ event, field }) => breachesOf(field).map((what) => `${event}.${field}: could hold a ${what}`))

test('law 7: no field of an event could hold what may not be known, for the journal keeps it for ever', () => {
  const sources = globSync('modules/*/contract.ts', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'))
  const found = sources.flatMap(eventFields)
  assert.ok(new Set(found.map(({ event }) => event)).size > 30, 'the events are found')
  assert.ok(found.some(({ event, field }) => event === 'incident-opened' && field === 'lon'), 'and their fields')
  assert.deepEqual(sources.flatMap(unlawfulEvents), [])
})

test('law 7: adding such a field to a contract or an event is caught, however deep', () => {
  const anything = () => false
  for (const field of ['faceId', 'face_id', 'FaceID', 'plateNumber', 'imei', 'wifiName', 'suspects', 'idCard', 'lastLocation', 'lat']) {
    const deep = Type.Object({ items: Type.Array(Type.Union([Type.Null(), Type.Object({ more: Type.Record(Type.String(), Type.Object({ [field]: Type.String() })) })])) })
    assert.equal(unlawfulFields('New', deep, anything).length, 1, field)
    assert.equal(unlawfulEvents(`| { readonly type: 'camera-looked'; readonly at: number; readonly ${field}: string }`).length, 1, field)
  }
  // allowed in one place is not allowed in another
  const moving = Type.Object({ id: Type.String(), lon: Type.Number(), lat: Type.Number() })
  assert.equal(unlawfulFields('MemberView', moving, (field) => allows(allowedFields, 'MemberView', field)).length, 2)
  assert.equal(unlawfulEvents(`| { readonly type: 'member-seen'; readonly lon: number; readonly lat: number }`).length, 2)
})

test('law 7: words that only look like forbidden ones are let through', () => {
  for (const name of ['surface', 'platform', 'placeholder', 'template', 'machine', 'registered_at', 'stateSince', 'display_name', 'latest', 'plain', 'seriousness', 'handle', 'telegram']) {
    assert.deepEqual(breachesOf(name), [], name)
  }
})

test('law 7: what phones say beside their place ends at the door', () => {
  const noise = { imei: '358240051111110', wifi: 'aa:bb:cc:dd:ee:ff,-60', cell: '460,0,1,2,-70', mac: 'aa:bb', deviceName: 'somebody’s phone', driverUniqueId: 'card-7' }
  const query = decodeQuery(Object.entries({ id: 'unit-key-0001', lat: '28.29', lon: '117.21', timestamp: '1767225600', speed: '10', ...noise }))
  const json = decodeJson(
    JSON.stringify({ device_id: 'unit-key-0001', ...noise, location: { timestamp: '2026-01-01T00:00:00Z', coords: { latitude: 28.29, longitude: 117.21, ...noise }, activity: { type: 'walking' }, ...noise } }),
  )
  for (const decoded of [query, json]) {
    assert.ok('message' in decoded, JSON.stringify(decoded))
    const kept = translate(decoded.message, 0).positions
    assert.equal(kept.length, 1)
    assert.deepEqual(Object.keys(kept[0]!).filter((field) => !['fixAt', 'lon', 'lat', 'speedKmh', 'courseDeg', 'altitudeMeters', 'accuracyMeters'].includes(field)), [])
    for (const value of Object.values(noise)) assert.ok(!JSON.stringify(decoded).includes(value), value)
  }
})
