import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { preferredLanguage } from './i18n.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const namespaces = ['common', 'command', 'administration', 'officer', 'setup', 'messages', 'playback']

type Words = { readonly [key: string]: string | Words }

/** `{a: {b: 'x'}}` as `a.b → x`. */
function flat(words: Words, prefix = ''): [key: string, text: string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`))
}

const catalogue = (language: string, namespace: string) =>
  new Map(flat(JSON.parse(readFileSync(`${root}ui/locales/${language}/${namespace}.json`, 'utf8')) as Words))

/** English counts one and many apart, Chinese does not: `unit_one` and `unit_other` stand for `unit`. */
const withoutCount = (key: string) => key.replace(/_(zero|one|other)$/, '')

for (const namespace of namespaces) {
  test(`the ${namespace} words are the same set in both languages`, () => {
    const [zh, en] = ['zh-CN', 'en'].map((language) => [...new Set([...catalogue(language, namespace).keys()].map(withoutCount))].sort())
    assert.deepEqual(zh, en)
  })

  test(`the ${namespace} words leave the same gaps in both languages`, () => {
    const gaps = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort()
    const en = catalogue('en', namespace)
    for (const [key, text] of catalogue('zh-CN', namespace)) {
      const other = en.get(key) ?? en.get(`${withoutCount(key)}_other`)
      if (other !== undefined) assert.deepEqual(gaps(text), gaps(other), key)
    }
  })

  test(`no ${namespace} word is empty`, () => {
    for (const language of ['zh-CN', 'en']) for (const [key, text] of catalogue(language, namespace)) assert.ok(text.trim(), `${language} ${key}`)
  })
}

test('every word that a page asks for is in its catalogue', () => {
  const all = new Map(namespaces.map((namespace) => [namespace, new Set([...catalogue('zh-CN', namespace).keys()].map(withoutCount))]))
  const missing: string[] = []
  let asked = 0
  for (const path of globSync('{ui,console,officer}/**/*.{ts,tsx}', { cwd: root })) {
    if (path.endsWith('.test.ts')) continue
    const source = readFileSync(`${root}${path}`, 'utf8')
    const own = /useTranslation\('(\w+)'/.exec(source)?.[1] ?? 'common'
    // t('key'), t(cond ? 'a' : 'b') by its parts is beyond this; keys made with `${}` are checked up to the gap
    for (const [, quoted, template] of source.matchAll(/\bt\(\s*(?:'([^']+)'|`([^`]+)`)/g)) {
      asked++
      const key = quoted ?? template!
      const [namespace, rest] = key.includes(':') ? (key.split(':') as [string, string]) : [own, key]
      const known = (name: string) => {
        const words = all.get(name)
        if (!words) return false
        const gap = rest.indexOf('${')
        return gap < 0 ? words.has(rest) : [...words].some((word) => word.startsWith(rest.slice(0, gap)))
      }
      if (!known(namespace) && !known('common')) missing.push(`${path}: ${key}`)
    }
  }
  assert.ok(asked > 0, 'found no words asked for')
  assert.deepEqual(missing, [])
})

test('every kind of Chinese browser gets Chinese, a choice made here wins', () => {
  assert.equal(preferredLanguage(null, ['zh-TW', 'en']), 'zh-CN')
  assert.equal(preferredLanguage(null, ['zh']), 'zh-CN')
  assert.equal(preferredLanguage(null, ['en-US', 'zh-CN']), 'en')
  assert.equal(preferredLanguage(null, ['fr-FR', 'zh-CN']), 'zh-CN')
  assert.equal(preferredLanguage(null, ['fr-FR']), 'en')
  assert.equal(preferredLanguage('en', ['zh-CN']), 'en')
})
