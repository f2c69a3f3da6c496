/** The small town of dispatch's tests with crews in its units, for the tests of messages; on a real PostgreSQL. */
import { randomBytes } from 'node:crypto'
import type { Actor } from '#kernel/actor.ts'
import { cleanPicture } from '#modules/dispatch/clean-picture.ts'
import { incidentViews } from '#modules/dispatch/store.ts'
import { broadcastProjections } from '#modules/messages/broadcast-store.ts'
import type { FenceArea, MessagesDeps } from '#modules/messages/deps.ts'
import { channelProjections, messageFacts } from '#modules/messages/store.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { pushProjections } from '#modules/messages/push-store.ts'
import { sealWith } from '#platform/auth/seal.ts'
import { areKeys } from '#platform/push/encrypt.ts'
import { isPushEndpoint } from '#platform/push/endpoint.ts'
import { newSecret, pushKey } from '#platform/push/key.ts'
import { agencies, databaseScene, people, person, start, type Scene } from './dispatch-scene.ts'
import type { Tx } from '#kernel/journal.ts'
import { bindSql, type Db } from '#platform/db/sql.ts'

export type MessagesScene = Scene & {
  readonly db: Db
  readonly messages: MessagesDeps
  /** The units as they are now; to be changed by hand. */
  readonly crews: Map<string, { -readonly [Key in keyof UnitView]: UnitView[Key] }>
  /** Fences, to be drawn by hand. */
  readonly fences: Map<string, FenceArea>
  /** Channels that were told of by `receiptsMoved`. */
  readonly moved: string[]
  readonly saved: Map<string, Uint8Array>
  /** Sessions that have ended, by hand; all others go on. */
  readonly ended: Set<string>
}

const projections = [...channelProjections, ...broadcastProjections, ...pushProjections]

/** p1 with two people, p2 and p3 with one each, p4 off duty, y1 of another county. One degree of longitude is 10,000 s. */
export async function messagesScene(): Promise<MessagesScene> {
  const scene = await databaseScene({ extra: projections })
  const seats: Readonly<Record<string, readonly string[]>> = { p1: ['m1', 'm9'], p2: ['m2'], p3: ['m3'], p4: [], y1: ['m8'] }
  const names = new Map(['m1', 'm2', 'm3', 'm8', 'm9'].map((id) => [id, `警员${id.slice(1)}`]))
  const crews = new Map(
    scene.deps.liveUnits().map((unit) => {
      const crew = seats[unit.id]!.map((id) => ({ id, name: names.get(id)! }))
      return [unit.id, { ...unit, crew, onDutySince: crew.length > 0 ? start - 3_600_000 : null, state: crew.length > 0 ? ('free' as const) : ('off-duty' as const) }]
    }),
  )
  const saved = new Map<string, Uint8Array>()
  const fences = new Map<string, FenceArea>()
  const moved: string[] = []
  const ended = new Set<string>()
  const files = {
    save: async (bytes: Uint8Array) => {
      const sha256 = String(bytes.length).padStart(64, '0')
      saved.set(sha256, bytes)
      return { sha256 }
    },
    file: (sha256: string, type: string) => ({ path: `/files/${sha256}`, type, etag: sha256 }),
  }
  const within = (path: string, scope?: readonly string[]) => !scope || scope.some((root) => path === root || path.startsWith(`${root}.`))
  const messages: MessagesDeps = {
    ...scene.deps,
    db: scene.db,
    facts: messageFacts,
    unitOfMember: (member) => [...crews.values()].find((unit) => unit.onDutySince !== null && unit.crew.some(({ id }) => id === member))?.id,
    describeUnits: (ids) => ids.flatMap((id) => crews.get(id) ?? []),
    liveUnits: (scope) => [...crews.values()].filter((unit) => within(unit.agency, scope)),
    incidents: incidentViews,
    agencyById: async (_sql, id) => agencies.find((each) => each.id === id),
    findAgency: async (path) => agencies.find((each) => each.path === path),
    agencies: async () => agencies,
    memberNames: async () => names,
    cleanPicture,
    pictures: files,
    voices: files,
    fenceArea: (id) => fences.get(id),
    crewsAt: async (agency, at) => new Set([...crews.values()].flatMap((unit) => (within(unit.agency, [agency]) && unit.onDutySince !== null && unit.onDutySince <= at ? unit.crew.map(({ id }) => id) : []))),
    seal: sealWith([randomBytes(32)], randomBytes),
    push: {
      key: pushKey(newSecret(randomBytes)),
      hosts: [],
      randomBytes,
      takes: (endpoint, keys) => isPushEndpoint(endpoint) && areKeys(keys, randomBytes),
      openSessions: async (ids) => new Set(ids.filter((id) => !ended.has(id))),
    },
    receiptsMoved: async (channels) => void moved.push(...channels),
  }
  return { ...scene, messages, crews, fences, moved, saved, ended }
}

export const crewOf: Readonly<Record<'p1' | 'p1too' | 'p2' | 'p3', Actor>> = {
  p1: people.officer1,
  p1too: person('officer9', 'officer', 'guixi', 'm9'),
  p2: people.officer2,
  p3: person('officer3', 'officer', 'guixi', 'm3'),
}

/** Every entry through the projections of messages, into an empty database. */
export async function replayInto(database: Db, scene: MessagesScene): Promise<void> {
  await database.transaction(async (sql) => {
    const tx = {} as Tx // a projection may use its connection, and nothing else
    bindSql(tx, sql)
    for (const entry of await scene.journal.read(0, 1_000_000)) {
      for (const projection of projections) if (projection.types.includes(entry.type)) await projection.apply(tx, entry)
    }
  })
}
