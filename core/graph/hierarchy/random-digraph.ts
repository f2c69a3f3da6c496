/** Invented digraphs of many kinds, for tests. */
import { seeded } from '../../random.ts'
import { digraphOf, type Digraph } from './digraph.ts'

/** Every kind of digraph that has ever made trouble; `seed` chooses the kind and the rest. */
export function randomDigraph(seed: number): Digraph & { readonly kind: string } {
  const random = seeded(seed)
  const below = (n: number) => Math.floor(random() * n)
  const kind = kinds[seed % kinds.length]
  const arcs: [number, number, number][] = []
  // few distinct costs, so that ties abound; one in four graphs has costs of the size a road has
  const large = random() < 0.25
  const dear = () => (large ? (1 + below(60_000)) * 2 ** 24 + below(5_000) : 1 + below(6))
  const size = 3 + below(5)
  let count = size * size
  switch (kind) {
    case 'grid':
    case 'grid with fast roads':
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const v = y * size + x
          const speed = kind !== 'grid' && y % 3 === 0 ? 0.25 : 1
          const both = (w: number) => {
            const cost = Math.ceil(dear() * speed)
            arcs.push([v, w, cost], [w, v, random() < 0.8 ? cost : dear()])
          }
          if (x + 1 < size) both(v + 1)
          if (y + 1 < size) both(v + size)
        }
      }
      break
    case 'one-way maze':
      for (let v = 0; v < count; v++) {
        const x = v % size
        if (x + 1 < size) arcs.push(random() < 0.5 ? [v, v + 1, dear()] : [v + 1, v, dear()])
        if (v + size < count) arcs.push(random() < 0.5 ? [v, v + size, dear()] : [v + size, v, dear()])
      }
      break
    case 'islands':
      for (let i = 0; i < 2 * count; i++) {
        const v = below(count)
        const w = v - (v % 6) + below(6)
        if (w < count) arcs.push([v, w, dear()])
      }
      break
    case 'parallels and loops':
      for (let i = 0; i < 4 * count; i++) {
        const v = below(count)
        arcs.push([v, random() < 0.2 ? v : (v + below(4)) % count, below(5)])
      }
      break
    case 'zeros':
      for (let i = 0; i < 3 * count; i++) arcs.push([below(count), below(count), random() < 0.6 ? 0 : dear()])
      break
    case 'star':
      for (let v = 1; v < count; v++) {
        if (random() < 0.9) arcs.push([0, v, dear()])
        if (random() < 0.9) arcs.push([v, 0, dear()])
        if (random() < 0.2) arcs.push([v, 1 + below(count - 1), dear()])
      }
      break
    case 'chain':
      count = 60 + below(60)
      for (let v = 0; v + 1 < count; v++) {
        arcs.push([v, v + 1, dear()])
        if (random() < 0.7) arcs.push([v + 1, v, dear()])
      }
      if (random() < 0.5) arcs.push([count - 1, 0, dear()])
      break
    case 'complete':
      count = 3 + below(12)
      for (let v = 0; v < count; v++) for (let w = 0; w < count; w++) arcs.push([v, w, dear()])
      break
    case 'sparse':
      for (let i = 0; i < count; i++) arcs.push([below(count), below(count), dear()])
      break
    case 'turns':
      // the arcs of a grid as vertices, no turning back: what roads look like
      {
        const ends: [number, number][] = []
        for (let v = 0; v < count; v++) {
          if ((v % size) + 1 < size) ends.push([v, v + 1], [v + 1, v])
          if (v + size < count) ends.push([v, v + size], [v + size, v])
        }
        count = ends.length
        const long = ends.map(dear)
        for (const [i, [from, via]] of ends.entries()) {
          for (const [j, [start, to]] of ends.entries()) if (start === via && to !== from && random() < 0.95) arcs.push([i, j, long[i] + below(3)])
        }
      }
      break
    case 'nothing':
      count = below(3)
      break
  }
  return { ...digraphOf(count, arcs), kind }
}

const kinds = [
  'grid',
  'grid with fast roads',
  'one-way maze',
  'islands',
  'parallels and loops',
  'zeros',
  'star',
  'chain',
  'complete',
  'sparse',
  'turns',
  'nothing',
] as const
