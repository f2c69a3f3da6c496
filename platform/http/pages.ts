/** The two apps as files: pages with a fresh nonce each, assets that never change, compressed once. */
import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
const compressible = /^(text\/|application\/(json|manifest|wasm)|image\/svg)/

export type Coding = 'br' | 'gzip' | 'identity'
export type PageFile = { readonly bytes: Buffer; readonly type: string; readonly coding: Coding; readonly etag: string; readonly immutable: boolean }

const viaBrotli = promisify(brotliCompress)
const viaGzip = promisify(gzip)

/**
 * Files of the built apps, held in memory with their compressed forms (some 10 MB).
 *
 * A file that was built anew is read anew. Nothing outside the folder is ever read: paths are normalised first.
 */
export function pageFiles(folder: string) {
  type Held = { readonly changedAt: number; readonly bytes: Buffer; readonly coded: Map<Coding, Promise<Buffer>> }
  const held = new Map<string, Held>()

  async function find(path: string): Promise<{ file: Held; full: string } | undefined> {
    const full = normalize(join(folder, path))
    if (!full.startsWith(normalize(folder) + sep)) return undefined
    const known = await stat(full).catch(() => undefined)
    if (!known?.isFile()) return undefined
    let file = held.get(full)
    if (file?.changedAt !== known.mtimeMs) {
      file = { changedAt: known.mtimeMs, bytes: await readFile(full), coded: new Map() }
      held.set(full, file)
    }
    return { file, full }
  }

  return {
    /** An asset, in the best coding that the browser takes. Pages are not assets. */
    async asset(path: string, accepted: string): Promise<PageFile | undefined> {
      const extension = extname(path)
      const type = types[extension]
      if (!type || extension === '.html') return undefined
      const found = await find(path)
      if (!found) return undefined
      const { file } = found
      const isWorthIt = file.bytes.length >= 1024 && compressible.test(type)
      const coding: Coding = !isWorthIt ? 'identity' : /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : 'identity'
      let bytes = file.bytes
      if (coding !== 'identity') {
        let made = file.coded.get(coding)
        if (!made) file.coded.set(coding, (made = compressed(file.bytes, coding)))
        bytes = await made
      }
      const etag = `"${file.changedAt.toString(36)}-${file.bytes.length.toString(36)}-${coding}"`
      return { bytes, type, coding, etag, immutable: path.startsWith('assets/') }
    },

    /** An app's page with this answer's nonce in it; undefined when the apps are not built. */
    async page(app: 'console' | 'officer', nonce: string): Promise<string | undefined> {
      const found = await find(`${app}/index.html`)
      return found?.file.bytes.toString('utf8').replaceAll('__CSP_NONCE__', nonce)
    },
  }
}

const compressed = (bytes: Buffer, coding: 'br' | 'gzip'): Promise<Buffer> =>
  coding === 'br'
    ? // tried: quality 11 takes 4 s on the map's 1 MB, 9 takes 0.2 s for 4 % more bytes
      viaBrotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
    : viaGzip(bytes, { level: 7 })
