/** The house's key towards push services (VAPID, RFC 8292): they see by it that the same house asks which the browser let in. */
import { createECDH, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { secretFile } from '../auth/secret-file.ts'

export type PushKey = {
  /** The public point, uncompressed, base64url: what a browser is given when it subscribes. */
  readonly publicKey: string
  /** The `authorization` header for a service. @param until  when it ends, ms; at most 24 h ahead, or services refuse it */
  authorization(asked: { readonly endpoint: string; readonly contact: string; readonly until: number }): string
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** @param secret  the private number, 32 bytes. @throws Error where it is none of the curve P-256 */
export function pushKey(secret: Uint8Array): PushKey {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(secret)
  const point = pair.getPublicKey()
  const key: KeyObject = createPrivateKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', d: Buffer.from(secret).toString('base64url'), x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') },
  })
  const publicKey = point.toString('base64url')
  return {
    publicKey,
    authorization({ endpoint, contact, until }) {
      const said = `${base64url({ typ: 'JWT', alg: 'ES256' })}.${base64url({ aud: new URL(endpoint).origin, exp: Math.floor(until / 1000), sub: contact })}`
      // JWS wants the two numbers side by side, not ASN.1 (RFC 7518, 3.4)
      const signature = sign('sha256', Buffer.from(said), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
      return `vapid t=${said}.${signature}, k=${publicKey}`
    },
  }
}

/**
 * The key of a file: one line, base64url, made with the first start. Who replaces it loses every subscription, since browsers
 * let in only the key that they were given.
 *
 * @throws Error on a file that is no key
 */
export async function pushKeyOf(path: string, randomBytes: (count: number) => Uint8Array): Promise<PushKey> {
  const text = await secretFile(path, () => `${Buffer.from(newSecret(randomBytes)).toString('base64url')}\n`, randomBytes)
  const secret = Buffer.from(text.trim(), 'base64url')
  try {
    if (secret.length !== 32) throw new Error(`${secret.length} bytes, expected 32`)
    return pushKey(secret)
  } catch (cause) {
    throw new Error(`${path} is not a key of 32 bytes in base64url. Put back the file of the last backup, or delete it: then officers switch notices on anew.`, { cause })
  }
}

/** A private number. Not every 32 bytes are one of the curve: one in four billion is not. */
export function newSecret(randomBytes: (count: number) => Uint8Array): Uint8Array {
  for (;;) {
    const secret = randomBytes(32)
    try {
      createECDH('prime256v1').setPrivateKey(secret)
      return secret
    } catch {
      // once more
    }
  }
}
