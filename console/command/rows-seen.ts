/** Which of many equal things in rows have to be made, because they are seen. Pure. */
export type Rows = { readonly count: number; readonly itemWidth: number; readonly rowHeight: number; /** Of the box that is scrolled, pixels. */ readonly width: number; readonly height: number; readonly top: number }

/** Rows beyond each edge: who goes on with the keyboard or the wheel finds them there. */
const rowsBeyond = 3

/** @returns how many stand in a row, the first that is made and the one after the last, and the heights of what is left out */
export function rowsSeen({ count, itemWidth, rowHeight, width, height, top }: Rows): { readonly columns: number; readonly first: number; readonly end: number; readonly above: number; readonly below: number } {
  const columns = Math.max(1, Math.floor(width / itemWidth))
  const rows = Math.ceil(count / columns)
  const seen = Math.ceil(height / rowHeight) + 1
  // A list that has become shorter may be scrolled beyond its end for a moment.
  const firstRow = Math.max(0, Math.min(Math.floor(top / rowHeight), rows - seen) - rowsBeyond)
  const endRow = Math.min(rows, firstRow + seen + 2 * rowsBeyond)
  return { columns, first: firstRow * columns, end: Math.min(count, endRow * columns), above: firstRow * rowHeight, below: (rows - endRow) * rowHeight }
}
