/** The bytes of pictures, on disk by what they are: `<folder>/<sha-256>`. Stored before the journal says that they exist. */
import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileReply } from '#platform/http/route.ts'

export type PictureStore = {
  /** Keep these bytes; the same bytes twice are kept once. Durable when it returns. */
  save(bytes: Uint8Array): Promise<{ readonly sha256: string }>
  file(sha256: string, mediaType: string): FileReply
}

export function pictureStore(folder: string, newId: () => string): PictureStore {
  return {
    async save(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const path = join(folder, sha256)
      if ((await stat(path).catch(() => undefined))?.size === bytes.length) return { sha256 }
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const unfinished = `${path}.${newId()}.tmp`
      try {
        const file = await open(unfinished, 'wx', 0o600)
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(unfinished, path)
      } catch (error) {
        await rm(unfinished, { force: true }) // a full disk has no room for half pictures
        throw error
      }
      const directory = await open(folder, 'r')
      await directory.sync().finally(() => directory.close()) // the name itself must survive a power loss too
      return { sha256 }
    },
    file: (sha256, mediaType) => ({ path: join(folder, sha256), type: mediaType, etag: `"${sha256}"` }),
  }
}
