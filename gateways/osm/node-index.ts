/** Where in the file's columns a node id stands: open addressing in typed arrays, 12 bytes a node at half load. */
export type NodeIndex = { readonly find: (id: number) => number }

/** @returns `find`, which answers −1 for an id that is not in the file. The first of two nodes with one id counts. */
export function indexNodes(ids: Float64Array): NodeIndex {
  let capacity = 16
  while (capacity < 2 * ids.length) capacity *= 2
  const slots = new Int32Array(capacity).fill(-1)
  const mask = capacity - 1
  const slotOf = (id: number) => {
    const low = id | 0
    const high = Math.floor(id / 4294967296) | 0
    return (Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 7) & mask
  }
  for (let i = 0; i < ids.length; i++) {
    let slot = slotOf(ids[i]!)
    while (slots[slot] !== -1 && ids[slots[slot]!] !== ids[i]) slot = (slot + 1) & mask
    if (slots[slot] === -1) slots[slot] = i
  }
  return {
    find(id) {
      let slot = slotOf(id)
      for (let at = slots[slot]!; at !== -1; at = slots[slot]!) {
        if (ids[at] === id) return at
        slot = (slot + 1) & mask
      }
      return -1
    },
  }
}
