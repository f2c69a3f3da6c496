/** Every page, and how it is brought to the screen: for axe, for the content policy, for the pictures in docs/screenshots. */
import { sizes } from '#test/browser.ts'
import { jt808Terminal, locationBody, registrationBody } from '#test/jt808-terminal.ts'
import type { Served } from '#test/serve.ts'
import type { Page } from 'playwright-core'
import { farPlace, makeCrew, openDesk, signIn, until, type Crew, type Desk, type Place } from './town.ts'

/** A town in the middle of a shift. */
export type Scene = {
  readonly served: Served
  readonly desk: Desk
  /** On duty, ordered to `incident`, on its way. */
  readonly crew: Crew
  /** For orders on the phone; on duty only while it is looked at, or the town would send it. */
  readonly phone: Crew
  /** Not on duty. */
  readonly resting: Crew
  readonly incident: string
  readonly place: Place & { readonly text: string }
}

export async function makeScene(served: Served): Promise<Scene> {
  const desk = await openDesk(served)
  const place = await farPlace(desk)
  const [crew, phone, resting] = [await makeCrew(served, '东3', 'guixi.dongmen'), await makeCrew(served, '巡7'), await makeCrew(served, '巡8')]
  await crew.startShift()
  await crew.standAt(place)
  const { id: incident } = await desk.post<{ id: string }>('/api/dispatch/incidents', {
    category: 'dispute',
    lon: place.lon,
    lat: place.lat,
    summary: '两名顾客因停车争吵，一人受轻伤，店主请求派人调解',
    reporter: '店主',
    answers: { people: '两人', weapon: '没有' },
  })
  const { id: assignment } = await desk.post<{ id: string }>(`/api/dispatch/incidents/${incident}/assignments`, { unit: crew.unit })
  await crew.press(assignment, 'acknowledged')
  await crew.press(assignment, 'en-route')
  await crew.officer.post(`/api/dispatch/incidents/${incident}/notes`, { text: '前方路口拥堵，两分钟后到。' })
  await desk.post(`/api/messages/channels/unit-${crew.unit}/messages`, { text: '到达后请先核对伤者情况' })
  await crew.officer.post(`/api/messages/channels/unit-${crew.unit}/messages`, { text: '收到，已通知 120' })
  await connectTerminals(served, crew, place)
  // the callers of the demo need a minute to make a board worth looking at
  await until('the board is alive', async () => (await desk.get<{ items: unknown[] }>('/api/dispatch/incidents?status=open')).items.length >= 4, 120).catch(() => {})
  return { served, desk, crew, phone, resting, incident, place }
}

/** A terminal of the crew’s car with an alarm, and one that nobody knows. */
async function connectTerminals(served: Served, crew: Crew, place: Place): Promise<void> {
  const { jt808: port } = served.terminals
  if (port === null) throw new Error('the scene wants a server that hears terminals')
  const administrator = await signIn(served.url, served.account('administrator'))
  await administrator.post('/api/units/devices', { unit: crew.unit, label: '车载终端', protocol: 'jt808', terminal: '13900139001' })
  const stranger = await jt808Terminal(port, '013900139002')
  stranger.say(0x0100, registrationBody('2013'))
  await stranger.told()
  const terminal = await jt808Terminal(port, '013900139001')
  terminal.say(0x0100, registrationBody('2013'))
  const registered = await terminal.told()
  await terminal.answerTo(terminal.say(0x0102, registered.body.subarray(3)))
  const overspeed = 2
  await terminal.answerTo(terminal.say(0x0200, locationBody({ ...place, at: Date.now(), speedKmh: 92, courseDeg: 90, alarm: overspeed })))
}

/** An order for the phone that nobody has answered yet; taken back by `end`. */
export async function orderFor(scene: Scene): Promise<{ readonly incident: string; end(): Promise<void> }> {
  const { desk, phone, place } = scene
  await phone.standAt(place)
  const incident = await desk.open(place, '老人在路口走失，穿蓝色上衣')
  await desk.post(`/api/dispatch/incidents/${incident}/assignments`, { unit: phone.unit })
  return {
    incident,
    async end() {
      await desk.post(`/api/dispatch/incidents/${incident}/close`, { outcome: 'cancelled-by-caller', note: '' })
    },
  }
}

export type View = {
  readonly name: string
  readonly path: (scene: Scene) => string
  /** Presses what is needed and waits until everything is there. */
  readonly show: (page: Page, scene: Scene) => Promise<void>
  /** Worth a picture at a phone's size too. */
  readonly phone?: true
}
type Ways = Readonly<Record<string, Omit<View, 'name'>>>
const named = (ways: Ways): readonly View[] => Object.entries(ways).map(([name, view]) => ({ name, ...view }))
const there = (...selectors: string[]) => async (page: Page) => {
  for (const selector of selectors) await page.locator(selector).first().waitFor()
}

const rows = there('.board .row', '.chip', '.maplibregl-canvas')
/** Of a dispatcher. */
export const commandViews = named({
  command: { path: () => '/command', show: rows, phone: true },
  incident: {
    path: ({ incident }) => `/command?incident=${incident}`,
    show: there('.incident-detail .log-line', '.recommendation', '.resource', '.maplibregl-canvas'),
    phone: true,
  },
  'new-incident': {
    path: () => '/command',
    async show(page, { place }) {
      await rows(page)
      await page.keyboard.press('n')
      await page.locator('.kind-field input:focus').waitFor()
      await page.keyboard.type('jt')
      await page.keyboard.press('Enter')
      await page.keyboard.type(place.text)
      await page.locator('#place-options [role=option]').first().waitFor()
      await page.keyboard.press('Enter')
      await page.keyboard.type('两车剐蹭，无人受伤，占用一条车道')
      await page.locator('.new-incident .recommendation').first().waitFor()
    },
  },
  unit: { path: ({ crew }) => `/command?unit=${crew.unit}`, show: there('.unit-detail', '.maplibregl-canvas') },
  reach: { path: () => '/command?roads=reach;car;from;units', show: there('.roads-legend li', '.maplibregl-canvas'), phone: true },
  'road-route': {
    path: ({ place }) => `/command?roads=route;car;${place.lon},${place.lat};${place.lon - 0.02},${place.lat - 0.008}`,
    show: there('.roads-steps li', '.maplibregl-canvas'),
    phone: true,
  },
  closures: {
    path: () => '/command?roads=close',
    phone: true,
    async show(page, scene) {
      if ((await scene.desk.get<{ items: unknown[] }>('/api/roads/closures')).items.length === 0) {
        const { geometry } = await scene.desk.get<{ geometry: [number, number][] }>(`/api/roads/route?fromLon=${scene.place.lon}&fromLat=${scene.place.lat}&toLon=${scene.place.lon - 0.02}&toLat=${scene.place.lat - 0.008}`)
        const half = Math.floor(geometry.length / 2)
        const [a, b] = [geometry[half - 1]!, geometry[half]!]
        await scene.desk.post('/api/roads/closures', { geometry: { type: 'LineString', coordinates: [a, b] }, reason: '燃气管道抢修' })
      }
      await there('.roads-closures li', '.maplibregl-canvas')(page)
    },
  },
  fences: {
    path: () => '/command?fence=list',
    phone: true,
    async show(page, scene) {
      if ((await scene.desk.get<{ items: unknown[] }>('/api/patrol/fences')).items.length === 0) {
        const { lon, lat } = scene.place
        const tells = { enter: true, leave: true, staySeconds: 600, speedLimitKmh: 40, overSeconds: 10 }
        await scene.desk.post('/api/patrol/fences', { name: '贵溪一中', severity: 'alarm', geometry: { type: 'Point', coordinates: [lon, lat], radiusMeters: 300 }, tells })
        const corners = [[lon + 0.008, lat + 0.001], [lon + 0.018, lat], [lon + 0.02, lat + 0.008], [lon + 0.009, lat + 0.01], [lon + 0.008, lat + 0.001]]
        await scene.desk.post('/api/patrol/fences', { name: '火车站广场', geometry: { type: 'Polygon', coordinates: [corners] }, hours: { days: [1, 2, 3, 4, 5], from: '22:00', until: '06:00' } })
      }
      await there('.fence-list li', '.maplibregl-canvas')(page)
    },
  },
  'fence-route': {
    path: ({ place }) => `/command?fence=new&at=${place.lon},${place.lat},14`,
    async show(page) {
      await there('.roads-form', '.maplibregl-canvas')(page)
      await page.getByLabel(/^(名称|Name)$/).fill('校车路线')
      await page.locator('.roads-form select').first().selectOption('route')
      const box = (await page.locator('.maplibregl-canvas').boundingBox())!
      for (const [x, y] of [[0.58, 0.7], [0.72, 0.5], [0.62, 0.3]] as const) {
        await page.mouse.click(box.x + box.width * x, box.y + box.height * y)
        await page.waitForTimeout(500) // two clicks at once would end it
      }
    },
  },
  messages: { path: ({ crew }) => `/command?messages=unit-${crew.unit}`, show: there('.message', '.composer', '.maplibregl-canvas'), phone: true },
  broadcast: {
    path: ({ incident }) => `/command?incident=${incident}`,
    async show(page) {
      await page.locator('.detail-acts button', { hasText: /一呼百应|Call all near/ }).click()
      await there('.broadcast-preview summary', '.maplibregl-canvas')(page)
    },
  },
  search: {
    path: () => '/command',
    async show(page) {
      await rows(page)
      await page.keyboard.press('Control+K')
      await page.keyboard.type('xs')
      await page.locator('.search-result').first().waitFor()
    },
  },
  'command-line': {
    path: () => '/command',
    async show(page) {
      await rows(page)
      await page.keyboard.press('F2')
      await page.keyboard.type('d')
      await page.locator('.completion').first().waitFor()
    },
  },
  help: {
    path: () => '/command',
    async show(page) {
      await rows(page)
      await page.keyboard.press('Shift+?')
      await page.locator('dialog[open]').waitFor()
    },
  },
})

/** Of a commander. */
export const commanderViews = named({
  'playback-opening': { path: () => '/playback', show: there('.playback-form'), phone: true },
  playback: {
    path: () => '/playback',
    phone: true,
    async show(page) {
      await page.locator('.playback-quick button').first().click()
      await page.locator('.playback-form textarea').fill('复盘：东门口纠纷处置')
      await page.locator('.playback-form button[type=submit]').click()
      await there('.playback', '.event-list li', '.maplibregl-canvas')(page)
      await page.locator('.timeline-track').focus()
      await page.keyboard.press('End')
    },
  },
})

const section = (id: string, ready: string) => ({ path: () => `/administration/${id}`, show: there('.administration-head', ready) })
/** Of an administrator. */
export const administrationViews = named({
  'administration-start': section('start', '.first-steps li'),
  'administration-accounts': section('accounts', '.ant-table-row'),
  'administration-members': section('members', '.ant-table-row'),
  'administration-agencies': section('agencies', '.ant-table-row, .ant-tree-treenode'),
  'administration-units': section('units', '.ant-table-row'),
  'administration-devices': section('devices', '.ant-table-row'),
  'administration-device': {
    path: () => '/administration/devices',
    async show(page) {
      await page.locator('.ant-table-row', { hasText: '13900139001' }).getByRole('button').first().click()
      await there('.ant-drawer .ant-tabs')(page)
    },
  },
  'administration-bots': section('bots', '.ant-table-row, .empty'),
  'administration-push': section('push', '.ant-table-row'),
  'administration-categories': section('categories', '.ant-table-row'),
  'administration-retention': section('retention', '.retention-daily tbody tr'),
  'administration-map': section('map', '.map-facts'),
  'administration-roads': {
    path: () => '/administration/roads',
    async show(page) {
      // what is learned is read in the first seconds; in a town that has learned nothing that is what is shown
      await there('.doubt-name, .speeds-needs, .speeds-sure')(page)
      const first = page.locator('.doubt-name').first()
      if ((await first.count()) === 0) return
      await first.click()
      await there('.hours td button', '.maplibregl-canvas')(page)
      await page.waitForTimeout(2000) // the map goes there
    },
  },
  'administration-new-account': {
    path: () => '/administration/accounts',
    async show(page) {
      await there('.ant-table-row')(page)
      await page.locator('.administration-tools .ant-btn-primary').click()
      await page.locator('.ant-modal form, .ant-drawer form').first().waitFor()
    },
  },
})

/** Console pages are for desks; the phone page is for phones; the door is for all. */
export const deskSizes = { '1366x768': sizes.desk, '1920x1080': sizes.wide } as const
export const phoneSize = { '390x844': sizes.phone } as const
export const doorSizes = { ...deskSizes, ...phoneSize } as const
