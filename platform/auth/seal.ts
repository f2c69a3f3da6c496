/**
 * Secrets that lie in the database but are not to be read from a copy of it: closed with AES-256-GCM (NIST SP 800-38D) under a key
 * that lies in a file beside the database, never in it.
 */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { secretFile } from './secret-file.ts'

export type Seal = {
  /** @param about  what it is of: it opens only as that, so that no row's secret can be put into another row */
  close(text: string, about: string): string
  /** Undefined when it was closed by a key that is not here, is of something else, or was changed. */
  open(sealed: string, about: string): string | undefined
  /** Whether this is something closed, and not the plain text of before. */
  isClosed(text: string): boolean
  /** Of its keys, the closing one first; they tell nothing of the keys. */
  readonly keyNames: readonly string[]
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const form = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/

/**
 * @param keys         32 bytes each; the first closes, all open: a key is changed by putting another before it
 * @param randomBytes  fit for secrets
 */
export function sealWith(keys: readonly Uint8Array[], randomBytes: (count: number) => Uint8Array): Seal {
  const byId = new Map(keys.map((key) => [idOf(key), key]))
  const [id, key] = [...byId][0]! // there is one, or nothing could be closed
  return {
    close(text, about) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about))
      const closed = [nonce, cipher.update(text, 'utf8'), cipher.final()]
      return `v1.${id}.${Buffer.concat([...closed, cipher.getAuthTag()]).toString('base64url')}`
    },
    open(sealed, about) {
      const [, keyId = '', text = ''] = form.exec(sealed) ?? []
      const found = byId.get(keyId)
      const bytes = Buffer.from(text, 'base64url')
      if (!found || bytes.length < nonceBytes + tagBytes) return undefined
      try {
        const cipher = createDecipheriv('aes-256-gcm', found, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        cipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-tagBytes))
        return cipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + cipher.final('utf8')
      } catch {
        return undefined
      }
    },
    isClosed: (text) => form.test(text),
    keyNames: [...byId.keys()],
  }
}

/** Names a key without telling anything of it. */
const idOf = (key: Uint8Array): string => createHash('sha256').update('gengfu seal ').update(key).digest('hex').slice(0, 16)

/**
 * The keys of a file: one line each, base64url, the newest first. Made with one key, for its owner's eyes only, where there is none.
 *
 * @throws Error on a line that is no key: another one would be made beside it otherwise, and what the old one closed stay shut
 */
export async function sealKeys(path: string, randomBytes: (count: number) => Uint8Array): Promise<Uint8Array[]> {
  const text = await secretFile(path, () => `${Buffer.from(randomBytes(keyBytes)).toString('base64url')}\n`, randomBytes)
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean)
  const keys = lines.map((line) => new Uint8Array(Buffer.from(line, 'base64url')))
  const wrong = keys.findIndex((key) => key.length !== keyBytes)
  if (wrong >= 0 || keys.length === 0) throw new Error(`${path}: line ${wrong + 1 || 1} is not a key of ${keyBytes} bytes in base64url. Put back the file of the last backup.`)
  return keys
}
