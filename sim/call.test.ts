import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distanceMeters } from '#core/geo/distance.ts'
import { templateStory, type Call, type CallStream } from './call.ts'
import { readTownFile } from './town-file.ts'

const guixi = readTownFile(new URL('../demo/guixi/town.json', import.meta.url).pathname)
const take = (stream: CallStream, count: number): Call[] => Array.from({ length: count }, () => stream.next()!)

test('the same seed tells the same story, another seed another', () => {
  assert.deepEqual(take(templateStory(guixi, 7), 200), take(templateStory(guixi, 7), 200))
  assert.notDeepEqual(take(templateStory(guixi, 7), 5), take(templateStory(guixi, 8), 5))
})

test('pauses, places and kinds are those of the town file, and every template is told in a day', () => {
  assert.ok(guixi.calls.source === 'templates')
  const [low, high] = guixi.calls.secondsBetween
  const told = new Set<string>()
  for (const call of take(templateStory(guixi, 7), 1200)) {
    assert.ok(call.afterSeconds >= low && call.afterSeconds <= high)
    const template = guixi.calls.templates.find(({ zh }) => zh === call.summary)!
    told.add(template.id)
    const meters = Math.min(
      ...guixi.places.filter(({ tags }) => tags.some((tag) => template.at.includes(tag))).map(({ lon, lat }) => distanceMeters(lon, lat, call.lon, call.lat)),
    )
    assert.ok(meters <= 41, `${call.key} is ${meters} m from any fitting place`)
    assert.ok(template.found.some(({ zh }) => zh === call.found))
  }
  assert.equal(told.size, guixi.calls.templates.length)
})

test('nine calls in a row are about nine things', () => {
  const calls = take(templateStory(guixi, 11), 500)
  for (let i = 8; i < calls.length; i++) assert.equal(new Set(calls.slice(i - 8, i + 1).map(({ summary }) => summary)).size, 9)
})
