import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openKeptVoices, type KeptVoice, type VoiceStore } from './kept-voices.ts'

/** A browser's database: what one page puts there the next one finds. */
function keptIn(rows = new Map<string, KeptVoice>()): VoiceStore & { readonly rows: Map<string, KeptVoice> } {
  return {
    rows,
    async list(account) {
      for (const { id, account: owner } of rows.values()) if (owner !== account) rows.delete(id)
      return [...rows.values()]
    },
    async put(voice) {
      rows.set(voice.id, voice)
    },
    async remove(id) {
      rows.delete(id)
    },
  }
}
/** A server that takes each command once; `answers` says whether its answer arrives. */
function server() {
  const taken = new Set<string>()
  const asked: string[] = []
  const state = { hears: true, answers: true }
  const send = async ({ id }: KeptVoice) => {
    asked.push(id)
    if (state.hears) taken.add(id)
    if (!state.hears || !state.answers) throw new Error('offline')
  }
  return { taken, asked, state, send }
}
let made = 0
const page = (store: VoiceStore, send: (voice: KeptVoice) => Promise<unknown>, account = 'a') => openKeptVoices({ account, store, send, newId: () => `c${++made}`, now: () => made })
const recording = { blob: new Blob(['speech']), seconds: 4 }
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('what was sent is kept nowhere', async () => {
  const [store, { send, taken }] = [keptIn(), server()]
  const voices = page(store, send)
  await voices.say('unit-1', recording)
  assert.deepEqual([voices.get(), store.rows.size, taken.size], [[], 0, 1])
})

test('what could not be sent stays with its channel, also for the next page, and goes again as the same command', async () => {
  const [store, at] = [keptIn(), server()]
  at.state.answers = false // the server has it, and its answer is lost
  const first = page(store, at.send)
  await assert.rejects(first.say('unit-1', recording), /offline/)
  assert.deepEqual(first.get().map(({ channel, sending, unkept }) => ({ channel, sending, unkept })), [{ channel: 'unit-1', sending: null, unkept: false }])

  const next = page(store, at.send)
  await settled()
  const kept = next.get()[0]!
  assert.equal(await kept.blob.text(), 'speech')
  at.state.answers = true
  await next.again(kept.id)
  assert.deepEqual(at.asked, [kept.id, kept.id])
  assert.equal(at.taken.size, 1, 'two attempts, one command')
  assert.deepEqual([next.get(), store.rows.size], [[], 0])
})

test('a page that goes away in the middle of sending leaves it kept', async () => {
  const store = keptIn()
  void page(store, () => new Promise(() => {})).say('unit-1', recording)
  await settled()
  const next = page(store, server().send)
  await settled()
  assert.equal(next.get().length, 1)
})

test('pressed twice it goes once, and it is not thrown away under way', async () => {
  const store = keptIn()
  let letGo = () => {}
  let count = 0
  const voices = page(store, () => (++count === 1 ? Promise.reject(new Error('offline')) : new Promise<void>((resolve) => (letGo = resolve))))
  await assert.rejects(voices.say('unit-1', recording))
  const { id } = voices.get()[0]!
  const pressed = [voices.again(id), voices.again(id)]
  await voices.drop(id)
  assert.deepEqual([count, voices.get()[0]!.sending], [2, 'again'])
  letGo()
  await Promise.all(pressed)
  assert.deepEqual(voices.get(), [])
})

test('thrown away it is gone; another account at this desk finds nothing', async () => {
  const [store, at] = [keptIn(), server()]
  at.state.hears = false
  const voices = page(store, at.send)
  for (let n = 0; n < 2; n++) await assert.rejects(voices.say('unit-1', recording))
  await voices.drop(voices.get()[0]!.id)
  assert.equal(store.rows.size, 1)
  const other = page(store, at.send, 'b')
  await settled()
  assert.deepEqual([other.get(), store.rows.size], [[], 0])
})

test('a browser that keeps nothing says so of the note, which lasts as long as the page', async () => {
  const broken = async () => Promise.reject(new Error('quota'))
  const voices = page({ list: broken, put: broken, remove: broken }, server().send)
  await voices.say('unit-1', recording)
  assert.deepEqual(voices.get(), [])
  const dead = server()
  dead.state.hears = false
  const unkept = page({ list: broken, put: broken, remove: broken }, dead.send)
  await assert.rejects(unkept.say('unit-1', recording), /offline/)
  assert.equal(unkept.get()[0]!.unkept, true)
})
