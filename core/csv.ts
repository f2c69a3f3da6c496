/** Tables for spreadsheets: RFC 4180, and nothing that a spreadsheet would run. */

/** What Excel needs to read Chinese: first in the file. */
export const byteOrderMark = '\ufeff'

export const csvLine = (row: readonly (string | number)[]): string => `${row.map(cell).join(',')}\r\n`

/** A text that a spreadsheet would run as a formula is made plain text: names come from anybody. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
