/** What a file of journeys stands on: the real program with a demo, and a browser. Both end with the file. */
import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import type { Browser } from 'playwright-core'
import { launch } from '#test/browser.ts'
import { serve, type Served } from '#test/serve.ts'
import { pictureOfFailure } from './pages.ts'

/**
 * @param how.speed  of the demo's clock: 0.1 is so slow a town that its own dispatcher sends nobody away in the middle of a journey
 * @param how.env    for the program, beside this process's own
 * @param ready      is given both before the first journey, and may prepare more
 */
export function inTown(how: { readonly demo: 'guixi' | 'none'; readonly speed?: number; readonly terminals?: boolean; readonly env?: Record<string, string> }, ready: (served: Served, browser: Browser) => void | Promise<void>): void {
  let served: Served | undefined
  let browser: Browser | undefined
  before(async () => {
    served = await serve(how)
    browser = await launch()
    await ready(served, browser)
  }, { timeout: 300_000 })
  afterEach(pictureOfFailure)
  after(async () => {
    await browser?.close()
    if (served) assert.equal(await served.stop(), 0, 'Ctrl-C stops cleanly')
  })
}
