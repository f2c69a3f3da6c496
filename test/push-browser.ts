/** A browser that is subscribed to push messages, for tests: RFC 8291 read from the other end and with WebCrypto, apart from our own code. */

export type PushBrowser = { readonly keys: { readonly p256dh: string; readonly auth: string }; readonly secret: CryptoKeyPair }

export async function newBrowser(): Promise<PushBrowser> {
  const secret = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])) as CryptoKeyPair // of an asymmetric kind it is a pair
  const point = Buffer.from(await crypto.subtle.exportKey('raw', secret.publicKey))
  return { keys: { p256dh: point.toString('base64url'), auth: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url') }, secret }
}

/** What a body says to this browser. @throws where it is not for it, or was changed */
export async function openPush(body: Uint8Array, { keys, secret }: PushBrowser): Promise<string> {
  const bytes = new Uint8Array(body)
  const salt = bytes.slice(0, 16)
  const length = bytes[20]!
  const sender = bytes.slice(21, 21 + length)
  const key = await crypto.subtle.importKey('raw', sender, { name: 'ECDH', namedCurve: 'P-256' }, false, [])
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: key }, secret.privateKey, 256))
  const text = new TextEncoder()
  const hkdf = async (input: Uint8Array<ArrayBuffer>, with_: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer>, count: number) =>
    new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: with_, info }, await crypto.subtle.importKey('raw', input, 'HKDF', false, ['deriveBits']), count * 8))
  const info = new Uint8Array([...text.encode('WebPush: info\0'), ...Buffer.from(keys.p256dh, 'base64url'), ...sender])
  const first = await hkdf(shared, new Uint8Array(Buffer.from(keys.auth, 'base64url')), info, 32)
  const aes = await crypto.subtle.importKey('raw', await hkdf(first, salt, text.encode('Content-Encoding: aes128gcm\0'), 16), 'AES-GCM', false, ['decrypt'])
  const iv = await hkdf(first, salt, text.encode('Content-Encoding: nonce\0'), 12)
  const plain = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, aes, bytes.slice(21 + length)))
  let end = plain.length - 1
  while (plain[end] === 0) end--
  if (plain[end] !== 2) throw new Error('the last record is not marked as the last')
  return Buffer.from(plain.subarray(0, end)).toString('utf8')
}
