// After `npm ci`: lets `npx gengfu …` and npm scripts find this package's own command without a network look-up.
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bin = join(root, 'node_modules', '.bin')
if (existsSync(join(root, 'node_modules'))) {
  mkdirSync(bin, { recursive: true })
  const link = join(bin, 'gengfu')
  rmSync(link, { force: true })
  symlinkSync('../../server/cli/gengfu', link)
}
