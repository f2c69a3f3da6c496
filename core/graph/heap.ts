/** A queue of numbers by priority, in typed arrays: 4-ary, with decrease-key, reusable without clearing. */
export type Heap = {
  readonly size: () => number
  /** Smallest key waiting; undefined behaviour when empty. */
  readonly topKey: () => number
  readonly pop: () => number
  /** Put an item in, or move it forward: `key` must not be above the one it has. */
  readonly push: (item: number, key: number) => void
  readonly clear: () => void
}

/** A heap of items 0 … capacity − 1. 8 bytes an item and 8 bytes a place. */
export function createHeap(capacity: number): Heap {
  const items = new Uint32Array(capacity)
  const keys = new Float64Array(capacity)
  /** Place of an item in the heap plus 1; 0 when it is not in. */
  const places = new Uint32Array(capacity)
  let size = 0
  return {
    size: () => size,
    topKey: () => keys[0]!,
    pop() {
      const top = items[0]!
      places[top] = 0
      size--
      if (size > 0) {
        const item = items[size]!
        const key = keys[size]!
        let at = 0
        for (;;) {
          const first = 4 * at + 1
          if (first >= size) break
          const end = first + 4 < size ? first + 4 : size
          let child = first
          let childKey = keys[first]!
          for (let other = first + 1; other < end; other++) {
            if (keys[other]! < childKey) {
              child = other
              childKey = keys[other]!
            }
          }
          if (childKey >= key) break
          items[at] = items[child]!
          keys[at] = childKey
          places[items[at]!] = at + 1
          at = child
        }
        items[at] = item
        keys[at] = key
        places[item] = at + 1
      }
      return top
    },
    push(item, key) {
      let at = places[item]! - 1
      if (at < 0) at = size++
      while (at > 0) {
        const parent = (at - 1) >>> 2
        if (keys[parent]! <= key) break
        items[at] = items[parent]!
        keys[at] = keys[parent]!
        places[items[at]!] = at + 1
        at = parent
      }
      items[at] = item
      keys[at] = key
      places[item] = at + 1
    },
    clear() {
      for (let at = 0; at < size; at++) places[items[at]!] = 0
      size = 0
    },
  }
}
