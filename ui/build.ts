/** Builds both apps. The server calls it at start when there is no build or the sources are newer than it. */
import { existsSync, globSync, renameSync, rmSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type InlineConfig, type LogLevel } from 'vite'
import config from './vite.config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Where the built apps lie; the server's static folder. */
export const builtFolder = `${root}build/ui`

const sources = ['{ui,console,officer,kernel,core}/**/*.{ts,tsx,css,html,json,png,svg,webmanifest}', 'modules/*/contract.ts', 'package-lock.json']

/**
 * Whether the built apps are there and newer than every source they are made of.
 *
 * About 15 ms for this repository: it reads modification times, not contents.
 */
export function isBuilt(): boolean {
  const page = `${builtFolder}/console/index.html`
  if (!existsSync(page) || !existsSync(`${builtFolder}/officer/index.html`)) return false
  const built = statSync(page).mtimeMs
  return globSync(sources, { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .every((path) => statSync(`${root}${path}`).mtimeMs <= built)
}

/**
 * Build both apps into `build/ui`. The new build is made beside the old one and put in its place at the end, so a
 * failed build leaves what was there, and two at once do not meet.
 *
 * @throws Vite's error, which names the file and the line
 *
 * About 3 s on two cores.
 */
export async function buildUi(options: { readonly logLevel?: LogLevel } = {}): Promise<void> {
  const fresh = `${builtFolder}.${process.pid}.new`
  rmSync(fresh, { recursive: true, force: true })
  const inline: InlineConfig = {
    ...config,
    configFile: false,
    mode: 'production',
    logLevel: options.logLevel ?? 'warn',
    build: { ...config.build, outDir: fresh },
  }
  try {
    await build(inline)
    swap(fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Put a fresh build in its place. Two programs of one checkout may do so at once: either build will do. */
function swap(fresh: string): void {
  const old = `${builtFolder}.${process.pid}.old`
  try {
    renameSync(builtFolder, old)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  try {
    renameSync(fresh, builtFolder)
  } catch (error) {
    const isThere = ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (!isThere || !isBuilt()) throw error
  } finally {
    rmSync(old, { recursive: true, force: true })
  }
}

/** Build only when needed; `onBuild` is told first. Returns whether it had to. */
export async function ensureUi(options: { readonly onBuild?: () => void } = {}): Promise<boolean> {
  if (isBuilt()) return false
  options.onBuild?.()
  await buildUi()
  return true
}

if (import.meta.main) await buildUi({ logLevel: 'info' })
