import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupCommit } from './group-commit.ts'

/** A disk that finishes a write when it is told to. */
function disk(apart?: () => Promise<void>) {
  const writes: { items: readonly number[]; finish: () => void; fail: () => void }[] = []
  const commits = groupCommit<number, number>(
    (items) =>
      new Promise((resolve, reject) =>
        writes.push({ items, finish: () => resolve(items.map((item) => item * 10)), fail: () => reject(new Error('disk full')) }),
      ),
    6,
    apart,
  )
  return { writes, commits }
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('a lone caller is written at once; those who come meanwhile go together', async () => {
  const { writes, commits } = disk()
  const first = commits.add([1])
  const others = [commits.add([2, 3]), commits.add([4])]
  await turn()
  assert.deepEqual(writes.map((write) => write.items), [[1]])
  writes[0]!.finish()
  assert.deepEqual(await first, [10])
  await turn()
  assert.deepEqual(writes[1]!.items, [2, 3, 4])
  writes[1]!.finish()
  assert.deepEqual(await Promise.all(others), [[20, 30], [40]])
})

test('a write takes about as many as it may, and never splits one caller’s', async () => {
  const { writes, commits } = disk()
  const all = [commits.add([0]), commits.add([1, 2, 3]), commits.add([4, 5, 6, 7]), commits.add([1, 2, 3, 4, 5, 6, 7, 8])]
  for (let n = 0; n < 4; n++) {
    await turn()
    writes[n]!.finish()
  }
  await Promise.all(all)
  assert.deepEqual(writes.map((write) => write.items.length), [1, 3, 4, 8])
})

test('a write that fails fails its callers, and not those who came after', async () => {
  const { writes, commits } = disk()
  const first = commits.add([1])
  const second = commits.add([2])
  writes[0]!.fail()
  await assert.rejects(first, /disk full/)
  await turn()
  writes[1]!.finish()
  assert.deepEqual(await second, [20])
})

test('settled waits for what is under way and what waits', async () => {
  const { writes, commits } = disk()
  void commits.add([1])
  void commits.add([2])
  let settled = false
  const done = commits.settled().then(() => (settled = true))
  writes[0]!.finish()
  await turn()
  assert.equal(settled, false)
  writes[1]!.finish()
  await done
  await commits.settled()
})

test('after a write that several shared, those who come within a moment go together', async () => {
  let momentIsOver: () => void = () => {}
  const { writes, commits } = disk(() => new Promise((resolve) => (momentIsOver = resolve)))
  const all = [commits.add([1]), commits.add([2]), commits.add([3])]
  writes[0]!.finish()
  await turn()
  writes[1]!.finish()
  await Promise.all(all) // answered when they are written, whatever is waited for then
  const late = [commits.add([4])]
  await turn()
  late.push(commits.add([5]))
  await turn()
  assert.equal(writes.length, 2)
  momentIsOver()
  await turn()
  assert.deepEqual(writes[2]!.items, [4, 5])
  writes[2]!.finish()
  assert.deepEqual(await Promise.all(late), [[40], [50]])
})

test('who comes back after each answer waits for nobody', async () => {
  const { writes, commits } = disk(() => assert.fail('waited'))
  for (let n = 0; n < 3; n++) {
    const answer = commits.add([n])
    await turn()
    assert.equal(writes.length, n + 1)
    writes[n]!.finish()
    assert.deepEqual(await answer, [n * 10])
    await turn()
  }
})
