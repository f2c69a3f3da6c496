/** How a tracking app on a phone is told where to report: as a picture to scan, and as a link for this very phone. Pure. */
import qrcode from 'qrcode-generator'

/** Traccar Client's own names; every ten metres or ten seconds, and once a minute at rest. */
const settings = { accuracy: 'high', distance: '10', interval: '10', heartbeat: '60', buffer: 'true', service: 'true' }

/** What Traccar Client (9 and later) reads from a picture: the address without its query is where it reports to. */
export const scanned = (origin: string, path: string, key: string): string => `${origin}${path}?${new URLSearchParams({ id: key, ...settings })}`

/** The same for an app on this phone. */
export const opened = (origin: string, path: string, key: string): string =>
  `org.traccar.client://config?${new URLSearchParams({ url: origin + path, id: key, ...settings })}`

/** Light that a scanner needs around a code, modules. */
const quiet = 4

/** A QR code as one SVG path of unit squares, with its margin. */
export function qrPath(text: string): { readonly side: number; readonly path: string } {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  let path = ''
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) if (code.isDark(row, column)) path += `M${column + quiet} ${row + quiet}h1v1h-1z`
  }
  return { side: count + 2 * quiet, path }
}
