import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgencyView } from '#modules/organisation/contract.ts'
import { agencyName, codeFrom, parentOf, treeOf, type AgencyNode } from './tree.ts'

const agency = (path: string, name = path, nameEn: string | null = null): AgencyView => ({ id: path, path, name, nameEn, kind: 'station', lon: null, lat: null })
const drawn = (nodes: readonly AgencyNode[], depth = 0): string[] => nodes.flatMap((node) => ['  '.repeat(depth) + node.name, ...drawn(node.children ?? [], depth + 1)])

test('agencies stand under their parents, numbers as people count', () => {
  const list = [agency('a.b10', '站10'), agency('a'), agency('a.b2', '站2'), agency('a.b2.c', '班')]
  assert.deepEqual(drawn(treeOf(list)), ['a', '  站2', '    班', '  站10'])
})

test('one whose parent is not seen stands under the nearest that is, or at the top', () => {
  assert.deepEqual(drawn(treeOf([agency('p.city.county'), agency('p'), agency('q.x')])), ['p', '  p.city.county', 'q.x'])
})

test('no agency is lost or doubled', () => {
  const list = ['a', 'a.b', 'a.b.c', 'a.d', 'e.f.g', 'e.f.g.h'].map((path) => agency(path))
  assert.deepEqual(drawn(treeOf(list)).map((line) => line.trim()).sort(), list.map((each) => each.path).sort())
})

test('a name in the reader’s language, the local name where there is no other, the path where nothing is known', () => {
  const list = [agency('a', '雄石所', 'Xiongshi Station'), agency('b', '东门所')]
  assert.equal(agencyName(list, 'a', true), 'Xiongshi Station')
  assert.equal(agencyName(list, 'a', false), '雄石所')
  assert.equal(agencyName(list, 'b', true), '东门所')
  assert.equal(agencyName(list, 'c', true), 'c')
})

test('the path above', () => {
  assert.equal(parentOf('a.b.c'), 'a.b')
  assert.equal(parentOf('a'), '')
})

test('a code is made of what a path may hold', () => {
  assert.equal(codeFrom('Xiongshi Road Station'), 'xiongshi_road_station')
  assert.equal(codeFrom('  Café – No. 3 '), 'cafe_no_3')
  assert.equal(codeFrom('雄石所'), '')
  assert.equal(codeFrom('x'.repeat(50)).length, 32)
})
