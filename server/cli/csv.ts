/** Tables of text, comma separated (RFC 4180). */

/**
 * Rows of cells; an empty last line is none. A quote may hold commas, quotes (doubled) and line ends. A mark of the byte order is skipped.
 *
 * @returns what is wrong, where a quote has no end
 */
export function readCsv(text: string): string[][] | string {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  let quotedIn = 0
  for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0; i < text.length; i++) {
    const letter = text[i]!
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[i + 1] === '"') {
        cell += '"'
        i++
      } else quoted = false
    } else if (letter === '"' && cell === '') {
      quoted = true
      quotedIn = rows.length + 1
    } else if (letter === ',') {
      row.push(cell)
      cell = ''
    } else if (letter === '\n') {
      row.push(cell.endsWith('\r') ? cell.slice(0, -1) : cell)
      rows.push(row)
      row = []
      cell = ''
    } else cell += letter
  }
  if (quoted) return `a quote in row ${quotedIn} has no end, expected another "`
  if (cell !== '' || row.length > 0) rows.push([...row, cell])
  return rows
}

export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
