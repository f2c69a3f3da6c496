/** A file with a secret of the house, beside the database and never in it: made once, for its owner's eyes only. */
import { link, open, readFile, unlink } from 'node:fs/promises'

/**
 * The text of the file; written from `make` where there is none.
 *
 * Written whole under another name, then named: two starts at once have one secret, and a crash leaves none or all of it.
 *
 * @param randomBytes  for the other name
 */
export async function secretFile(path: string, make: () => string, randomBytes: (count: number) => Uint8Array): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
  const unfinished = `${path}.${Buffer.from(randomBytes(6)).toString('hex')}`
  const file = await open(unfinished, 'wx', 0o600)
  try {
    await file.writeFile(make())
    await file.sync() // before anything is done with it
    await link(unfinished, path).catch((late: NodeJS.ErrnoException) => {
      if (late.code !== 'EEXIST') throw late
    })
  } finally {
    await file.close()
    await unlink(unfinished)
  }
  return readFile(path, 'utf8')
}
