/**
 * The pocket's icons as PNG, drawn from `officer/icon.svg` by Chromium: phones put no SVG on a home screen. Run it by
 * hand when the drawing changes; the pictures are kept in the repository, so that a build needs no browser.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from '#test/browser.ts'

const folder = join(import.meta.dirname, '..', 'officer')
const drawing = readFileSync(join(folder, 'icon.svg'), 'utf8')
/** Phones cut a maskable icon to their own shape: the ground goes to the edges, the bell is within the inner four fifths as drawn. */
const maskable = drawing.replace(' rx="10"', '')

const browser = await launch()
for (const [name, side, svg] of [['icon-192', 192, drawing], ['icon-512', 512, drawing], ['icon-maskable-512', 512, maskable]] as const) {
  const page = await browser.newPage({ viewport: { width: side, height: side } })
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${side}px;height:${side}px}</style>${svg}`)
  await page.screenshot({ path: join(folder, `${name}.png`), omitBackground: true })
  await page.close()
}
await browser.close()
