import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { themeOf } from './theme.ts'

const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8')

/** The variables of one theme: those of its rule; colours only. */
function colours(theme: 'dark' | 'light'): Map<string, string> {
  const rule = new RegExp(`:root\\[data-theme='${theme}'\\]\\s*\\{([^}]*)\\}`).exec(css)?.[1]
  assert.ok(rule, `theme.css has no rule for ${theme}`)
  return new Map([...rule.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]))
}

/** WCAG 2 relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high! + 0.05) / (low! + 0.05)
}

const tones = ['rest', 'free', 'en-route', 'on-scene', 'busy', 'panic']
const grounds = ['ground', 'panel', 'raised', 'floating', 'selected']

test('contrast is measured as WCAG does', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21)
  assert.ok(Math.abs(contrast('#777777', '#ffffff') - 4.48) < 0.01)
})

for (const theme of ['dark', 'light'] as const) {
  test(`text of the ${theme} theme is readable on every ground (4.5:1)`, () => {
    const of = colours(theme)
    const short: string[] = []
    const need = (text: string, ground: string, least: number) => {
      const ratio = contrast(of.get(text)!, of.get(ground)!)
      if (!(ratio >= least)) short.push(`${text} on ${ground}: ${ratio.toFixed(2)} < ${least}`)
    }
    for (const ground of grounds) {
      for (const text of ['text', 'text-soft', 'text-faint']) need(text, ground, 4.5)
      for (const tone of tones) need(`${tone}-text`, ground, 4.5)
    }
    for (const tone of tones) need(`on-${tone}`, tone, 4.5)
    need('on-accent', 'accent', 4.5)
    need('on-accent', 'accent-hover', 4.5)
    assert.deepEqual(short, [])
  })

  test(`marks and control borders of the ${theme} theme can be made out (3:1)`, () => {
    const of = colours(theme)
    const short: string[] = []
    for (const ground of ['ground', 'panel', 'raised', 'floating']) {
      for (const mark of ['line-control', 'accent']) {
        const ratio = contrast(of.get(mark)!, of.get(ground)!)
        if (!(ratio >= 3)) short.push(`${mark} on ${ground}: ${ratio.toFixed(2)}`)
      }
    }
    assert.deepEqual(short, [])
  })
}

test('both themes define the same colours', () => {
  assert.deepEqual([...colours('dark').keys()].sort(), [...colours('light').keys()].sort())
})

test('a machine that says nothing gets the dark theme, a choice is kept whatever the machine says', () => {
  assert.equal(themeOf('system', false), 'dark')
  assert.equal(themeOf('system', true), 'light')
  assert.equal(themeOf('dark', true), 'dark')
  assert.equal(themeOf('light', false), 'light')
})

test('no rule of a style sheet is left open: what follows it would be nested in it, and not apply', () => {
  const sheets = globSync(['console/**/*.css', 'officer/**/*.css', 'ui/**/*.css'], { cwd: new URL('..', import.meta.url) })
  assert.ok(sheets.length > 8)
  for (const sheet of sheets) {
    const text = readFileSync(new URL(`../${sheet}`, import.meta.url), 'utf8').replace(/\/\*.*?\*\//gs, '')
    assert.equal([...text.matchAll(/\}/g)].length, [...text.matchAll(/\{/g)].length, sheet)
    // Our own sheets nest nothing but rules in at-rules.
    for (const [, selector] of text.matchAll(/\n([.#:a-z][^{}@]*)\{[^{}]*\n\.[^{}]*\{/g)) assert.fail(`${sheet}: ${selector} holds a rule`)
  }
})
