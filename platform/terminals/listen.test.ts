import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { listenForTerminals, type Link, type ListenOptions } from './listen.ts'

async function port(context: TestContext, options: Partial<ListenOptions> = {}) {
  const links: Link[] = []
  const heard: string[] = []
  let gone = 0
  const made = await listenForTerminals({
    host: '127.0.0.1',
    port: 0,
    udp: false,
    onFault: (what, cause) => assert.fail(`${what}: ${String(cause)}`),
    onLink(link) {
      links.push(link)
      return { hear: (bytes) => void heard.push(Buffer.from(bytes).toString()), gone: () => void gone++ }
    },
    ...options,
  })
  context.after(() => made.stop())
  const dial = async (): Promise<Socket> => {
    const socket = connect(made.port, '127.0.0.1')
    socket.on('error', () => {})
    context.after(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  return { made, links, heard, dial, gone: () => gone }
}
const until = async (isTrue: () => boolean) => {
  for (let n = 0; n < 3000 && !isTrue(); n++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(isTrue())
}

test('a link hears, is answered, and its end is told once', async (context) => {
  const { links, heard, dial, gone, made } = await port(context)
  const socket = await dial()
  socket.write('hello')
  await until(() => heard.join('') === 'hello')
  const answered = once(socket, 'data')
  links[0]!.send(Buffer.from('yes'))
  assert.equal(String((await answered)[0]), 'yes')
  socket.destroy()
  await until(() => gone() === 1 && made.links() === 0)
  links[0]!.send(Buffer.from('too late')) // nobody is there: nothing happens
})

test('of links that show no known device the oldest goes; the settled stay', async (context) => {
  const { links, dial, made } = await port(context, { limits: { unsettledMax: 2 } })
  const first = await dial()
  await until(() => links.length === 1)
  links[0]!.settle()
  const second = await dial()
  await until(() => links.length === 2)
  await dial()
  await until(() => links.length === 3)
  const closed = once(second, 'close')
  await dial()
  await closed
  await until(() => made.links() === 3)
  assert.equal(first.destroyed, false)
})

test('what is read slowly is sent slowly: nothing more is read while an ear is busy', async (context) => {
  let release = () => {}
  let chunks = 0
  const { dial } = await port(context, {
    onLink: () => ({
      hear: () => {
        chunks++
        return new Promise<void>((resolve) => (release = resolve))
      },
      gone: () => {},
    }),
  })
  const socket = await dial()
  socket.write('a')
  await until(() => chunks === 1)
  socket.write('b')
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(chunks, 1)
  release()
  await until(() => chunks === 2)
  release()
})

test('who takes nothing of what is sent is cut off', async (context) => {
  const { links, dial, gone } = await port(context, { limits: { unsentBytesMax: 1000 } })
  const socket = await dial()
  socket.pause()
  await until(() => links.length === 1)
  for (let n = 0; n < 200 && gone() === 0; n++) {
    links[0]!.send(new Uint8Array(100_000))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until(() => gone() === 1)
})

test('a taken port is the system’s own error', async (context) => {
  const { made } = await port(context)
  await assert.rejects(listenForTerminals({ host: '127.0.0.1', port: made.port, udp: true, onLink: () => ({ hear() {}, gone() {} }), onFault: () => {} }), /EADDRINUSE/)
})

test('what a link heard stays as it was, whatever others say', async (context) => {
  const chunks: Uint8Array[] = []
  const { dial } = await port(context, { onLink: () => ({ hear: (bytes) => void chunks.push(bytes), gone: () => {} }) })
  for (const word of ['first', 'second', 'third']) {
    const before = chunks.length
    ;(await dial()).write(word)
    await until(() => chunks.length > before)
  }
  assert.deepEqual(chunks.map((chunk) => Buffer.from(chunk).toString()), ['first', 'second', 'third'])
})

test('more than one read holds comes whole and in order', async (context) => {
  const { dial, heard } = await port(context)
  const said = Array.from({ length: 40_000 }, (_, n) => String(n)).join(' ')
  ;(await dial()).write(said)
  await until(() => heard.join('').length === said.length)
  assert.equal(heard.join(''), said)
})

test('a stop closes every link and is over when they are', async (context) => {
  const { dial, made, gone } = await port(context)
  const sockets = await Promise.all([dial(), dial(), dial()])
  await until(() => made.links() === 3)
  const closed = sockets.map((socket) => once(socket, 'close'))
  await made.stop()
  assert.equal(gone(), 3)
  await Promise.all(closed)
})

/** So much unread that a link cannot finish what it sends. */
async function stuck(dial: () => Promise<Socket>, links: readonly Link[]): Promise<Socket> {
  const before = links.length
  const socket = await dial()
  socket.pause()
  await until(() => links.length > before)
  for (let n = 0; n < 64; n++) links.at(-1)!.send(new Uint8Array(1 << 20))
  return socket
}
const unsentBytesMax = Infinity

test('a link whose peer takes nothing is closed all the same, and soon', async (context) => {
  const { links, dial, gone, made } = await port(context, { limits: { unsentBytesMax } })
  await stuck(dial, links)
  links[0]!.close()
  links[0]!.close()
  await until(() => gone() === 1)
  assert.equal(made.links(), 0)
})

test('a stop is over with a link whose peer takes nothing, and leaves none', async (context) => {
  const { links, dial, gone, made } = await port(context, { limits: { unsentBytesMax } })
  await stuck(dial, links)
  await made.stop()
  assert.deepEqual([gone(), made.links()], [1, 0])
})

test('a link that cannot be closed at once lets no more in than there is room for', async (context) => {
  const { links, dial, made } = await port(context, { limits: { unsentBytesMax, unsettledMax: 5 } })
  await stuck(dial, links)
  for (let n = 1; n <= 60; n++) {
    await dial()
    await until(() => links.length === n + 1)
  }
  await until(() => made.links() === 5)
})

/** A port whose ears choke on some words, at once or later; and what was said of it. */
async function choking(context: TestContext, udp = false) {
  const faults: string[] = []
  const heard: string[] = []
  const made = await port(context, {
    udp,
    onFault: (what) => void faults.push(what),
    onLink: () => ({
      hear(bytes) {
        const word = Buffer.from(bytes).toString()
        if (word === 'bad') throw new Error('choked')
        heard.push(word)
        return word === 'bad later' ? Promise.reject(new Error('choked')) : Promise.resolve()
      },
      gone: () => {},
    }),
  })
  return { ...made, faults, heard }
}

for (const words of [['bad'], ['bad later'], ['good', 'bad']]) {
  test(`what an ear chokes on ends its link and nothing else: ${words.join(', then ')}`, async (context) => {
    const { faults, heard, dial, made } = await choking(context)
    const [one, other] = [await dial(), await dial()]
    const closed = once(one, 'close')
    for (const word of words) {
      one.write(word)
      await until(() => heard.includes(word) || faults.length > 0)
    }
    await closed
    await until(() => made.links() === 1)
    assert.deepEqual(faults, ['hearing a terminal at 127.0.0.1'])
    other.write('well')
    await until(() => heard.includes('well'))
  })
}

test('an ear that chokes on what waited for its turn ends its link and nothing else', async (context) => {
  const faults: string[] = []
  let release = () => {}
  let count = 0
  const { dial, made } = await port(context, {
    onFault: (what) => void faults.push(what),
    onLink: () => ({
      hear() {
        if (++count === 2) throw new Error('choked')
        return new Promise<void>((resolve) => (release = resolve))
      },
      gone: () => {},
    }),
  })
  const socket = await dial()
  socket.write('a')
  await until(() => count === 1)
  socket.write('b')
  await new Promise((resolve) => setTimeout(resolve, 50))
  release()
  await until(() => faults.length === 1 && made.links() === 0)
})

test('an ear that cannot be made, or that chokes on the end, is a fault of one link', async (context) => {
  const faults: string[] = []
  let count = 0
  const { dial, made } = await port(context, {
    onFault: (what) => void faults.push(what),
    onLink() {
      if (++count === 1) throw new Error('no ear')
      return {
        hear: () => {},
        gone() {
          throw new Error('choked')
        },
      }
    },
  })
  await once(await dial(), 'close')
  const second = await dial()
  await until(() => made.links() === 1)
  second.destroy()
  await until(() => made.links() === 0)
  assert.deepEqual(faults, ['a terminal’s link from 127.0.0.1', 'hearing a terminal at 127.0.0.1'])
})

/** A terminal that speaks in datagrams. */
function speaker(context: TestContext, to: number) {
  const socket = createSocket('udp4')
  context.after(() => socket.close())
  return (word: string) => socket.send(word, to, '127.0.0.1')
}

test('a datagram that an ear chokes on, at once or later, ends that address and no other', async (context) => {
  const { faults, heard, made } = await choking(context, true)
  const [one, later, other] = [speaker(context, made.port), speaker(context, made.port), speaker(context, made.port)]
  one('bad')
  later('bad later')
  await until(() => faults.length === 2)
  other('well')
  await until(() => heard.includes('well'))
  assert.equal(made.links(), 1)
  one('again')
  await until(() => heard.includes('again'))
})

test('a full port takes nobody more, over TCP or UDP, and goes on with whom it has', async (context) => {
  const { links, heard, dial, made } = await port(context, { udp: true, limits: { linksMax: 3 } })
  await dial()
  const known = speaker(context, made.port)
  known('first')
  await until(() => heard.length === 1)
  const strangers = Array.from({ length: 20 }, () => speaker(context, made.port))
  for (const [n, stranger] of strangers.entries()) stranger(`stranger ${n}`)
  known('second')
  await until(() => heard.includes('second'))
  await once(await dial(), 'close')
  assert.deepEqual([made.links(), links.length], [3, 3])
  links.at(-1)!.close()
  for (let n = 0; n < 2000 && links.length === 3; n++) {
    strangers[n % strangers.length]!('there is room again')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.equal(links.length, 4)
})

test('datagrams of an address whose ear is busy do not pile up', async (context) => {
  const released: (() => void)[] = []
  let count = 0
  const { made } = await port(context, {
    udp: true,
    limits: { datagramsMax: 4 },
    onLink: () => ({
      hear: () => {
        count++
        return new Promise<void>((resolve) => released.push(resolve))
      },
      gone: () => {},
    }),
  })
  const [flood, other] = [speaker(context, made.port), speaker(context, made.port)]
  for (let n = 0; n < 50; n++) flood('place')
  await until(() => count === 4)
  other('place')
  await until(() => count === 5)
  for (const release of released.splice(0)) release()
  await until(() => {
    if (count < 6) flood('place')
    return count >= 6
  })
})

/** A port that takes a while to answer each chunk. */
const pondering = (context: TestContext) =>
  port(context, {
    onLink: (link) => ({
      async hear(bytes) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        link.send(Buffer.from(`${Buffer.from(bytes).toString()}!`))
      },
      gone: () => {},
    }),
  })

test('who says something and ends is answered all the same, and then the link is gone', async (context) => {
  const { dial, made } = await pondering(context)
  const [one, more, nothing] = [await dial(), await dial(), await dial()]
  let [answer, answers] = ['', '']
  one.on('data', (bytes) => (answer += String(bytes)))
  more.on('data', (bytes) => (answers += String(bytes)))
  one.end('a')
  more.write('b')
  await new Promise((resolve) => setTimeout(resolve, 30))
  more.write('c')
  await new Promise((resolve) => setTimeout(resolve, 10))
  more.end()
  nothing.end()
  await until(() => made.links() === 0)
  await until(() => answer === 'a!' && /^b(!c|c)!$/.test(answers))
})

test('who ends and never goes, while the ear is busy for ever, is let go when the time is up', { timeout: 60_000 }, async (context) => {
  const { dial, made } = await port(context, { limits: { idleMs: 100 }, onLink: () => ({ hear: () => new Promise(() => {}), gone: () => {} }) })
  const socket = await dial()
  socket.end('a')
  await until(() => made.links() === 1)
  await until(() => made.links() === 0)
})
