/** What the pocket needs to open without a network, as the build alone knows it: told to its service worker, with the files beside. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const folder = fileURLToPath(new URL('../officer/', import.meta.url))
/** Served under their own names: a manifest and a home screen remember addresses. */
const besides = ['manifest.webmanifest', 'icon.svg', 'icon-192.png', 'icon-512.png', 'icon-maskable-512.png']

type Chunk = { readonly type: 'chunk'; readonly fileName: string; code: string; readonly facadeModuleId: string | null; readonly imports: readonly string[]; readonly dynamicImports: readonly string[] }
type Asset = { readonly type: 'asset'; readonly fileName: string; readonly source: string | Uint8Array }
type Bundle = Readonly<Record<string, Chunk | Asset>>

/** Adds `officer/worker.js`, which keeps the page and every script, style and picture that it can reach, and nothing of the console. */
export const pocketShell = (): Plugin => ({
  name: 'pocket-shell',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_, output) {
      const bundle = output as unknown as Bundle // what is read of it is the same in every bundler that Vite had
      const page = bundle['officer/index.html']
      const worker = bundle['officer/worker.js']
      if (page?.type !== 'asset' || worker?.type !== 'chunk') throw new Error('pocket-shell: found no page or no worker of the officer in the build')
      const contents = besides.map((name) => ({ name, bytes: readFileSync(folder + name) }))
      for (const { name, bytes } of contents) this.emitFile({ type: 'asset', fileName: `officer/${name}`, source: bytes })
      const html = Buffer.from(page.source).toString('utf8')
      const { entry, files } = shellOf(html, bundle)
      const version = createHash('sha256').update(html)
      for (const { bytes } of contents) version.update(bytes)
      const shell = { version: version.digest('hex').slice(0, 16), entry, files: [...files, ...besides.map((name) => `/officer/${name}`)] }
      worker.code = worker.code.replaceAll('__SHELL__', JSON.stringify(shell))
    },
  },
})

/** The addresses that a page names and what those import, in turn. File names hold the hash of their contents, so the page stands for all. */
function shellOf(html: string, bundle: Bundle): { readonly entry: string; readonly files: readonly string[] } {
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file!)
  const entry = named.find((file) => file.endsWith('.js'))
  if (!entry) throw new Error('pocket-shell: the officer’s page names no script')
  const reached = new Set(named)
  for (const file of reached) {
    const part = bundle[file]
    if (part?.type !== 'chunk') continue
    for (const next of [...part.imports, ...part.dynamicImports]) reached.add(next)
    // styles and pictures of a script are named in it as addresses
    for (const other of Object.keys(bundle)) if (other.startsWith('assets/') && part.code.includes(other)) reached.add(other)
  }
  return { entry: `/${entry}`, files: [...reached].map((file) => `/${file}`) }
}
