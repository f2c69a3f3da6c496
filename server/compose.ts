/**
 * All wiring, in one place and in the order of the start. The only reader of clock, chance and environment.
 *
 * Every room gets what it needs as functions; no room looks anything up. What was opened is closed in the opposite order.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { inScope } from '#kernel/actor.ts'
import type { Instant } from '#kernel/names.ts'
import { pictureStore } from '#modules/dispatch/picture-store.ts'
import { cleanPicture } from '#modules/dispatch/clean-picture.ts'
import { startDispatch } from '#modules/dispatch/jobs.ts'
import { dataWithoutPersons, withoutPersons } from '#modules/dispatch/persons.ts'
import { acknowledgeOnTerminal, addTerminalPicture, noteOrderSpoken, orderInWords, raiseEmergency } from '#modules/dispatch/hear-terminals.ts'
import { refusals as dispatchRefusals } from '#modules/dispatch/refusals.ts'
import { routes as dispatchRoutes } from '#modules/dispatch/routes.ts'
import { dispatchFacts, drivesEnded, incidentsDuring, incidentViews, listCategories, projections as dispatchProjections } from '#modules/dispatch/store.ts'
import { isUrgent } from '#modules/dispatch/recommendation.ts'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { DispatchDeps } from '#modules/dispatch/deps.ts'
import { botRoutes } from '#modules/messages/bot-routes.ts'
import { broadcastRoutes } from '#modules/messages/broadcast-routes.ts'
import { broadcastProjections, broadcastSubjects } from '#modules/messages/broadcast-store.ts'
import { closeOpenBots } from '#modules/messages/bot-store.ts'
import { hasHouseKey, otherKeyWords, type KeyFile } from '#modules/messages/keys-store.ts'
import { openMessages, type MessagesRoom } from '#modules/messages/jobs.ts'
import { pushRoutes } from '#modules/messages/push-routes.ts'
import { pushProjections } from '#modules/messages/push-store.ts'
import { refusals as messagesRefusals } from '#modules/messages/refusals.ts'
import { routes as messagesRoutes } from '#modules/messages/routes.ts'
import { channelProjections, messageFacts } from '#modules/messages/store.ts'
import type { MessagesDeps } from '#modules/messages/deps.ts'
import { sweepOld } from '#modules/organisation/jobs.ts'
import { agencyPaths, everyAgency, findAgency, listStations, memberNames } from '#modules/organisation/lookups-store.ts'
import { refusals as organisationRefusals } from '#modules/organisation/refusals.ts'
import { routes as organisationRoutes } from '#modules/organisation/routes.ts'
import { openSessions } from '#modules/organisation/session-store.ts'
import { authenticate } from '#modules/organisation/session.ts'
import { isSetupNeeded } from '#modules/organisation/set-up.ts'
import { findAgencyById, projections as organisationProjections } from '#modules/organisation/store.ts'
import type { OrganisationDeps } from '#modules/organisation/deps.ts'
import type { OversightDeps } from '#modules/oversight/deps.ts'
import { refusals as oversightRefusals } from '#modules/oversight/refusals.ts'
import { routes as oversightRoutes } from '#modules/oversight/routes.ts'
import { projections as oversightProjections } from '#modules/oversight/store.ts'
import { openPatrol, type PatrolRoom } from '#modules/patrol/jobs.ts'
import { refusals as patrolRefusals } from '#modules/patrol/refusals.ts'
import { routes as patrolRoutes } from '#modules/patrol/routes.ts'
import { fencesById, projections as patrolProjections, toldLate } from '#modules/patrol/store.ts'
import { visitsRoutes } from '#modules/patrol/visits-routes.ts'
import { travelOf } from '#modules/roads/contract.ts'
import { openRoads } from '#modules/roads/jobs.ts'
import { refusals as roadsRefusals } from '#modules/roads/refusals.ts'
import { routes as roadsRoutes } from '#modules/roads/routes.ts'
import { speedsRoutes } from '#modules/roads/speeds-routes.ts'
import { speedsProjections } from '#modules/roads/speeds-store.ts'
import { projections as roadsProjections } from '#modules/roads/store.ts'
import type { TerminalPorts } from '#modules/units/contract.ts'
import { countFixes, crewsReader, keptSince, keptSinceOfEach, pastFixes, pastUnits, shiftsOf, unitsOnDuty } from '#modules/units/history-store.ts'
import { openUnits } from '#modules/units/jobs.ts'
import type { RetentionDeps } from '#modules/units/retention-deps.ts'
import { retentionDaysMax } from '#modules/units/contract.ts'
import { stepNames } from '#modules/units/pipeline.ts'
import { openRetention } from '#modules/units/retention-jobs.ts'
import { retentionRoutes } from '#modules/units/retention-routes.ts'
import { readSaid, retentionProjections } from '#modules/units/retention-store.ts'
import { refusals as unitsRefusals } from '#modules/units/refusals.ts'
import { routes as unitsRoutes } from '#modules/units/routes.ts'
import { projections as unitsProjections } from '#modules/units/store.ts'
import { importMap } from '#modules/town/import-jobs.ts'
import { refusals as townRefusals } from '#modules/town/refusals.ts'
import { routes as townRoutes } from '#modules/town/routes.ts'
import { openTown, type Town } from '#modules/town/town-jobs.ts'
import { sealKeys, sealWith } from '#platform/auth/seal.ts'
import { createSecrets } from '#platform/auth/secrets.ts'
import type { Authenticate } from '#platform/auth/session.ts'
import { aloneBus } from '#platform/bus/bus.ts'
import { houseOf } from '#platform/bus/house.ts'
import { natsBus } from '#platform/bus/nats.ts'
import { migrate } from '#platform/db/migrate.ts'
import { openDatabase } from '#platform/db/open.ts'
import { createHttpServer } from '#platform/http/server.ts'
import { startJobs } from '#platform/jobs/jobs.ts'
import { areKeys } from '#platform/push/encrypt.ts'
import { hostsOf, isPushEndpoint } from '#platform/push/endpoint.ts'
import { pushKeyOf } from '#platform/push/key.ts'
import { refusals as journalRefusals } from '#platform/journal/refusals.ts'
import { journalRoutes } from '#platform/journal/routes.ts'
import { postgresJournal } from '#platform/journal/postgres.ts'
import { formFor } from '#platform/live/audience.ts'
import { describeWith, incidentForms } from '#platform/live/describe.ts'
import { createLiveHub } from '#platform/live/hub.ts'
import { createLog } from '#platform/log.ts'
import { createMetrics } from '#platform/metrics.ts'
import type { TownFile } from '#sim/town-file.ts'
import { builtFolder, ensureUi } from '#ui/build.ts'
import { isLoopback, mqttName, type ServeArguments } from './arguments.ts'
import { readDemo, seedTown, startSimulator, townFolder, type DemoAccount } from './demo.ts'
import { explain } from './faults.ts'

const now = (): Instant => Date.now()
const newId = (): string => randomUUID()
const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

export type Platform = {
  readonly url: string
  /** Where terminals and phones are heard. */
  readonly terminals: TerminalPorts
  readonly accounts: readonly DemoAccount[]
  /** Where the first administrator is created, while nobody has an account. */
  readonly setupUrl?: string
  stop(): Promise<void>
}

export type ComposeOptions = Omit<ServeArguments, 'command' | 'json'> & {
  /** What is being done, for whoever waits. */
  readonly onStep: (step: string) => void
  /** Resolves when the start should be given up. */
  readonly stopped: Promise<unknown>
}

/**
 * Start the platform.
 *
 * @returns undefined when it was told to stop while starting
 * @throws a fault with a code and a sentence when the world does not let it start; everything opened is closed again
 */
export async function compose(options: ComposeOptions): Promise<Platform | undefined> {
  const data = resolve(options.data)
  const onStep = options.onStep
  const log = createLog({ level: process.env.GENGFU_LOG_LEVEL ?? 'warn', pretty: process.stderr.isTTY === true })
  const closing: (() => Promise<unknown> | unknown)[] = []
  let givenUp = false
  void options.stopped.then(() => (givenUp = true))
  const stop = once(async () => {
    for (const close of closing.reverse()) {
      try {
        await close()
      } catch (error) {
        log.error({ err: error }, 'could not be closed')
      }
    }
  })

  try {
    const platform = await start()
    if (platform === undefined) await stop()
    return platform
  } catch (error) {
    await stop()
    throw explain(error as Error, { host: options.host, port: options.port, data })
  }

  async function start(): Promise<Platform | undefined> {
    const town = options.demo === 'none' ? undefined : readDemo(options.demo)
    const language = town?.language ?? 'zh'

    const mqttUrl = process.env.GENGFU_MQTT_URL
    const nameAtBroker = mqttUrl ? mqttName(process.env.GENGFU_MQTT_NAME, Boolean(process.env.GENGFU_NATS_URL)) : ''

    // ——— the ground ———
    await mkdir(data, { recursive: true })
    const database = await openDatabase({
      dataFolder: data,
      databaseUrl: process.env.GENGFU_DATABASE_URL || undefined,
      log,
      onStep: (step) => onStep(databaseSteps[step]),
    })
    closing.push(() => database.close())
    const metrics = createMetrics({ isDatabaseUp: () => database.isHealthy() })
    await migrate(database, join(root, 'server', 'migrations'))
    if (givenUp) return undefined

    const journal = postgresJournal({
      db: database,
      log,
      metrics,
      projections: [
        ...organisationProjections, ...unitsProjections, ...dispatchProjections, ...roadsProjections, ...speedsProjections, ...channelProjections,
        ...broadcastProjections, ...pushProjections, ...retentionProjections, ...oversightProjections, ...patrolProjections,
      ],
    })
    const onFault = (what: string, cause: unknown) => log.error({ err: cause, what }, 'background work failed; it will be tried again')

    // ——— the map ———
    const place = await openTown({
      folder: join(data, 'town'),
      now,
      newId,
      log,
      ...(town?.districts ? { districts: { demo: town.demo, file: join(townFolder(town.demo), town.districts) } } : {}),
      timeZone: town?.timeZone ?? process.env.GENGFU_TIME_ZONE ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    })
    closing.push(() => place.close())
    const { ready: hasMap, demo: demoOfMap } = place.view()
    refuseMixedFolder(options, demoOfMap, data)
    const isOwnMap = hasMap && demoOfMap === null
    if (town && !hasMap) {
      await importDemo(town, place, options, onStep, data)
      if (givenUp) return undefined
    }

    // ——— the rooms ———
    const setupToken = randomBytes(18).toString('base64url')
    const secrets = createSecrets({ randomBytes })
    const organisationDeps: OrganisationDeps = { db: database, journal, now, newId, secrets, log, setupToken }
    const natsUrl = process.env.GENGFU_NATS_URL
    const bus = natsUrl ? natsBus({ url: natsUrl, name: process.env.GENGFU_NATS_NAME || 'house', house: await houseOf(database), node: newId(), log }) : aloneBus
    closing.push(() => bus.close())
    metrics.watchBus(bus)
    let patrolRoom: PatrolRoom | undefined // it needs the units, and they tell it
    for (const step of stepNames) metrics.positionsStopped.inc({ step }, 0) // every step is there from the start
    const unitsRoom = await openUnits({
      bus,
      journal,
      db: database,
      now,
      newId,
      randomBytes,
      findAgency: (path) => findAgency(organisationDeps, path),
      memberNames: (ids) => memberNames(organisationDeps, ids),
      retentionDays: retentionDaysMax, // no agency keeps longer; what each keeps is swept below
      onTaken: ({ rejected, ...counts }) => {
        for (const [result, count] of Object.entries({ ...counts, rejected: rejected.length })) if (count > 0) metrics.positions.inc({ result }, count)
      },
      onStopped: (step, count) => metrics.positionsStopped.inc({ step }, count),
      onPlaced: (placed) => patrolRoom?.placed(placed),
      fencesFor(id) {
        const [unit] = unitsRoom.describeUnits([id])
        return (unit && patrolRoom?.fencesFor(unit)) ?? []
      },
      timeZone: place.timeZone,
      onFault,
      onEmergency: (call) => raiseEmergency(dispatchDeps, call, language),
      async orderInWords(incident) {
        const [view] = await incidentViews(database, [incident])
        const category = view && (await listCategories(database)).find(({ id }) => id === view.category)
        return view && category && orderInWords({ category: category.name, categoryEn: category.nameEn, incident: view }, language)
      },
      onOrderSpoken: (spoken) => noteOrderSpoken(dispatchDeps, spoken),
      onOrderAcknowledged: (said) => acknowledgeOnTerminal(dispatchDeps, said, language),
      onPicture: (picture) => addTerminalPicture(dispatchDeps, picture),
    })
    closing.push(() => unitsRoom.stop())
    metrics.watchClock(unitsRoom.isClockDoubted)
    const retentionRoom = openRetention({ db: database, now, onFault })
    closing.push(() => retentionRoom.stop())
    const retentionDeps: RetentionDeps = { db: database, journal, now, agencyPaths: () => agencyPaths(organisationDeps) }
    const roadsRoom = await openRoads({
      db: database,
      journal,
      now,
      newId,
      log,
      town: place,
      onFault,
      learnsFrom: {
        timeZone: place.timeZone,
        async drives(from, to) {
          const ended = await drivesEnded(database, from, to)
          if (ended.length === 0) return []
          const units = new Map(unitsRoom.liveUnits().map((unit) => [unit.id, unit]))
          return ended.flatMap(({ unit: id, priority, ...drive }) => {
            const unit = units.get(id)
            const travel = unit && travelOf(unit.kind, isUrgent(priority))
            // who is held back by a limit of their own says nothing of the road
            return travel && travel.metersPerSecondMax === undefined ? [{ ...drive, unit: unit.handle, mode: travel.mode }] : []
          })
        },
        fixes: unitsRoom.driveFixes,
      },
    })
    closing.push(() => roadsRoom.stop())
    const patrolNeeds = {
      db: database,
      journal,
      now,
      newId,
      timeZone: place.timeZone,
      townBounds: () => place.view().bounds ?? undefined,
      findAgency: (path: string) => findAgency(organisationDeps, path),
      liveUnits: unitsRoom.liveUnits,
      fixesOf: (handle: number, from: number, to: number, limit: number) => pastFixes(database, handle, from, to, limit, now()),
      keptDays: () => readSaid(database),
      keptSince: (units: readonly string[]) => keptSinceOfEach(database, units, now()),
      onFences: unitsRoom.fencesChanged,
      onFault,
    }
    const patrol = (patrolRoom = await openPatrol(patrolNeeds))
    closing.push(() => patrol.stop())
    const dispatchDeps: DispatchDeps = {
      db: database,
      journal,
      facts: dispatchFacts(database),
      now,
      newId,
      timeZone: place.timeZone,
      unitFacts: unitsRoom.unitFacts,
      unitOfMember: unitsRoom.unitOfMember,
      spokenPlace: place.spokenPlace,
      findAgency: (path) => findAgency(organisationDeps, path),
      roads: roadsRoom.roads,
      liveUnits: unitsRoom.liveUnits,
      listStations: async (scope) => (await listStations(organisationDeps)).filter((station) => !scope || inScope(station.path, scope)),
      pictures: pictureStore(join(data, 'pictures'), newId),
      middleOfTown() {
        const { bounds } = place.view()
        return bounds ? { lon: (bounds[0]! + bounds[2]!) / 2, lat: (bounds[1]! + bounds[3]!) / 2 } : undefined
      },
      alsoInLog: (actor, incident) => messagesRoom.logOf(actor, incident),
    }
    const pushHosts = hostsOf(process.env.GENGFU_PUSH_HOSTS)
    const seal = sealWith(await sealKeys(process.env.GENGFU_SEAL_KEYS ?? join(data, 'seal.keys'), randomBytes), randomBytes)
    const pushKey = await pushKeyOf(process.env.GENGFU_PUSH_KEY ?? join(data, 'push.key'), randomBytes)
    const keyFiles: KeyFile[] = [{ file: 'seal.keys', names: seal.keyNames }, { file: 'push.key', names: [pushKey.publicKey] }]
    for (const one of keyFiles) if (!(await hasHouseKey(database, one, bus === aloneBus))) log.error(otherKeyWords(one))
    const messagesDeps: MessagesDeps = {
      db: database,
      journal,
      facts: messageFacts,
      now,
      newId,
      unitOfMember: unitsRoom.unitOfMember,
      describeUnits: unitsRoom.describeUnits,
      liveUnits: unitsRoom.liveUnits,
      incidents: incidentViews,
      agencyById: findAgencyById,
      findAgency: (path) => findAgency(organisationDeps, path),
      agencies: () => everyAgency(organisationDeps),
      memberNames: (ids) => memberNames(organisationDeps, ids),
      roads: roadsRoom.roads,
      spokenPlace: place.spokenPlace,
      cleanPicture,
      pictures: dispatchDeps.pictures,
      voices: pictureStore(join(data, 'voices'), newId),
      crewsAt: crewsReader(database),
      fenceArea: patrol.fenceArea,
      seal,
      push: {
        key: pushKey,
        hosts: pushHosts,
        randomBytes,
        takes: (endpoint, keys) => isPushEndpoint(endpoint, pushHosts) && areKeys(keys, randomBytes),
        openSessions: (ids) => openSessions(database, ids, now()),
      },
      receiptsMoved: async (channels) => void (await database.query(`select pg_notify('message_receipts', $1)`, [channels.join(' ')])),
    }
    await closeOpenBots(database, messagesDeps.seal)
    const messagesRoom: MessagesRoom = openMessages({ ...messagesDeps, fetch: (url, request) => fetch(url, request), onFault })
    closing.push(() => messagesRoom.stop())

    const oversightDeps: OversightDeps = {
      db: database,
      journal,
      now,
      newId,
      timeZone: place.timeZone,
      findAgency: (path) => findAgency(organisationDeps, path),
      history: {
        units: (ids) => pastUnits(database, ids),
        onDuty: (agency, from, to, limit) => unitsOnDuty(database, agency, from, to, limit),
        shifts: (units, from, to) => shiftsOf(database, units, from, to),
        fixes: (unit, from, to, limit) => pastFixes(database, unit, from, to, limit, now()),
        countFixes: (units, from, to) => countFixes(database, units, from, to, now()),
        keptSinceOfEach: (units) => keptSinceOfEach(database, units, now()),
        keptSince: (units) => keptSince(database, units, now()),
      },
      fenceNames: async (ids) => new Map((await fencesById(database, ids)).map(({ id, name }) => [id, name])),
      toldLate: (units, from, to, after) => toldLate(database, units, from, to, after),
      broadcasts: (ids) => broadcastSubjects(database, ids),
      incidents: {
        find: async (id) => (await incidentViews(database, [id]))[0],
        during: (asked) => incidentsDuring(database, asked),
        shownTo(actor, incident) {
          const form = formFor(actor, { forms: incidentForms(incident, [], { withoutPersons, dataWithoutPersons }) })
          return form && { view: form.view as IncidentView, dataOf: form.dataOf ?? ((data) => ({ ...data })) } // an incident’s forms are views of it
        },
        withoutPersons: dataWithoutPersons,
        viewWithoutPersons: withoutPersons,
      },
    }

    const check: Authenticate = (call) => authenticate(organisationDeps, call)
    journal.listen(unitsRoom.hear, unitsRoom.startAnew)
    journal.listen(roadsRoom.hear, roadsRoom.startAnew)
    journal.listen(messagesRoom.hear)
    journal.listen(patrol.hear, patrol.startAnew)
    await journal.start()
    closing.push(() => journal.stop())
    unitsRoom.start()
    retentionRoom.start()
    roadsRoom.start()

    // ——— the demo’s people ———
    let accounts: { people: DemoAccount[]; simulator: DemoAccount[] } = { people: [], simulator: [] }
    if (town) {
      onStep(`Demo town: ${language === 'zh' ? town.name : town.nameEn} — ${town.agencies.length} agencies, ${town.units.length} units`)
      accounts = await seedTown(town, { organisation: organisationDeps, units: unitsRoom.deps })
    }
    const dispatchJobs = await startDispatch({ ...dispatchDeps, onFault })
    closing.push(() => dispatchJobs.stop())
    if (givenUp) return undefined

    // ——— the front door ———
    if (await ensureUi({ onBuild: () => onStep('Console and officer page: building (once)') })) onStep('Console and officer page: built')
    const http = await createHttpServer({
      log,
      metrics,
      sentences: {
        ...organisationRefusals, ...unitsRefusals, ...dispatchRefusals, ...messagesRefusals, ...townRefusals, ...roadsRefusals, ...journalRefusals, ...oversightRefusals, ...patrolRefusals,
      },
      authenticate: check,
      staticFolder: builtFolder,
      version,
      now,
      logRequests: process.env.GENGFU_LOG_REQUESTS === '1',
      parts: { database: () => database.isHealthy(), map: () => place.view().ready || options.demo === 'none' },
      ...(options.trustProxy ? { trustProxy: options.trustProxy } : {}),
      ...(options.tlsCert && options.tlsKey ? { tls: { cert: readFileSync(options.tlsCert), key: readFileSync(options.tlsKey) } } : {}),
    })
    http.mount(organisationRoutes, organisationDeps)
    http.mount(townRoutes, { town: place, journal, now, newId })
    http.mount([...roadsRoutes, ...speedsRoutes], {
      db: database,
      journal,
      now,
      newId,
      findAgency: (path) => findAgency(organisationDeps, path),
      liveUnits: unitsRoom.liveUnits,
      room: roadsRoom,
    })
    http.mount([...patrolRoutes, ...visitsRoutes], { ...patrolNeeds, room: patrol })
    http.mount(unitsRoutes, unitsRoom.deps)
    http.mount(retentionRoutes, retentionDeps)
    http.mount(dispatchRoutes, dispatchDeps)
    http.mount([...messagesRoutes, ...broadcastRoutes, ...pushRoutes], messagesDeps)
    http.mount(botRoutes, messagesDeps)
    http.mount(oversightRoutes, oversightDeps)
    http.mount(journalRoutes, { journal })
    const describe = describeWith({
      describeIncidents: (ids) => incidentViews(database, ids),
      describeUnits: unitsRoom.describeUnits,
      describeClosures: roadsRoom.describe,
      describeFences: patrol.describe,
      agencyPaths: () => agencyPaths(organisationDeps),
      withoutPersons,
      dataWithoutPersons,
      now,
    })
    const hub = createLiveHub({
      journal,
      describe: async (entries) => [...(await describe(entries)), ...(await messagesRoom.describe(entries))],
      positions: unitsRoom.positions,
      authenticate: check,
      now,
      log,
      metrics,
    })
    hub.attach(http.app)
    await hub.start()
    closing.push(() => hub.stop())
    await messagesRoom.start(hub.tell)
    unitsRoom.showAlarms(hub.tell)
    const deaf = await database.listen('message_receipts', (channels) => messagesRoom.heardReceipts(channels?.split(' ')))
    closing.push(deaf)
    const { url } = await http.listen(options.host, options.port)
    closing.push(() => http.close())
    const terminals = await unitsRoom.listen(options.terminalsHost, options.terminals)
    if (mqttUrl) unitsRoom.listenToBroker(mqttUrl, nameAtBroker)

    // ——— what may come later ———
    const jobs = startJobs({ database, log, onJob: (name, result) => metrics.jobs.inc({ name, result }) })
    closing.push(() => jobs.stop())
    jobs.schedule('sweep-sessions', '17 3 * * *', () => sweepOld(organisationDeps))

    if (town && isOwnMap) {
      onStep('Crews: they stay at home, because this folder holds a map of your own. For the demo choose another --data folder.')
    } else if (town) {
      onStep(`Crews: ${town.units.filter((unit) => unit.driver !== 'nobody').length} units go on duty`)
      const simulator = startSimulator({
        url,
        demo: town.demo,
        accounts: accounts.simulator,
        seed: options.seed,
        speed: options.speed,
        log,
      })
      closing.push(() => simulator.stop())
    }
    const setupUrl = !town && (await isSetupNeeded(organisationDeps)) ? `${url}/setup#token=${setupToken}` : undefined
    return { url, terminals, accounts: accounts.people, ...(setupUrl ? { setupUrl } : {}), stop }
  }
}

/**
 * A demo's passwords are published and its town is invented, so it shares no folder with another demo and is never
 * opened to a network.
 *
 * @throws a fault with a sentence
 */
function refuseMixedFolder({ demo, host }: ComposeOptions, before: 'guixi' | 'portland' | null, data: string): void {
  if (before === null || before === demo) return
  const instead = `Start it with --demo ${before}, or choose another --data folder.`
  if (demo !== 'none') throw fault('other-demo', `${data} holds the demo town ${before}. ${instead}`)
  if (!isLoopback(host)) throw fault('demo-folder', `${data} holds the demo town ${before}, whose passwords are published: it is served on this machine only. ${instead}`)
}

const fault = (code: string, message: string) => Object.assign(new Error(message), { code })

const databaseSteps = {
  'database-create': 'Database: making it (once)',
  'database-start': 'Database: starting',
  'database-recover': 'Database: taking over after a hard stop',
  'database-connect': 'Database: connecting',
} as const

/** Import the demo’s extract, as anybody would import theirs. */
async function importDemo(town: TownFile, place: Town, { demo }: ComposeOptions, onStep: (step: string) => void, data: string) {
  const words: Record<string, string> = { reading: 'reading', graph: 'roads', basemap: 'basemap', gazetteer: 'place names', installing: 'installing' }
  let said = ''
  const meta = await importMap({
    folder: join(data, 'town'),
    source: join(townFolder(demo as 'guixi' | 'portland'), town.map),
    id: newId(),
    now: now(),
    name: town.name,
    timeZone: town.timeZone,
    demo: town.demo,
    onStep: (step, share) => {
      const text = `Map of ${town.nameEn}: ${words[step] ?? step} ${Math.round(share * 4) * 25} %`
      if (text !== said) onStep((said = text))
    },
  })
  await place.reload()
  onStep(`Map of ${town.nameEn}: ${meta.report.nodes} nodes, ${meta.report.edges} edges, ${meta.report.places} names`)
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  return () => (running ??= work())
}
