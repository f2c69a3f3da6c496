/** What the command line may say, and what it said. Wrong words get one sentence: what was found, what was expected. */
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { travelModes, type TravelMode } from '#core/graph/graph-input.ts'

export const demos = ['guixi', 'portland', 'none'] as const
export type Demo = (typeof demos)[number]

export type TerminalPortsWanted = Readonly<Partial<Record<'jt808' | 'gt06' | 'h02' | 'osmand' | 'mqtt', number>>>

export type ServeArguments = {
  readonly command: 'serve'
  readonly data: string
  readonly host: string
  readonly port: number
  readonly demo: Demo
  readonly seed: number
  readonly speed: number
  readonly json: boolean
  /** Ports for terminals and phones, where they are wanted. */
  readonly terminals: TerminalPortsWanted
  readonly terminalsHost: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  /** Addresses and ranges of the proxies that say for whom they ask. */
  readonly trustProxy?: readonly string[]
}
export type ImportArguments = { readonly command: 'import'; readonly file: string; readonly data: string }
export type JournalArguments =
  | { readonly command: 'journal verify'; readonly data?: string; readonly file?: string }
  | { readonly command: 'journal export'; readonly data: string; readonly out?: string }
export type LonLat = readonly [lon: number, lat: number]
export type RoadsArguments =
  | { readonly command: 'roads build'; readonly osm: string; readonly out: string; readonly profile?: string }
  | { readonly command: 'roads matrix'; readonly graph: string; readonly from: string; readonly to: string; readonly mode: TravelMode; readonly out: string }
  | { readonly command: 'roads route'; readonly graph: string; readonly mode: TravelMode; readonly from: LonLat; readonly to: LonLat }
  | { readonly command: 'roads isochrone'; readonly graph: string; readonly mode: TravelMode; readonly from: LonLat; readonly minutes: readonly number[] }
  | { readonly command: 'roads check'; readonly graph: string; readonly pairs: number; readonly seed: number }
export type MatchArguments = { readonly command: 'match'; readonly network: string; readonly track: string }
export const protocols = ['jt808', 'gt06', 'h02', 'osmand', 'owntracks'] as const
export type Protocol = (typeof protocols)[number]
export type DecodeArguments = { readonly command: 'decode'; readonly protocol: Protocol }
export type Arguments =
  | ServeArguments
  | DecodeArguments
  | ImportArguments
  | JournalArguments
  | RoadsArguments
  | MatchArguments
  | DecodeArguments
  | { readonly command: 'help' }
  | { readonly command: 'version' }

export const usage = `gengfu serve --data DIR [--port 8080] [--host 127.0.0.1] [--demo guixi|portland|none]
             [--seed 7] [--speed 1] [--json] [--tls-cert FILE --tls-key FILE]
             [--jt808-port N] [--gt06-port N] [--h02-port N] [--osmand-port N] [--mqtt-port N]
             [--terminals-host 127.0.0.1] [--trust-proxy ADDRESS[,ADDRESS]]
    Start the platform. --json prints one line when ready. Ctrl-C stops.
    Behind a proxy --trust-proxy names it, an address or a range like 10.0.0.0/8, so that callers are told apart by its X-Forwarded-For.
    Terminals speak in clear: listen for them on a private network or behind a VPN.
gengfu import osm FILE.osm.pbf --data DIR
    Build roads, basemap and place names from an OpenStreetMap extract.
gengfu roads build --osm FILE.osm.pbf --out FILE.graph [--profile FILE.json]
    Roads of a map with hierarchies and labels, in one file.
gengfu roads matrix --graph FILE --from CSV --to CSV --mode car|emergency|bike|foot --out CSV
    Travel times between all points of two tables (id,lon,lat).
gengfu roads route --graph FILE --mode MODE --from LON,LAT --to LON,LAT
gengfu roads isochrone --graph FILE --minutes 5,10 --from LON,LAT [--mode car]
    One way, or the areas reached in so many minutes, as GeoJSON.
gengfu roads check --graph FILE --pairs N --seed S
    Hold the engine against the plain search. Exit 1 on any difference.
gengfu match --network DIR --track FILE
    Which arcs of a network (.nodes, .arcs) a track drove, one index a line.
gengfu decode jt808|gt06|h02|osmand|owntracks
    Frames of terminals and trackers, one a line, as JSON. Hexadecimal; {"method","path","contentType","body"} for the last two.
gengfu journal verify --data DIR | --file FILE
    Prove that nothing in the journal was changed or removed. Exit 1 names the first bad position.
gengfu journal export --data DIR [--out FILE]
    Write the journal to a file that "verify --file" checks with no database.

Environment: GENGFU_DATABASE_URL (an outside PostgreSQL 15 or newer; the built-in one otherwise),
GENGFU_NATS_URL (several nodes on one database tell each other of positions at once; GENGFU_NATS_NAME when
several houses share one NATS), GENGFU_MQTT_URL (a broker where OwnTracks publishes owntracks/USER/KEY; GENGFU_MQTT_NAME
names this node there), GENGFU_SEAL_KEYS (the file of keys that close secrets in the database; seal.keys in the data
folder otherwise, the same on every node), GENGFU_PUSH_KEY (the file of the house's key towards push services; push.key in
the data folder otherwise, the same on every node), GENGFU_PUSH_HOSTS (push services beside those of the browsers' makers),
GENGFU_LOG_LEVEL (info).`

/** @throws UsageError with a sentence for a person */
export function parseArguments(words: readonly string[]): Arguments {
  const [first, second] = words
  if (first === undefined || first === 'help' || words.includes('--help') || words.includes('-h')) return { command: 'help' }
  if (first === '--version' || first === 'version') return { command: 'version' }
  switch (first) {
    case 'serve':
      return serve(words.slice(1))
    case 'import': {
      if (second !== 'osm') throw new UsageError(`"import ${second ?? ''}" is unknown; expected "import osm FILE --data DIR".`)
      const { values, positionals } = read(words.slice(2), { data: { type: 'string' } })
      return {
        command: 'import',
        file: one(positionals, 'import osm needs one FILE'),
        data: text(values.data, 'import osm needs --data DIR'),
      }
    }
    case 'journal': {
      const { values, positionals } = read(words.slice(2), { data: { type: 'string' }, file: { type: 'string' }, out: { type: 'string' } })
      if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many.`)
      if (second === 'verify') {
        if ((values.data === undefined) === (values.file === undefined)) {
          throw new UsageError('journal verify needs either --data DIR or --file FILE.')
        }
        return { command: 'journal verify', ...pick(values, 'data'), ...pick(values, 'file') }
      }
      if (second === 'export') {
        return { command: 'journal export', data: text(values.data, 'journal export needs --data DIR'), ...pick(values, 'out') }
      }
      throw new UsageError(`"journal ${second ?? ''}" is unknown; expected "journal verify" or "journal export".`)
    }
    case 'roads':
      return roads(second, words.slice(2))
    case 'match': {
      const { values, positionals } = read(words.slice(1), { network: { type: 'string' }, track: { type: 'string' } })
      if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many.`)
      return { command: 'match', network: text(values.network, 'match needs --network DIR'), track: text(values.track, 'match needs --track FILE') }
    }
    case 'decode': {
      const { positionals } = read(words.slice(1), {})
      const protocol = one(positionals, 'decode needs one protocol') as Protocol
      if (!protocols.includes(protocol)) throw new UsageError(`decode ${protocol}: expected ${protocols.slice(0, -1).join(', ')} or ${protocols.at(-1)}.`)
      return { command: 'decode', protocol }
    }
    default:
      throw new UsageError(`"${first}" is unknown; expected serve, import, roads, match, decode or journal.`)
  }
}

export class UsageError extends Error {}

/** An address that only this machine reaches. */
export const isLoopback = (host: string): boolean => /^(127\.|localhost$|::1$)/.test(host)

function serve(words: readonly string[]): ServeArguments {
  const { values, positionals } = read(words, {
    data: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string' },
    demo: { type: 'string' },
    seed: { type: 'string' },
    speed: { type: 'string' },
    json: { type: 'boolean' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    'jt808-port': { type: 'string' },
    'gt06-port': { type: 'string' },
    'h02-port': { type: 'string' },
    'osmand-port': { type: 'string' },
    'mqtt-port': { type: 'string' },
    'terminals-host': { type: 'string' },
    'trust-proxy': { type: 'string' },
  })
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many.`)
  const demo = (values.demo ?? 'guixi') as Demo
  if (!demos.includes(demo)) throw new UsageError(`--demo ${values.demo}: expected guixi, portland or none.`)
  const host = text(values.host ?? '127.0.0.1', '--host needs an address')
  const tlsCert = values['tls-cert'] as string | undefined
  const tlsKey = values['tls-key'] as string | undefined
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw new UsageError('--tls-cert and --tls-key go together.')
  const loopback = isLoopback(host)
  if (demo !== 'none' && !loopback) {
    throw new UsageError(`--host ${host}: demo mode listens on this machine only, because its passwords are printed. Use --demo none.`)
  }
  if (!loopback && tlsCert === undefined) {
    throw new UsageError(`--host ${host}: sign-in needs TLS beyond this machine. Give --tls-cert and --tls-key, or put a TLS proxy before 127.0.0.1.`)
  }
  const terminalsHost = text(values['terminals-host'] ?? '127.0.0.1', '--terminals-host needs an address')
  if (demo !== 'none' && !isLoopback(terminalsHost)) {
    throw new UsageError(`--terminals-host ${terminalsHost}: a demo town is open to this machine only. Use --demo none.`)
  }
  const terminals = Object.fromEntries(
    (['jt808', 'gt06', 'h02', 'osmand', 'mqtt'] as const).flatMap((protocol) => {
      const wanted = values[`${protocol}-port`]
      return wanted === undefined ? [] : [[protocol, number(wanted, `--${protocol}-port`, 0, 65_535, true)]]
    }),
  ) as TerminalPortsWanted
  return {
    command: 'serve',
    terminals,
    terminalsHost,
    data: text(values.data, 'serve needs --data DIR'),
    host,
    port: number(values.port ?? '8080', '--port', 0, 65_535, true),
    demo,
    seed: number(values.seed ?? '7', '--seed', 0, 2 ** 31 - 1, true),
    speed: number(values.speed ?? '1', '--speed', 0.1, 10_000, false),
    json: values.json === true,
    ...(tlsCert !== undefined && tlsKey !== undefined ? { tlsCert, tlsKey } : {}),
    ...(values['trust-proxy'] === undefined ? {} : { trustProxy: proxiesOf(String(values['trust-proxy'])) }),
  }
}

function proxiesOf(value: string): string[] {
  return value.split(',').map((part) => {
    const [address = '', bits, ...rest] = part.trim().split('/')
    const family = isIP(address)
    // a range of every address would believe whoever calls
    const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128))
    if (family === 0 || !isRange || rest.length > 0) throw new UsageError(`--trust-proxy ${value}: "${part.trim()}" is no address and no range; expected addresses like 127.0.0.1 or 10.0.0.0/8, with commas.`)
    return part.trim()
  })
}

function roads(verb: string | undefined, words: readonly string[]): RoadsArguments {
  const flags: Readonly<Record<string, readonly string[]>> = {
    build: ['osm', 'out', 'profile'],
    matrix: ['graph', 'from', 'to', 'mode', 'out'],
    route: ['graph', 'mode', 'from', 'to'],
    isochrone: ['graph', 'mode', 'from', 'minutes'],
    check: ['graph', 'pairs', 'seed'],
  }
  const known = flags[verb ?? '']
  if (!known) throw new UsageError(`"roads ${verb ?? ''}" is unknown; expected roads build, matrix, route, isochrone or check.`)
  const { values, positionals } = read(words, Object.fromEntries(known.map((name) => [name, { type: 'string' as const }])))
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many.`)
  const given = (name: string, what: string) => text(values[name], `roads ${verb} needs --${name} ${what}`)
  const graph = () => given('graph', 'FILE')
  switch (verb) {
    case 'build':
      return { command: 'roads build', osm: given('osm', 'FILE'), out: given('out', 'FILE'), ...pick(values, 'profile') }
    case 'matrix':
      return { command: 'roads matrix', graph: graph(), from: given('from', 'CSV'), to: given('to', 'CSV'), mode: modeOf(values.mode), out: given('out', 'CSV') }
    case 'route':
      return { command: 'roads route', graph: graph(), mode: modeOf(values.mode), from: lonLat(given('from', 'LON,LAT'), '--from'), to: lonLat(given('to', 'LON,LAT'), '--to') }
    case 'isochrone':
      return { command: 'roads isochrone', graph: graph(), mode: modeOf(values.mode), from: lonLat(given('from', 'LON,LAT'), '--from'), minutes: minutesOf(given('minutes', '5,10')) }
    default:
      return {
        command: 'roads check',
        graph: graph(),
        pairs: number(values.pairs ?? '1000', '--pairs', 1, 10_000_000, true),
        seed: number(values.seed ?? '1', '--seed', 0, 2 ** 29, true),
      }
  }
}

function modeOf(value: unknown): TravelMode {
  const mode = travelModes.find((each) => each === (value ?? 'car'))
  if (!mode) throw new UsageError(`--mode ${String(value)}: expected ${travelModes.join(', ')}.`)
  return mode
}

function lonLat(value: string, name: string): LonLat {
  const parts = value.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  const [lon, lat] = parts
  if (parts.length !== 2 || !(Math.abs(lon!) <= 180) || !(Math.abs(lat!) <= 90)) throw new UsageError(`${name} ${value}: expected LON,LAT in degrees, like 117.21,28.29.`)
  return [lon!, lat!]
}

function minutesOf(value: string): number[] {
  return value.split(',').map((part) => number(part.trim(), '--minutes', 0.1, 600, false))
}

/**
 * What this node is called at an outside MQTT broker (`GENGFU_MQTT_NAME`).
 *
 * @throws a fault with a sentence where nodes beside it may take the name that it would have without one: a broker ends the connection of whoever had it
 */
export function mqttName(given: string | undefined, hasOthers: boolean): string {
  if (given) return given
  if (!hasOthers) return 'house'
  throw Object.assign(new Error('GENGFU_MQTT_NAME: with GENGFU_NATS_URL each node needs a name of its own at the MQTT broker, the same after a restart. `house` goes on where a node without one left off.'), { code: 'mqtt-name' })
}

type Options = Record<string, { type: 'string' | 'boolean' }>

function read(words: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function text(value: unknown, otherwise: string): string {
  if (typeof value !== 'string' || value === '') throw new UsageError(`${otherwise}.`)
  return value
}

function one(positionals: readonly string[], otherwise: string): string {
  if (positionals.length !== 1) throw new UsageError(`${otherwise}, found ${positionals.length}.`)
  return positionals[0]!
}

function number(value: unknown, name: string, least: number, most: number, whole: boolean): number {
  const found = Number(value)
  if (value === '' || !Number.isFinite(found) || found < least || found > most || (whole && !Number.isInteger(found))) {
    throw new UsageError(`${name} ${String(value)}: expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`)
  }
  return found
}

const pick = <K extends string>(values: Record<string, unknown>, key: K) =>
  (values[key] === undefined ? {} : { [key]: values[key] }) as { [k in K]?: string }
