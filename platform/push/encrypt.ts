/**
 * What a push service carries and cannot read: RFC 8291 over the coding `aes128gcm` of RFC 8188, in one record.
 *
 * By hand and not by a library: it is a page of `node:crypto`, the standard has a worked example that it is held to, and the usual
 * package brings ten others along.
 */
import { createCipheriv, createECDH, hkdfSync } from 'node:crypto'
import { newSecret } from './key.ts'

/** The two values that a browser gives for its subscription, base64url. */
export type SubscriptionKeys = { readonly p256dh: string; readonly auth: string }

const recordSize = 4096
const textMax = recordSize - 17 // a tag of 16 and the end's mark

/** Whether these can be encrypted to: a point of the curve, uncompressed, and 16 bytes. */
export function areKeys({ p256dh, auth }: SubscriptionKeys, randomBytes: (count: number) => Uint8Array): boolean {
  try {
    encryptPush('', { p256dh, auth }, randomBytes)
    return Buffer.from(auth, 'base64url').length === 16
  } catch {
    return false
  }
}

/**
 * The body of a push message.
 *
 * @param text         at most 4,079 bytes of UTF-8
 * @param randomBytes  fit for secrets: 16 for the salt, then 32 for a key pair of this message alone
 * @throws Error on a key that is no point of P-256
 */
export function encryptPush(text: string, keys: SubscriptionKeys, randomBytes: (count: number) => Uint8Array): Uint8Array<ArrayBuffer> {
  const plain = Buffer.from(text)
  if (plain.length > textMax) throw new Error(`a push message of ${plain.length} bytes, expected at most ${textMax}`)
  const browser = Buffer.from(keys.p256dh, 'base64url')
  if (browser.length !== 65 || browser[0] !== 4) throw new Error(`a key of ${browser.length} bytes, expected an uncompressed point of 65`)
  const salt = randomBytes(16)
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(newSecret(randomBytes))
  const own = pair.getPublicKey()
  const shared = pair.computeSecret(browser)
  const first = derive(shared, Buffer.from(keys.auth, 'base64url'), Buffer.concat([Buffer.from('WebPush: info\0'), browser, own]), 32)
  const key = derive(first, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(first, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  const lastRecord = Buffer.of(2)
  const head = Buffer.alloc(21)
  head.set(salt)
  head.writeUInt32BE(recordSize, 16)
  head[20] = own.length
  return new Uint8Array(Buffer.concat([head, own, cipher.update(plain), cipher.update(lastRecord), cipher.final(), cipher.getAuthTag()]))
}

const derive = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, bytes: number) => Buffer.from(hkdfSync('sha256', secret, salt, info, bytes))
