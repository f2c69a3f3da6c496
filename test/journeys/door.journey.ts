/** The door: wrong passwords, the lock, a session that ends under one's hands. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Served } from '#test/serve.ts'
import { inTown } from './in-town.ts'
import { open, openConsole, openPocket, typeCredentials } from './pages.ts'
import { farPlace, makeAccount, makeCrew, openDesk, signIn, until } from './town.ts'

let served: Served
let browser: Browser
inTown({ demo: 'guixi' }, (town, chromium) => {
  served = town
  browser = chromium
})

/** Sign an account out everywhere, as an administrator would. */
async function endSessions(name: string) {
  const administrator = await signIn(served.url, served.account('administrator'))
  const { items } = await administrator.get<{ items: { id: string; name: string }[] }>('/api/organisation/accounts')
  const account = items.find((each) => each.name === name)
  assert.ok(account)
  await administrator.post(`/api/organisation/accounts/${account.id}/sessions/end`)
}

test('a wrong password is said in one sentence, keeps the name, and locks after five; a name that there is not answers the same', { timeout: 120_000 }, async () => {
  const account = await makeAccount(served, { displayName: '健忘的调度员', role: 'dispatcher' })
  const said: string[][] = []
  for (const name of [account.name, 'nobody-of-this-name']) {
    const { page } = await open(browser, `${served.url}/`)
    const sentences: string[] = []
    for (let attempt = 1; attempt <= 6; attempt++) {
      const answered = page.waitForResponse((response) => response.url().endsWith('/api/session') && response.request().method() === 'POST')
      if (attempt === 1) await typeCredentials(page, { name, password: 'wrong-password-1' })
      else {
        // the cursor is in the emptied password field
        await page.keyboard.type(`wrong-password-${attempt}`)
        await page.keyboard.press('Enter')
      }
      await answered
      const notice = page.locator('[role=alert]')
      await notice.waitFor()
      await page.locator('button[type=submit]:not([aria-busy=true])').waitFor()
      sentences.push((await notice.innerText()).trim())
      assert.equal(await page.locator('input[name=username]').inputValue(), name, 'the name stays')
      assert.equal(await page.locator('input[name=password]').inputValue(), '', 'the password does not')
      assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).name), 'password')
    }
    said.push(sentences)
  }
  const [real, invented] = said as [string[], string[]]
  assert.deepEqual(real, invented, 'nothing tells a name that there is from one that there is not')
  assert.match(real[0]!, /密码/)
  assert.match(real[5]!, /错误次数过多，请 1[45] 分钟后再试/)
  assert.equal(new Set(real.slice(0, 5)).size, 1)
})

test('a session that ends shows the sign-in page, and signing in returns to the same place with everything that was typed', { timeout: 180_000 }, async () => {
  const desk = await openDesk(served)
  const account = await makeAccount(served, { displayName: '调度员丙', role: 'dispatcher' })
  const place = await farPlace(desk)
  const incident = await desk.open(place, '会话过期前的警情')
  const path = `/command?incident=${incident}&hide=pois`
  const { page } = await openConsole(browser, served, account, { path })
  await page.locator('.incident-detail', { hasText: '会话过期前的警情' }).waitFor()
  await page.keyboard.press('n')
  await page.locator('.kind-field input:focus').waitFor()
  await page.keyboard.type('jf')
  await page.keyboard.press('Enter')
  await page.keyboard.type(place.text)
  await page.locator('#place-options [role=option]').first().waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.type('写到一半的警情')
  await page.locator('.new-incident .recommendations > li').first().waitFor()

  await endSessions(account.name)
  await page.locator('input[name=username]').waitFor({ timeout: 30_000 })
  await page.locator('.notice', { hasText: '登录已过期' }).waitFor()
  await typeCredentials(page, account)
  await page.locator('.board').waitFor()
  assert.equal(new URL(page.url()).searchParams.get('hide'), 'pois')
  await page.locator('.new-incident').waitFor()
  assert.equal(await page.locator('.new-incident input[value="写到一半的警情"]').count(), 1, 'what was typed is still there')
  assert.equal(await page.locator('.place-field input').inputValue(), place.text)
  await page.keyboard.press('Escape')

  // another account at the same desk sees nothing of it
  const other = await makeAccount(served, { displayName: '调度员丁', role: 'dispatcher' })
  await page.locator('.person-button').click()
  await page.locator('.person-menu button', { hasText: '退出登录' }).click()
  await typeCredentials(page, other)
  await page.locator('.board').waitFor()
  assert.equal(await page.getByText('写到一半的警情').count(), 0)
})

test('an incident named by the address comes back after signing in', { timeout: 120_000 }, async () => {
  const desk = await openDesk(served)
  const account = await makeAccount(served, { displayName: '调度员戊', role: 'dispatcher' })
  const incident = await desk.open(await farPlace(desk), '地址里的警情')
  const { page } = await openConsole(browser, served, account, { path: `/command?incident=${incident}` })
  await page.locator('.incident-detail', { hasText: '地址里的警情' }).waitFor()
  await endSessions(account.name)
  await page.locator('input[name=username]').waitFor({ timeout: 30_000 })
  await typeCredentials(page, account)
  await page.locator('.incident-detail', { hasText: '地址里的警情' }).waitFor()
})

test('an officer whose session ends keeps the step that was pressed, and it is sent after signing in', { timeout: 180_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试6')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page } = await openPocket(browser, served, crew, { place })
  await page.locator('.ready-sign').waitFor()
  const incident = await desk.open(place, '会话过期时的指令')
  await desk.post(`/api/dispatch/incidents/${incident}/assignments`, { unit: crew.unit })
  await page.locator('button.step', { hasText: '签收' }).waitFor()
  await page.context().setOffline(true)
  await page.locator('button.step:not([aria-disabled])', { hasText: '签收' }).tap()
  await page.locator('.dock-waits').waitFor()
  await endSessions(crew.name)
  await page.context().setOffline(false)
  await page.locator('input[name=username]').waitFor({ timeout: 30_000 })
  assert.equal(await page.locator('input[name=username]').inputValue(), crew.name, 'the phone remembers whose it is')
  await page.locator('input[name=password]').fill(crew.password)
  await page.keyboard.press('Enter')
  await until('the step is sent', async () => (await desk.incident(incident)).assignments[0]?.state === 'acknowledged')
})

test('a phone whose session the server ends says so by itself, and orders come again after signing in', { timeout: 180_000 }, async () => {
  const desk = await openDesk(served)
  const crew = await makeCrew(served, '试7')
  const place = await farPlace(desk)
  await crew.startShift()
  const { page } = await openPocket(browser, served, crew) // without a place: nothing of its own would ask the server
  await page.locator('.ready-sign').waitFor()
  await endSessions(crew.name)
  await page.locator('input[name=username]').waitFor({ timeout: 30_000 }) // nothing was pressed
  await page.locator('.notice', { hasText: '登录已过期' }).waitFor()
  await page.locator('input[name=password]').fill(crew.password)
  await page.keyboard.press('Enter')
  await page.locator('.ready-sign').waitFor()
  const incident = await desk.open(place, '重新登录后的指令')
  await desk.post(`/api/dispatch/incidents/${incident}/assignments`, { unit: crew.unit })
  await page.locator('button.step', { hasText: '签收' }).waitFor()
  await page.context().close()
})
